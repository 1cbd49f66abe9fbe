import { expect, test } from "bun:test";
import type { Fault } from "../../../src/mock/fault.ts";
import { rejectionOf } from "../serve-mock.ts";
import { chatOf, fixture, serveEngine, setOf, textTurn, until } from "./serve-engine.ts";

const textOf = (reply: { choices: readonly { message: { content: string | null } }[] }): string =>
  reply.choices[0]?.message.content ?? "";

test("one fixture answers chat, Responses, Anthropic and Gemini, and the reply names it", async () => {
  await using mock = serveEngine({ fixtures: setOf(fixture("greet", { user: "hello" }, "Hi there")) });
  const { data, response } = await mock.openai.chat.completions.create(chatOf("hello")).withResponse();
  expect(textOf(data)).toBe("Hi there");
  expect(response.headers.get("x-qlite-source")).toBe("fixture");
  expect(response.headers.get("x-qlite-fixture")).toBe("greet");
  expect(response.headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{16}$/);
  expect((await mock.openai.responses.create({ model: "m", input: "hello" })).output_text).toBe("Hi there");
  const message = await mock.anthropic.messages.create({ ...chatOf("hello"), max_tokens: 9 });
  expect(message.content).toMatchObject([{ type: "text", text: "Hi there" }]);
  expect((await mock.gemini.models.generateContent({ model: "g", contents: "hello" })).text).toBe("Hi there");
  let streamed = "";
  for await (const chunk of await mock.openai.chat.completions.create({ ...chatOf("hello"), stream: true })) {
    streamed += chunk.choices[0]?.delta.content ?? "";
  }
  expect(streamed).toBe("Hi there");
  expect(mock.engine.verdict()).toMatchObject({ requests: 5, outcomes: { matched: 5, unmatched: 0 }, unused: [] });
});

test("a fixture of the scope is asked before one for all scopes, and that before one of the files", async () => {
  await using mock = serveEngine({ fixtures: setOf(fixture("file", {}, "file")) });
  const { state } = mock.engine;
  const said = async () => textOf(await mock.openai.chat.completions.create(chatOf("x")));
  expect(await said()).toBe("file");
  const shared = fixture("shared", {}, "shared", { source: null });
  state.shared = { list: [shared], set: setOf(shared) };
  expect(await said()).toBe("shared");
  const own = fixture("own", {}, "own", { source: null });
  state.scopes.at("default").fixtures = { list: [own], set: setOf(own) };
  expect(await said()).toBe("own");
});

test("turns are given in order, and a status fault uses none up", async () => {
  const fault: Fault = {
    when: { kind: "first", count: 2 },
    where: { kind: "before" },
    effect: {
      kind: "status",
      status: 429,
      code: "rate_limit_exceeded",
      message: null,
      retryAfter: null,
      retryAfterMs: 0,
      shouldRetry: null,
    },
  };
  const loop = fixture("loop", { user: "go" }, ["one", "two"], { exhausted: "fail", faults: [fault] });
  await using mock = serveEngine({ fixtures: setOf(loop) });
  const said = async () => textOf(await mock.openai.chat.completions.create(chatOf("go")));
  // The SDK asks again by itself, twice.
  expect([await said(), await said()]).toEqual(["one", "two"]);
  const entries = mock.engine.state.journal.kept();
  expect(entries.map(({ status, outcome }) => [status, outcome])).toEqual([
    [429, "faulted"],
    [429, "faulted"],
    [200, "matched"],
    [200, "matched"],
  ]);
  expect(entries[0]?.faults).toHaveLength(1);
  expect(String(await rejectionOf(said()))).toContain("mock_no_match");
});

