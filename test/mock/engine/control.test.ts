import { expect, test } from "bun:test";
import type { JournalEntry } from "../../../src/mock/journal/verdict.ts";
import { rejectionOf } from "../serve-mock.ts";
import { chatOf, clientsOf, fixture, serveEngine, setOf, until } from "./serve-engine.ts";

const hello = { match: { user: "hello" }, response: "Hi" };

test("a scope made by the control API has addresses, a key and fixtures of its own, and ends with its deletion", async () => {
  await using mock = serveEngine();
  const { url } = mock;
  const made = await mock.control("POST", "scopes", { name: "cart", fixtures: [hello], seed: 3 });
  expect([made.status, made.body]).toEqual([
    201,
    {
      name: "cart",
      base_url: `${url}/@cart/v1`,
      anthropic_base_url: `${url}/@cart`,
      gemini_base_url: `${url}/@cart`,
      api_key: "sk-qlite-cart",
      headers: { "x-qlite-scope": "cart" },
    },
  ]);
  const { openai, anthropic, gemini } = clientsOf(`${url}/@cart`);
  expect((await openai.chat.completions.create(chatOf("hello"))).choices[0]?.message.content).toBe("Hi");
  expect((await anthropic.messages.create({ ...chatOf("hello"), max_tokens: 9 })).content).toMatchObject([
    { text: "Hi" },
  ]);
  expect((await gemini.models.generateContent({ model: "g", contents: "hello" })).text).toBe("Hi");
  expect(String(await rejectionOf(mock.openai.chat.completions.create(chatOf("hello"))))).toContain("mock_no_match");
  expect((await mock.control("GET", "scopes/cart")).body).toMatchObject({ seed: 3, requests: 3, fixtures: 1 });
  expect((await mock.control("GET", "verdict?scope=cart")).body).toMatchObject({ requests: 3, exitCode: 0 });
  expect((await mock.control("GET", "verdict")).body).toMatchObject({ requests: 4, exitCode: 3 });
  expect((await mock.control("DELETE", "scopes/cart")).body).toEqual({ deleted: "cart" });
  expect((await mock.control("DELETE", "scopes/cart")).status).toBe(404);
  expect(String(await rejectionOf(openai.chat.completions.create(chatOf("hello"))))).toContain("mock_no_match");
});

test("fixtures come and go while the mock runs, all of a call or none", async () => {
  await using mock = serveEngine({ fixtures: setOf(fixture("file", { user: "file" }, "from a file")) });
  const said = async (text: string) =>
    (await mock.openai.chat.completions.create(chatOf(text))).choices[0]?.message.content;
  const added = await mock.control("POST", "fixtures", {
    fixtures: [
      { id: "a", ...hello },
      { match: { user: "bye" }, response: "Bye" },
    ],
  });
  expect([added.status, added.body["ids"]]).toEqual([201, ["a", expect.any(String)]]);
  expect([await said("hello"), await said("bye"), await said("file")]).toEqual(["Hi", "Bye", "from a file"]);
  const faulty = await mock.control("POST", "fixtures", [
    { match: { user: "x" }, response: "X" },
    { match: { usr: "y" }, response: "Y" },
  ]);
  expect([faulty.status, faulty.body["error"]]).toMatchObject([
    400,
    { code: "invalid_request", message: expect.stringContaining("usr") },
  ]);
  expect((await mock.control("GET", "fixtures")).body["fixtures"]).toHaveLength(3);
  const twice = await mock.control("POST", "fixtures", { id: "a", ...hello });
  expect([twice.status, twice.body["error"].message]).toEqual([
    400,
    "There are two fixtures of the id a: PUT fixtures/a replaces one",
  ]);
  expect((await mock.control("PUT", "fixtures/a", { match: { user: "hello" }, response: "Hi again" })).status).toBe(
    200,
  );
  expect(await said("hello")).toBe("Hi again");
  expect((await mock.control("GET", "fixtures/a")).body).toMatchObject({
    id: "a",
    runtime: true,
    matched: 2,
    answered: 2,
  });
  expect((await mock.control("DELETE", "fixtures/a")).body).toEqual({ deleted: 1 });
  expect((await mock.control("DELETE", "fixtures/a")).status).toBe(404);
  const inFile = await mock.control("DELETE", "fixtures/file");
  expect(inFile.body["error"].message).toContain("it stands in a file, and is changed there");
  expect((await mock.control("PUT", "fixtures", [{ id: "only", ...hello }])).body).toEqual({ ids: ["only"] });
  expect((await mock.control("GET", "unused")).body["fixtures"]).toMatchObject([{ id: "only" }]);
  expect((await mock.control("DELETE", "fixtures")).body).toEqual({ deleted: 1 });
  expect((await mock.control("GET", "fixtures")).body["fixtures"]).toMatchObject([
    { id: "file", file: "mock/test.yaml", line: 3 },
  ]);
});

