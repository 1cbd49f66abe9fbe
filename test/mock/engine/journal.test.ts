import { expect, test } from "bun:test";
import { createRedactor } from "../../../src/log.ts";
import { createJournal } from "../../../src/mock/journal/journal.ts";
import type { Noted } from "../../../src/mock/journal/noted.ts";

const noted = (at: number, more: Partial<Noted> = {}): Noted => ({
  id: `req_${at}`,
  scope: "default",
  ordinal: at,
  at,
  method: "POST",
  path: "/v1/chat/completions",
  headers: new Headers({ authorization: "Bearer sk-abcdefghijklmnop", "x-team": "blue" }),
  provider: null,
  place: 0,
  endpoint: "chat",
  model: "m",
  stream: false,
  body: "",
  isBodyCut: false,
  outcome: "matched",
  status: 200,
  fixture: null,
  interaction: null,
  faults: [],
  warnings: [],
  nearest: [],
  diff: [],
  events: 0,
  bytes: 0,
  durationMs: null,
  ...more,
});

const redact = createRedactor(["my-own-secret"]);

test("the last entries are kept, all of them are counted, and the first unmatched stay", () => {
  const journal = createJournal({ max: 3, maxBodyBytes: 100, redact });
  for (let at = 0; at < 1000; at += 1) {
    const entry = noted(at, { outcome: at % 5 === 0 ? "unmatched" : "matched" });
    journal.open(entry);
    journal.read(entry, `{"at":${at}}`);
    journal.close(entry);
  }
  expect(journal.kept().map(({ ordinal }) => ordinal)).toEqual([997, 998, 999]);
  expect(journal.totals()).toMatchObject({
    requests: 1000,
    outcomes: { matched: 800, unmatched: 200 },
  });
  expect(journal.unmatched()).toHaveLength(100);
  expect(journal.unmatched()[0]).toMatchObject({ ordinal: 0, body: '{"at":0}' });
});

test("entries are kept up to a number of bytes", () => {
  const journal = createJournal({ max: 1000, maxBodyBytes: 10_000, maxBytes: 50_000, redact });
  for (let at = 0; at < 100; at += 1) {
    const entry = noted(at);
    journal.open(entry);
    journal.read(entry, "x".repeat(8000));
    journal.close(entry);
  }
  const kept = journal.kept();
  expect(kept.at(-1)?.ordinal).toBe(99);
  expect(kept.length).toBe(4);
});

test("with no room for entries there are counters and the first unmatched", () => {
  const journal = createJournal({ max: 0, maxBodyBytes: 100, redact });
  const entry = noted(0, { outcome: "unmatched" });
  journal.open(entry);
  journal.read(entry, "{}");
  journal.close(entry);
  expect(journal.kept()).toEqual([]);
  expect(journal.totals()).toMatchObject({ requests: 1, outcomes: { unmatched: 1 } });
  expect(journal.unmatched()).toHaveLength(1);
});

test("a body over the limit is cut between two characters, and no half of a secret is told", () => {
  const journal = createJournal({ max: 3, maxBodyBytes: 10, redact });
  const cases: readonly (readonly [text: string, body: string, isCut: boolean])[] = [
    ["0123456789", "0123456789", false],
    ["0123456789a", "0123456789", true],
    ["äääääää", "äääää", true],
    ["0äääää", "0ääää", true],
    ["€€€€", "€€€", true],
  ];
  for (const [text, body, isBodyCut] of cases) {
    const entry = noted(0);
    journal.open(entry);
    journal.read(entry, text);
    expect(entry).toMatchObject({ body, isBodyCut });
  }
  const entry = noted(0, { body: "a my-own-sec", isBodyCut: true });
  expect(journal.tell(entry).body).not.toContain("my-own");
});

test("an entry that is told holds no secret: not in headers, path, body, model or the words of a miss", () => {
  const journal = createJournal({ max: 3, maxBodyBytes: 1000, redact });
  const headers = new Headers({
    authorization: "Bearer sk-abcdefghijklmnop",
    "x-api-key": "plain",
    "api-key": "plain",
    "x-goog-api-key": "plain",
    cookie: "session=plain",
    "x-other": "gsk_abcdefghijklmnop",
    "x-team": "blue",
  });
  const secret = "sk-ant-abcdefghijklmnop";
  const told = journal.tell(
    noted(0, {
      headers,
      path: `/v1beta/models/g:generateContent?alt=sse&key=AIzaPlain`,
      body: `{"a":"my-own-secret ${secret}"}`,
      model: secret,
      warnings: [secret],
      diff: [`- ${secret}`],
      nearest: [{ id: "x", source: null, fields: [{ field: "user", wanted: "y", objection: secret }] }],
    }),
  );
  expect(JSON.stringify(told)).not.toMatch(/abcdefghijklmnop|plain|my-own-secret|AIzaPlain/i);
  expect(told.path).toBe("/v1beta/models/g:generateContent?alt=sse");
  expect(told.headers["x-team"]).toBe("blue");
});

test("whoever follows is told of each entry as it ends, until it stops", () => {
  const journal = createJournal({ max: 3, maxBodyBytes: 100, redact });
  const seen: string[] = [];
  const stop = journal.follow(({ id }) => seen.push(id));
  const [first, second] = [noted(1), noted(2)];
  journal.open(first);
  expect(seen).toEqual([]);
  journal.close(first);
  stop();
  journal.close(second);
  expect(seen).toEqual(["req_1"]);
});

test("clearing one scope keeps the entries of the others", () => {
  const journal = createJournal({ max: 5, maxBodyBytes: 100, redact });
  for (let at = 0; at < 5; at += 1) journal.open(noted(at, { scope: at % 2 === 0 ? "a" : "b" }));
  journal.clear("a");
  expect(journal.kept().map(({ ordinal }) => ordinal)).toEqual([1, 3]);
  journal.open(noted(7));
  expect(journal.kept().map(({ ordinal }) => ordinal)).toEqual([1, 3, 7]);
  journal.clear(null);
  expect(journal.kept()).toEqual([]);
  expect(journal.totals().requests).toBe(6);
});

test("credentials are told under no name a service gave them, in headers and in the address", () => {
  const journal = createJournal({ max: 3, maxBodyBytes: 100, redact });
  const headers = {
    "xi-api-key": "plain1",
    "x-auth-token": "plain2",
    "x-amz-security-token": "plain3",
    "max-tokens": "7",
  };
  const entry = noted(1, {
    headers: new Headers(headers),
    path: "/v1/models?key=plain4&api_key=plain5&access_token=plain6&alt=sse",
  });
  journal.open(entry);
  const told = journal.tell(entry);
  expect(JSON.stringify(told)).not.toContain("plain");
  expect(told.path).toBe("/v1/models?api_key=[redacted]&access_token=[redacted]&alt=sse");
  expect(told.headers["max-tokens"]).toBe("7");
});

test("a warning that comes again is told once, with how often", () => {
  const journal = createJournal({ max: 2, maxBodyBytes: 100, redact });
  for (const warnings of [["slow"], ["slow", "old"], ["slow"]]) {
    const entry = noted(1, { warnings });
    journal.open(entry);
    journal.close(entry);
  }
  expect(journal.totals().warnings).toEqual(["slow (3 times)", "old"]);
  journal.absolve();
  expect(journal.totals().warnings).toEqual([]);
});
