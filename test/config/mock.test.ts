// Every key of the `mock:` block does something: a mock with it and one without it, asked the same.
import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planMock, type MockFlags } from "../../src/cli/mock-flags.ts";
import { mockSchema } from "../../src/config/mock-schema.ts";
import { startMock, type RunningMock } from "../../src/mock-server.ts";
import { makeFolder, type Folder } from "../support/folder.ts";
import { faultsOf, good } from "./parse.ts";

const fixtures = `fixtures:
  - { id: greet, match: { user: hello }, response: Hi there you }
`;

interface Provider extends AsyncDisposable {
  readonly url: string;
  readonly asked: () => number;
}

/** Numbers its answers; a text in which `leak` stands is answered with a key, `broken` with a 500. */
const startProvider = (delayMs = 0): Provider => {
  let asked = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const text = await request.text();
      asked += 1;
      await Bun.sleep(delayMs);
      if (text.includes("broken")) return Response.json({ error: { message: "no" } }, { status: 500 });
      const content = text.includes("leak") ? "sk-proj-abcdEFGH1234567890abcdEFGH" : `real ${asked}`;
      const choices = [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }];
      return Response.json({ id: "c", object: "chat.completion", created: 1, model: "m", choices });
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  return { url, asked: () => asked, [Symbol.asyncDispose]: () => server.stop(true) };
};

interface Room extends AsyncDisposable {
  readonly mock: RunningMock;
  /** Sends a chat, and gives its status, its text (or code) and everything else of it. */
  readonly ask: (
    text: string,
    extra?: object,
    headers?: Readonly<Record<string, string>>,
    path?: string,
  ) => Promise<Reply>;
}

interface Reply {
  readonly status: number;
  readonly said: string;
  readonly text: string;
  readonly headers: Headers;
  readonly ms: number;
}

/** A mock of a config whose block is this one. */
const open = async (block: object, folder: Folder, provider?: Provider): Promise<Room> => {
  const providers =
    provider === undefined
      ? []
      : [{ name: "up", type: "openai", base_url: `${provider.url}/v1`, api_key: "k-1", models: ["*"] }];
  const gateway = good(JSON.stringify({ mock: block, providers }));
  if (gateway.mock === null) throw new Error("no mock block");
  const plan = { settings: gateway.mock, gateway, isCi: false, allowRecord: false, folder: folder.path };
  const mock = await startMock(plan, { hostname: "127.0.0.1", port: 0, watch: false, errorAfter: null });
  return {
    mock,
    ask: async (text, extra = {}, headers = {}, path = "/v1/chat/completions") => {
      const startedAt = performance.now();
      const body = { model: "gpt-4o", messages: [{ role: "user", content: text }], ...extra };
      const reply = await fetch(mock.url + path, { method: "POST", headers, body: JSON.stringify(body) });
      const whole = await reply.text();
      const said = /"(?:content|code)":"?([^",]*)/.exec(whole)?.[1] ?? "";
      return { status: reply.status, said, text: whole, headers: reply.headers, ms: performance.now() - startedAt };
    },
    [Symbol.asyncDispose]: mock.close,
  };
};

const room = (): Folder => makeFolder({ "mock/greet.yaml": fixtures });
const cassettesIn = (folder: Folder): string => join(folder.path, "cassettes");
const cassetteOf = (folder: Folder): string => readFileSync(join(cassettesIn(folder), "default.yaml"), "utf8");

/** Records these texts into the folder. */
const record = async (folder: Folder, provider: Provider, texts: readonly string[], block: object = {}) => {
  await using made = await open({ cassettes: cassettesIn(folder), mode: "once", ...block }, folder, provider);
  for (const text of texts) await made.ask(text);
  return await made.mock.finish();
};

const replaying = (folder: Folder, block: object = {}): Promise<Room> =>
  open({ cassettes: cassettesIn(folder), mode: "replay", ...block }, folder);