test("a fixture that cannot be said fails the run and names itself", async () => {
  const broken = fixture("broken", {}, "x", {
    turns: [
      {
        ...textTurn("x"),
        answer: () => {
          throw new Error("its JSON has no 'total'");
        },
      },
    ],
  });
  await using mock = serveEngine({ fixtures: setOf(broken) });
  const reply = await fetch(`${mock.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatOf("x")) });
  expect(reply.status).toBe(400);
  expect(reply.headers.get("x-should-retry")).toBe("false");
  expect(await reply.json()).toMatchObject({
    error: { code: "mock_fixture_invalid", message: expect.stringContaining("broken (mock/test.yaml:3)") },
  });
  expect(mock.engine.verdict()).toMatchObject({ outcomes: { unmatched: 1 } });
});

test("lists, counts and checks of health are never missed, and only a fixture that names their address answers them", async () => {
  await using mock = serveEngine({ fixtures: setOf(fixture("all", {}, "all", { isCatchAll: true })) });
  expect((await mock.openai.models.list()).data.length).toBeGreaterThan(0);
  expect(await mock.anthropic.messages.countTokens(chatOf("hello"))).toEqual({ input_tokens: 2 });
  expect((await fetch(`${mock.url}/health`)).status).toBe(200);
  expect(mock.engine.verdict()).toMatchObject({ requests: 2, outcomes: { auto: 2 }, unused: [{ id: "all" }] });
  const list = fixture("list", { endpoint: "models" }, "x", {
    turns: [
      { when: [], answer: () => ({ kind: "json", status: 200, body: { object: "list", data: [{ id: "mine" }] } }) },
    ],
  });
  mock.engine.setFixtures(setOf(fixture("all", {}, "all"), list));
  expect((await mock.openai.models.list()).data).toMatchObject([{ id: "mine" }]);
});

test("a request that the service would refuse is a 4xx, and no miss", async () => {
  await using mock = serveEngine();
  for (const [body, code] of [
    [{ messages: [] }, "missing_required_parameter"],
    [{ ...chatOf("x"), n: 0 }, "invalid_request"],
  ] as const) {
    const reply = await fetch(`${mock.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(body) });
    expect([reply.status, await reply.json()]).toMatchObject([400, { error: { code } }]);
  }
  expect(mock.engine.verdict()).toMatchObject({ outcomes: { refused: 2, unmatched: 0 } });
});

test("with keys configured, a wrong key and none are the dialect's 401", async () => {
  await using mock = serveEngine({ fallback: "auto", keys: ["sk-right"] });
  const ask = (headers: Record<string, string>, path = "/v1/chat/completions") =>
    fetch(mock.url + path, { method: "POST", body: JSON.stringify({ ...chatOf("x"), max_tokens: 5 }), headers });
  expect((await ask({ authorization: "Bearer sk-right" })).status).toBe(200);
  expect((await ask({ "x-api-key": "sk-right" }, "/v1/messages")).status).toBe(200);
  expect(await (await ask({})).json()).toMatchObject({ error: { code: "invalid_api_key" } });
  const wrong = await ask({ "x-api-key": "sk-wrong" }, "/v1/messages");
  expect([wrong.status, await wrong.json()]).toMatchObject([
    401,
    { type: "error", error: { type: "authentication_error" } },
  ]);
});

test("a body over the limit is a 413 in the shape of the dialect", async () => {
  await using mock = serveEngine();
  const reply = await fetch(`${mock.url}/v1/chat/completions`, {
    method: "POST",
    body: new ReadableStream({
      start: (controller) => {
        for (let at = 0; at < 65; at += 1) controller.enqueue(new Uint8Array(1024 * 1024));
        controller.close();
      },
    }),
  });
  expect([reply.status, await reply.json()]).toMatchObject([413, { error: { code: "request_too_large" } }]);
});

test("the journal tells of a stream how much of it went out, and of a client that left", async () => {
  await using mock = serveEngine({
    fallback: "auto",
    shape: { chunk: { by: "pieces", size: 4 }, ttft: { kind: "fixed", ms: 0 }, gap: { kind: "fixed", ms: 20 } },
  });
  const stream = async (signal: AbortSignal) => {
    for await (const _ of await mock.openai.chat.completions.create({ ...chatOf("x"), stream: true }, { signal }))
      break;
  };
  const reply = await fetch(`${mock.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ ...chatOf("x"), stream: true }),
  });
  const text = await reply.text();
  const [first] = mock.engine.state.journal.kept();
  await until(() => first?.durationMs !== null);
  expect(first).toMatchObject({ outcome: "auto", bytes: text.length, events: text.split("\n\n").length - 1 });
  await stream(new AbortController().signal);
  await until(() => mock.engine.verdict().outcomes.aborted === 1);
});
