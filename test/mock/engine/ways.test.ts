import { expect, test } from "bun:test";
import { toFile } from "openai";
import { createVirtualClock } from "../../../src/mock/clocks/virtual-clock.ts";
import { chatOf, fixture, serveEngine, setOf, textTurn, until } from "./serve-engine.ts";

test("a multipart form is read into its fields, a file as name, type, size and digest", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const file = await toFile(new TextEncoder().encode("not really sound"), "hello.wav", { type: "audio/wav" });
  await mock.openai.audio.transcriptions.create({
    file,
    model: "gpt-4o-transcribe",
    timestamp_granularities: ["word", "segment"],
  });
  const [entry] = mock.engine.state.journal.kept();
  const sha256 = new Bun.CryptoHasher("sha256").update("not really sound").digest("hex");
  expect(JSON.parse(entry?.body ?? "")).toMatchObject({
    model: "gpt-4o-transcribe",
    "timestamp_granularities[]": ["word", "segment"],
    file: { name: "hello.wav", type: expect.stringMatching(/^audio\/(?:x-)?wav/), bytes: 16, sha256 },
  });
  const broken = await fetch(`${mock.url}/v1/audio/transcriptions`, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    body: "no form",
  });
  expect([broken.status, await broken.json()]).toMatchObject([400, { error: { code: "invalid_request" } }]);
});

test("the fallback live asks the provider, whole and streamed, without the prefix of the scope", async () => {
  const asked: string[] = [];
  const live = async (request: Request): Promise<Response> => {
    const { model, stream } = await request.json();
    asked.push(`${request.method} ${new URL(request.url).pathname} ${model}`);
    const events = ['data: {"choices":[]}\n\n', "data: [DONE]\n\n"];
    return stream === true
      ? new Response(events.join(""), { headers: { "content-type": "text/event-stream" } })
      : Response.json({ id: "real" }, { headers: { "x-ratelimit-limit-requests": "5" } });
  };
  await using mock = serveEngine({ fixtures: setOf(fixture("hi", { user: "hello" }, "Hi")), fallback: "live", live });
  const ask = (text: string, stream: boolean) =>
    fetch(`${mock.url}/@a/v1/chat/completions`, { method: "POST", body: JSON.stringify({ ...chatOf(text), stream }) });
  expect((await ask("hello", false)).headers.get("x-qlite-source")).toBe("fixture");
  const whole = await ask("else", false);
  expect([whole.headers.get("x-qlite-source"), whole.headers.get("x-ratelimit-limit-requests")]).toEqual(["live", "5"]);
  expect(await whole.json()).toEqual({ id: "real" });
  expect(await (await ask("else", true)).text()).toBe('data: {"choices":[]}\n\ndata: [DONE]\n\n');
  expect(asked).toEqual(Array.from({ length: 2 }, () => "POST /v1/chat/completions gpt-6.1-sol"));
  await until(() => mock.engine.verdict().outcomes.live === 2);
});

test("by a virtual clock an answer waits until the control API moves the time", async () => {
  const slow = fixture("slow", {}, "late", { stream: { ttft: { kind: "fixed", ms: 60_000 } } });
  await using mock = serveEngine({ fixtures: setOf(slow), clock: createVirtualClock() });
  const answered = mock.openai.chat.completions.create(chatOf("x"));
  expect((await answered).choices[0]?.message.content).toBe("late");
  const moved = await mock.control("POST", "clock/advance", { ms: 500 });
  expect(moved.body["clock_ms"]).toBe(60_500);
  const [entry] = mock.engine.state.journal.kept();
  expect(entry?.durationMs).toBe(60_000);
});

test("which ways name a scope can be decided", async () => {
  await using mock = serveEngine({ fallback: "auto", scopeBy: { path: false, key: false } });
  const ask = (path: string, headers: Record<string, string>) =>
    fetch(mock.url + path, { method: "POST", headers, body: JSON.stringify(chatOf("x")) });
  await ask("/@a/v1/chat/completions", {});
  await ask("/v1/chat/completions", { authorization: "Bearer sk-qlite-b" });
  await ask("/v1/chat/completions", { "x-qlite-scope": "c" });
  expect([...mock.engine.state.scopes.all()].map(({ name }) => name)).toEqual(["default", "c"]);
});

test("the key of a scope that the control API opened is taken where keys are configured", async () => {
  await using mock = serveEngine({ fallback: "auto", keys: ["sk-right"] });
  const ask = async () =>
    (
      await fetch(`${mock.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: "Bearer sk-qlite-cart" },
        body: JSON.stringify(chatOf("x")),
      })
    ).status;
  expect(await ask()).toBe(401);
  await mock.control("POST", "scopes", { name: "cart" });
  expect(await ask()).toBe(200);
});

test("a client that leaves while an answer waits is noted as gone", async () => {
  const slow = fixture("slow", {}, "late", { stream: { ttft: { kind: "fixed", ms: 60_000 } } });
  await using mock = serveEngine({ fixtures: setOf(slow) });
  const abort = new AbortController();
  const left = fetch(`${mock.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify(chatOf("x")),
    signal: abort.signal,
  }).catch(() => {});
  await until(() => mock.engine.state.journal.kept()[0]?.fixture === "slow");
  abort.abort();
  await left;
  await until(() => mock.engine.verdict().outcomes.aborted === 1);
});

test("of requests at once in one scope each has the turn it found, and none is given twice", async () => {
  const texts = Array.from({ length: 40 }, (_, at) => `turn ${at}`);
  await using mock = serveEngine({ fixtures: setOf(fixture("many", {}, texts, { exhausted: "fail" })) });
  const ask = () => mock.openai.chat.completions.create(chatOf("x"));
  const replies = await Promise.all(texts.map(ask));
  const said = replies.map(({ choices }) => choices[0]?.message.content ?? "");
  expect(new Set(said)).toEqual(new Set(texts));
  expect(textTurn("x").kinds).toEqual(["reply"]);
});