test("faults can be set for a scope and for all, counted from then on", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const ask = (scope: string) =>
    fetch(`${mock.url}/@${scope}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatOf("x")) });
  expect((await ask("a")).status).toBe(200);
  const set = await mock.control("POST", "faults", { scope: "a", status: 429, retry_after_ms: 0, on: { first: 1 } });
  expect([set.status, set.body["faults"]]).toMatchObject([201, [{ description: expect.stringContaining("429") }]]);
  expect((await ask("b")).status).toBe(200);
  const failed = await ask("a");
  expect([failed.status, failed.headers.get("retry-after-ms")]).toEqual([429, "0"]);
  expect((await ask("a")).status).toBe(200);
  await mock.control("POST", "faults", { faults: [{ status: 503 }] });
  expect([(await ask("a")).status, (await ask("c")).status]).toEqual([503, 503]);
  expect((await mock.control("DELETE", "faults")).body).toEqual({ deleted: 1 });
  expect((await ask("a")).status).toBe(200);
  const asked = await fetch(`${mock.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify(chatOf("x")),
    headers: { "x-qlite-fault": "status=418" },
  });
  expect(asked.status).toBe(418);
  const wrong = await mock.control("POST", "faults", { staus: 429 });
  expect([wrong.status, wrong.body["error"].message]).toEqual([400, expect.stringContaining("staus")]);
});

test("the requests can be listed, filtered, found and counted, and hold no secret", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const headers = {
    authorization: "Bearer sk-proj-abcdefghijklmnop",
    "x-api-key": "k",
    cookie: "a=b",
    "x-team": "blue",
  };
  const post = (path: string, body: object) =>
    fetch(mock.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  await post("/v1/chat/completions?key=AIzaSecret&x=1", chatOf("my key is sk-ant-abcdefghijklmnop"));
  await post("/@other/v1/chat/completions", { ...chatOf("hello"), stream: true }).then((reply) => reply.text());
  await post("/v1/embeddings", { model: "text-embedding-3-small", input: "hello" });
  await post("/v1/chat/completions", { model: "m" });
  await until(() => mock.engine.state.journal.kept().every(({ durationMs }) => durationMs !== null));
  const list = async (query: string) => (await mock.control("GET", `requests${query}`)).body["requests"];
  const all = await list("");
  expect(all.map((entry: JournalEntry) => [entry.path, entry.scope, entry.outcome])).toEqual([
    ["/v1/chat/completions?x=1", "default", "auto"],
    ["/v1/chat/completions", "other", "auto"],
    ["/v1/embeddings", "default", "auto"],
    ["/v1/chat/completions", "default", "refused"],
  ]);
  expect(all[0].headers).toMatchObject({
    authorization: "[redacted]",
    "x-api-key": "[redacted]",
    cookie: "[redacted]",
    "x-team": "blue",
  });
  expect(JSON.stringify(all)).not.toMatch(/abcdefghijklmnop|AIzaSecret/);
  expect(await list("?scope=other")).toHaveLength(1);
  expect(await list("?outcome=refused")).toHaveLength(1);
  expect(await list("?path=*/embeddings")).toHaveLength(1);
  expect(await list("?model=text-*")).toHaveLength(1);
  expect(await list(`?since=${all[1].id}`)).toHaveLength(2);
  expect((await list("?limit=1")).map((entry: JournalEntry) => entry.id)).toEqual([all[3].id]);
  const count = async (match: object) => (await mock.control("POST", "requests/count", { match })).body["count"];
  expect(await count({ user: "hello" })).toBe(2);
  expect(await count({ endpoint: "chat", stream: true })).toBe(1);
  expect(await count({ headers: { "x-team": "blue" }, outcome: "auto" })).toBe(3);
  const found = await mock.control("POST", "requests/find", { match: { model: "text-*" } });
  expect(found.body).toMatchObject({ total: 1, requests: [{ endpoint: "embeddings" }] });
  for (const [query, said] of [
    ["?outcom=auto", "did you mean outcome"],
    ["?limit=x", "limit"],
    ["?since=req_none", "no request of the id"],
  ] as const) {
    const refused = await mock.control("GET", `requests${query}`);
    expect([refused.status, refused.body["error"].message]).toEqual([400, expect.stringContaining(said)]);
  }
});