describe("what answers", () => {
  test("fixtures", async () => {
    using folder = room();
    await using without = await open({}, folder);
    await using withIt = await open({ fixtures: ["mock/*.yaml"] }, folder);
    expect((await without.ask("hello")).said).toStartWith("Lorem ipsum");
    expect((await withIt.ask("hello")).said).toBe("Hi there you");
  });

  test("fallback", async () => {
    using folder = room();
    for (const [fallback, status] of [
      [undefined, 400],
      ["fail", 400],
      ["auto", 200],
    ] as const) {
      await using made = await open({ fixtures: ["mock"], ...(fallback && { fallback }) }, folder);
      expect([fallback, (await made.ask("bye")).status]).toEqual([fallback, status]);
    }
    await using provider = startProvider();
    await using live = await open({ fixtures: ["mock"], fallback: "live" }, folder, provider);
    expect([(await live.ask("hello")).said, (await live.ask("bye")).said]).toEqual(["Hi there you", "real 1"]);
  });

  test("cassettes and mode", async () => {
    using folder = room();
    await using provider = startProvider();
    await record(folder, provider, ["one"], { mode: "new" });
    await using again = await replaying(folder);
    expect([(await again.ask("one")).said, (await again.ask("two")).said]).toEqual(["real 1", "mock_no_match"]);
    expect(good("mock: { mode: none }").mock?.mode).toBe("replay");
    expect(good("mock: { mode: new_episodes }").mock?.mode).toBe("new");
  });

  test("seed", async () => {
    using folder = room();
    const idOf = async (seed: number): Promise<string> => {
      await using made = await open({ seed }, folder);
      return (await made.ask("x")).text;
    };
    expect(await idOf(7)).toBe(await idOf(7));
    expect(await idOf(7)).not.toBe(await idOf(8));
  });

  test("response_tokens", async () => {
    using folder = room();
    await using made = await open({ response_tokens: 3 }, folder);
    expect((await made.ask("x")).said).toBe("Lorem ipsum dolor");
  });

  test("keys", async () => {
    using folder = room();
    await using made = await open({ keys: ["sk-right"] }, folder);
    expect((await made.ask("x", {}, { authorization: "Bearer sk-wrong" })).status).toBe(401);
    expect((await made.ask("x", {}, { authorization: "Bearer sk-right" })).status).toBe(200);
  });

  test("validate", async () => {
    using folder = room();
    for (const [validate, status, warnings] of [
      ["error", 400, 1],
      ["warn", 200, 1],
      ["off", 200, 0],
    ] as const) {
      await using made = await open({ validate }, folder);
      const { status: got } = await made.ask("x", { nonsense: 1 });
      expect([validate, got, (await made.mock.finish()).warnings.length]).toEqual([validate, status, warnings]);
    }
  });

  test("scope.by", async () => {
    using folder = room();
    const scopesOf = async (by: readonly string[]) => {
      await using made = await open({ scope: { by } }, folder);
      await made.ask("x", {}, { authorization: "Bearer sk-qlite-keyed" });
      await made.ask("x", {}, { "x-test": "headed" });
      const { status } = await made.ask("x", {}, {}, "/@pathed/v1/chat/completions");
      const names = [...made.mock.engine.state.scopes.all()].map(({ name }) => name);
      return [...names.filter((name) => name !== "default"), status];
    };
    expect(await scopesOf(["path", "key", "header:X-Test"])).toEqual(["keyed", "headed", "pathed", 200]);
    expect(await scopesOf(["path"])).toEqual(["pathed", 200]);
    expect(await scopesOf(["key"])).toEqual(["keyed", expect.any(Number)]);
    expect(await scopesOf(["header:x-test"])).toEqual(["headed", expect.any(Number)]);
  });
});