test("faults by header count the requests of their scope that ask for the same, whatever was asked before", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const statusOf = async (scope: string, fault: string | null) => {
    const init = { method: "POST", body: JSON.stringify(chatOf("x")) };
    const headers: Record<string, string> = fault === null ? {} : { "x-qlite-fault": fault };
    return (await fetch(`${mock.url}/@${scope}/v1/chat/completions`, { ...init, headers })).status;
  };
  const asked = [null, "status=429; on=first 2", null, "status=429; on=first 2", "status=503; on=nth 1"];
  const statuses: number[] = [];
  for (const fault of [...asked, "status=429; on=first 2"]) statuses.push(await statusOf("a", fault));
  expect(statuses).toEqual([200, 429, 200, 429, 503, 200]);
  expect(await statusOf("b", "status=429; on=first 2")).toBe(429);
  await mock.control("POST", "reset", { counters: true });
  expect(await statusOf("a", "status=429; on=first 2")).toBe(429);
});

test("verify is 200 when all is as expected, else 409 with what is not", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  for (const text of ["hello", "hello", "bye"]) await mock.openai.chat.completions.create(chatOf(text));
  const verify = (...expectations: object[]) => mock.control("POST", "verify", { expect: expectations });
  const good = await verify(
    { match: { user: "hello" }, count: 2 },
    { match: { user: "bye", model: "gpt-*" } },
    { match: { outcome: "unmatched" }, count: 0 },
    { match: {}, at_least: 2, at_most: 3 },
  );
  expect([good.status, good.body["ok"]]).toEqual([200, true]);
  const bad = await verify(
    { match: { user: "hello", model: "claude-*" }, at_least: 1 },
    { match: { user: "bye" }, count: 0 },
  );
  expect([bad.status, bad.body["ok"]]).toEqual([409, false]);
  const { message } = bad.body;
  expect(message).toContain('expect[0] {"user":"hello","model":"claude-*"}: wanted at least 1, found 0');
  expect(message).toContain(
    'nearest: POST /v1/chat/completions (scope default, request 1, auto): model: wanted claude-*, got "gpt-6.1-sol"',
  );
  expect(message).toContain('expect[1] {"user":"bye"}: wanted exactly 0, found 1');
  expect(message).toContain("found: POST /v1/chat/completions (scope default, request 3, auto)");
  for (const wrong of [{ count: 1, at_least: 1 }, { at_least: 2, at_most: 1 }, { match: { usr: "x" } }, { cuont: 1 }]) {
    expect((await verify(wrong)).status).toBe(400);
  }
});

test("unmatched requests are told with the nearest fixtures, unused fixtures with their place", async () => {
  await using mock = serveEngine({
    fixtures: setOf(fixture("greet", { user: "hello" }, "Hi"), fixture("never", { user: "never" }, "no")),
  });
  await mock.openai.chat.completions.create(chatOf("hello"));
  await mock.openai.chat.completions.create(chatOf("what?")).catch(() => {});
  expect((await mock.control("GET", "unmatched")).body).toMatchObject({
    total: 1,
    requests: [{ nearest: [{ fields: [{ field: "user", wanted: '"hello"', objection: '"what?"' }] }, {}] }],
  });
  expect((await mock.control("GET", "unused")).body).toEqual({
    fixtures: [{ id: "never", file: "mock/test.yaml", line: 3 }],
  });
});

test("a reset forgets what it names and never the fixtures of files", async () => {
  const turns = fixture("turns", { user: "go" }, ["one", "two"], { exhausted: "fail" });
  await using mock = serveEngine({ fixtures: setOf(turns) });
  const said = async () => (await mock.openai.chat.completions.create(chatOf("go"))).choices[0]?.message.content;
  expect(await said()).toBe("one");
  expect((await mock.control("POST", "reset")).body).toEqual({ reset: ["requests", "counters"] });
  expect((await mock.control("GET", "requests")).body).toEqual({ total: 0, requests: [] });
  expect([await said(), await said()]).toEqual(["one", "two"]);
  await mock.control("POST", "fixtures", [{ match: { user: "go" }, response: "made" }]);
  expect(await said()).toBe("made");
  await mock.control("POST", "reset", { runtime_fixtures: true, counters: true });
  expect(await said()).toBe("one");
  expect((await mock.control("POST", "reset", { everything: true })).status).toBe(400);
});

test("mode and fallback are told, and the fallback can be changed", async () => {
  await using mock = serveEngine();
  expect((await mock.control("GET", "mode")).body).toEqual({ mode: null, fallback: "fail" });
  expect(String(await rejectionOf(mock.openai.chat.completions.create(chatOf("x"))))).toContain("mock_no_match");
  expect((await mock.control("PUT", "mode", { fallback: "auto" })).body).toEqual({ mode: null, fallback: "auto" });
  expect((await mock.openai.chat.completions.create(chatOf("x"))).choices).toHaveLength(1);
  expect((await mock.control("PUT", "mode", { mode: "replay" })).status).toBe(400);
  expect((await mock.control("PUT", "mode", { fallback: "sometimes" })).status).toBe(400);
  expect((await mock.control("GET", "health")).body).toMatchObject({ status: "ok", requests: 2, fallback: "auto" });
});

const nest = (levels: number, open: string, close: string, core: string): string =>
  open.repeat(levels) + core + close.repeat(levels);
const fixtureOf = (levels: number) => `[{"response":{"json":${nest(levels, '{"a":', "}", "1")}}}]`;
const verifyOf = (levels: number) => `{"match":{"user":${nest(levels, '{"not":', "}", '"x"')}}}`;
const chatDeep = (levels: number) =>
  JSON.stringify(chatOf("x")).replace(/\}$/, `,"metadata":${nest(levels, "[", "]", "")}}`);

test("JSON nested deeper than 512 levels is a 400 that says so, of the control API and of the mock", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const send = async (path: string, body: string) => {
    const before = performance.now();
    const reply = await fetch(`${mock.url}${path}`, { method: "POST", body });
    expect(performance.now() - before).toBeLessThan(2000);
    return [reply.status, JSON.stringify(await reply.json())] as const;
  };
  const asked = [
    ["/__qlite/mock/fixtures", fixtureOf],
    ["/__qlite/mock/verify", verifyOf],
    ["/v1/chat/completions", chatDeep],
  ] as const;
  for (const [path, toBody] of asked) {
    const [status, text] = await send(path, toBody(50_000));
    expect([status, text]).toEqual([400, expect.stringContaining("nests deeper than the limit of 512 levels")]);
    expect((await send(path, toBody(500)))[0]).toBeLessThan(500);
  }
});

test("a clock that goes by itself cannot be moved", async () => {
  await using mock = serveEngine();
  const moved = await mock.control("POST", "clock/advance", { ms: 5 });
  expect([moved.status, moved.body["error"].message]).toEqual([400, expect.stringContaining("--clock virtual")]);
});

test("the live journal tells of each request as it ends", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const reply = await fetch(`${mock.url}/__qlite/mock/journal/stream?scope=a`);
  expect(reply.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const ask = (scope: string) =>
    fetch(`${mock.url}/@${scope}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatOf("x")) });
  await ask("b");
  await ask("a");
  while (!text.includes("event: request")) text += (await reader.read()).value ?? "";
  const entry = text.split("\n\n").find((event) => event.startsWith("event: request"));
  expect(JSON.parse(entry!.split("\ndata: ")[1]!)).toMatchObject({ scope: "a", outcome: "auto", status: 200 });
  await reader.cancel();
});

test("only programs on this machine may ask the control API, or whoever has the admin key", async () => {
  await using mock = serveEngine();
  const foreign: readonly Readonly<Record<string, string>>[] = [
    { host: "evil.example" },
    { origin: "https://evil.example" },
    { "x-forwarded-for": "10.0.0.1" },
    { "sec-fetch-site": "cross-site" },
  ];
  for (const headers of foreign) {
    const refused = await mock.control("GET", "requests", undefined, headers);
    expect([refused.status, refused.body["error"].code]).toEqual([403, "admin_denied"]);
  }
  await using keyed = serveEngine({ control: { adminKey: "the-admin-key", mode: null, heartbeatMs: 1000 } });
  const far = { "x-forwarded-for": "10.0.0.1" };
  expect((await keyed.control("GET", "health", undefined, far)).status).toBe(403);
  expect(
    (await keyed.control("GET", "health", undefined, { ...far, authorization: "Bearer the-admin-key" })).status,
  ).toBe(200);
});

test("an address that the control API does not have is a 404 that names those it has, a wrong method a 405", async () => {
  await using mock = serveEngine();
  const nothing = await mock.control("GET", "reqests");
  expect([nothing.status, nothing.body["error"].message]).toEqual([404, expect.stringContaining("requests/find")]);
  expect((await mock.control("GET", "constructor")).status).toBe(404);
  const wrong = await mock.control("PATCH", "fixtures");
  expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, POST, PUT, DELETE"]);
  expect((await mock.control("POST", "verify", "x")).status).toBe(400);
  expect(mock.engine.verdict().requests).toBe(0);
});