describe("pace", () => {
  test("stream: chunk, ttft and gap", async () => {
    using folder = room();
    const pieces = async (stream: object) => {
      await using made = await open({ fixtures: ["mock"], stream }, folder);
      const { text, ms } = await made.ask("hello", { stream: true });
      return { texts: [...text.matchAll(/"content":"([^"]+)"/g)].map(([, piece]) => piece), ms };
    };
    expect((await pieces({})).texts).toEqual(["Hi", " there", " you"]);
    expect((await pieces({ chunk: { by: "pieces", size: 2 } })).texts).toHaveLength(2);
    expect((await pieces({ chunk: { by: "char", size: 6 } })).texts).toEqual(["Hi the", "re you"]);
    expect((await pieces({ ttft: "150ms" })).ms).toBeGreaterThan(145);
    expect((await pieces({ gap: { dist: "fixed", ms: "60ms" } })).ms).toBeGreaterThan(115);
  });

  test("clock: virtual takes no time, x100 a hundredth", async () => {
    using folder = room();
    const took = async (clock: string, ttft: string): Promise<number> => {
      await using made = await open({ clock, stream: { ttft } }, folder);
      return (await made.ask("x")).ms;
    };
    expect(await took("real", "200ms")).toBeGreaterThan(195);
    expect(await took("virtual", "30m")).toBeLessThan(3000);
    const scaled = await took("x100", "20s");
    expect([scaled > 195, scaled < 5000]).toEqual([true, true]);
  });

  test("timing", async () => {
    using folder = room();
    await using provider = startProvider(600);
    await record(folder, provider, ["one"]);
    const took = async (timing: string): Promise<number> => {
      await using made = await replaying(folder, { timing });
      return (await made.ask("one")).ms;
    };
    expect(await took("none")).toBeLessThan(500);
    expect(await took("recorded")).toBeGreaterThan(590);
    expect(await took("x1")).toBeGreaterThan(590);
    expect(await took("x50")).toBeLessThan(500);
  });
});

/** Whether a request with these fields fits a recording of the same text without them. */
const fits = async (match: object, extra: object, [recorded, asked] = ["one", "one"]): Promise<boolean> => {
  using folder = room();
  await using provider = startProvider();
  await record(folder, provider, [recorded], { match });
  await using again = await replaying(folder, { match });
  return (await again.ask(asked, extra)).status === 200;
};

describe("when a recording fits", () => {
  test("match.profile", async () => {
    const system = {
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "one" },
      ],
    };
    expect(await fits({}, { service_tier: "flex" })).toBe(true);
    expect(await fits({ profile: "exact" }, { service_tier: "flex" })).toBe(false);
    expect(await fits({}, system)).toBe(false);
    expect(await fits({ profile: "conversation" }, system)).toBe(true);
  });

  test("match.ignore", async () => {
    expect(await fits({}, { temperature: 0.5 })).toBe(false);
    expect(await fits({ ignore: ["temperature"] }, { temperature: 0.5 })).toBe(true);
  });

  test("match.normalize", async () => {
    const dates = ["at 2026-01-01T10:00:00Z", "at 2027-02-02T11:11:11Z"] as const;
    const orders = ["order #123", "order #98765"] as const;
    const uuids = ["id 0190a2c4-8f6e-7c1d-9b2a-3f4e5d6c7b8a", "id 0290b2c4-8f6e-4c1d-9b2a-3f4e5d6c7b8b"] as const;
    expect(await fits({}, {}, [...orders])).toBe(false);
    expect(await fits({ normalize: [{ regex: "#\\d+", as: "<order>" }] }, {}, [...orders])).toBe(true);
    expect(await fits({}, {}, [...dates])).toBe(false);
    expect(await fits({ normalize: [{ builtin: "timestamps" }] }, {}, [...dates])).toBe(true);
    expect(await fits({}, {}, [...uuids])).toBe(false);
    expect(await fits({ normalize: [{ builtin: "uuid" }] }, {}, [...uuids])).toBe(true);
  });

  test("exhausted", async () => {
    using folder = room();
    await using provider = startProvider();
    await record(folder, provider, ["one", "one"]);
    const three = async (exhausted: string): Promise<readonly string[]> => {
      await using again = await replaying(folder, { exhausted });
      const said: string[] = [];
      for (let count = 0; count < 3; count += 1) said.push((await again.ask("one")).said);
      return said;
    };
    expect(await three("repeat")).toEqual(["real 1", "real 2", "real 2"]);
    expect(await three("loop")).toEqual(["real 1", "real 2", "real 1"]);
    expect(await three("fail")).toEqual(["real 1", "real 2", "mock_no_match"]);
  });

  test("wire", async () => {
    using folder = room();
    await using provider = startProvider();
    await record(folder, provider, ["one"]);
    await using lenient = await replaying(folder);
    const made = await lenient.ask("one", { stream: true });
    expect([made.status, made.headers.get("x-qlite-replay")]).toEqual([200, "transcoded"]);
    await using strict = await replaying(folder, { wire: "strict" });
    expect((await strict.ask("one", { stream: true })).status).toBe(400);
  });
});

describe("what is written", () => {
  test("record_errors", async () => {
    for (const [isOn, status] of [
      [false, 400],
      [true, 500],
    ] as const) {
      using folder = room();
      await using provider = startProvider();
      await record(folder, provider, ["one", "broken"], { record_errors: isOn });
      await using again = await replaying(folder);
      expect((await again.ask("broken")).status).toBe(status);
    }
  });

  test("redact.patterns and redact.builtin", async () => {
    await using provider = startProvider();
    const written = async (redact: object): Promise<string> => {
      using folder = room();
      await record(folder, provider, ["acct_4242 with sk-proj-ZZZZabcdEFGH1234567890abcd"], {
        redact: { on_leak: "redact", ...redact },
      });
      return cassetteOf(folder);
    };
    const usual = await written({});
    expect([usual.includes("acct_4242"), usual.includes("sk-proj-ZZZZ")]).toEqual([true, false]);
    const patterned = await written({ patterns: ["acct_[0-9]+"] });
    expect([patterned.includes("acct_4242"), patterned.includes("sk-proj-ZZZZ")]).toEqual([false, false]);
    const bare = await written({ builtin: false });
    expect(bare.includes("sk-proj-ZZZZ")).toBe(true);
  });

  test("redact.on_leak", async () => {
    await using provider = startProvider();
    using refusing = room();
    const refused = await record(refusing, provider, ["one", "leak"]);
    expect([refused.refusedRecordings.length, cassetteOf(refusing).includes("leak")]).toEqual([1, false]);
    using redacting = room();
    const redacted = await record(redacting, provider, ["one", "leak"], { redact: { on_leak: "redact" } });
    expect([redacted.refusedRecordings.length, cassetteOf(redacting).includes("[redacted]")]).toEqual([0, true]);
  });

  test("expire.after and expire.action", async () => {
    using folder = room();
    await using provider = startProvider();
    await record(folder, provider, ["one"]);
    const old = cassetteOf(folder).replaceAll(/recorded: 2\d{3}-\d\d-\d\d/g, "recorded: 2025-01-01");
    writeFileSync(join(cassettesIn(folder), "default.yaml"), old);
    const staleOf = async (expire: object): Promise<number> => {
      await using again = await replaying(folder, { expire });
      await again.ask("one");
      return (await again.mock.finish()).stale.length;
    };
    expect([await staleOf({}), await staleOf({ after: "36500d" })]).toEqual([1, 0]);
    await using fresh = await open(
      { cassettes: cassettesIn(folder), mode: "new", expire: { action: "refresh" } },
      folder,
      provider,
    );
    expect((await fresh.ask("one")).said).toBe("real 2");
    expect(fresh.mock.settings.expire.action).toBe("refresh");
  });

  test("journal.max and journal.body_limit", async () => {
    using folder = room();
    await using made = await open({ journal: { max: 2, body_limit: "16B" } }, folder);
    for (const text of ["1", "2", "3"]) await made.ask(text);
    const reply = await fetch(`${made.mock.url}/__qlite/mock/requests`);
    const { requests }: { requests: { body: string; isBodyCut: boolean }[] } = JSON.parse(await reply.text());
    expect(requests.map(({ body, isBodyCut }) => [body.length, isBodyCut])).toEqual([
      [16, true],
      [16, true],
    ]);
  });
});

test("a speed of nothing is refused, for the clock and for recordings", () => {
  expect(faultsOf("mock: { clock: x0, timing: x0.0 }")).toEqual([
    "1:16 mock.clock: must be real, virtual, or a speed such as x10",
    "1:28 mock.timing: must be none, recorded, or a speed such as x10",
  ]);
  expect(good("mock: { clock: x0.5, timing: x10 }").mock).toMatchObject({ clock: { by: 0.5 }, timing: 10 });
});

test("flags win over the config, and what they do not say stays", async () => {
  using folder = makeFolder({
    "qlite.yaml": `mock:
  fixtures: [one.yaml]
  cassettes: there
  mode: live
  fallback: auto
  seed: 5
  clock: x3
  timing: recorded
  match: { profile: exact, ignore: [a] }
`,
  });
  const config = join(folder.path, "qlite.yaml");
  const settingsOf = async (flags: MockFlags, files: readonly string[] = []) =>
    (await planMock({ config, allowRecord: true, ...flags }, files)).settings;
  const written = {
    fixtures: ["one.yaml"],
    cassettes: "there",
    mode: "live",
    fallback: "auto",
    seed: 5,
    clock: { kind: "scaled", by: 3 },
    timing: 1,
    profile: "exact",
    ignore: ["a"],
  };
  expect(await settingsOf({})).toMatchObject(written);
  for (const [flags, changed] of [
    [{ mode: "new" }, { mode: "new" }],
    [{ cassettes: "here" }, { cassettes: "here" }],
    [{ fallback: "fail" }, { fallback: "fail" }],
    [{ seed: 9 }, { seed: 9 }],
    [{ clock: "virtual" }, { clock: { kind: "virtual" } }],
    [{ timing: "x2" }, { timing: 2 }],
    [{ profile: "conversation" }, { profile: "conversation" }],
  ] as const) {
    expect(await settingsOf(flags)).toMatchObject({ ...written, ...changed });
  }
  expect(await settingsOf({}, ["two.yaml"])).toMatchObject({ ...written, fixtures: ["two.yaml"] });
});

test("a regular expression that may take for ever is refused in redact.patterns and match.normalize", () => {
  const patterns = ["acct_[0-9]+", "a*a*a*b", "("];
  const normalize = [{ regex: "(a+)+$", as: "x" }];
  const { error } = mockSchema.safeParse({ redact: { patterns }, match: { normalize } }, { jitless: true });
  expect(error?.issues.map(({ path, message }) => [path.join("."), message.split(":")[0]])).toEqual([
    ["match.normalize.0.regex", "may take for ever"],
    ["redact.patterns.1", "may take for ever"],
    ["redact.patterns.2", "is not a regular expression"],
  ]);
});
