import { expect, test } from "bun:test";
import type { MockClock } from "../../src/mock/clocks/clock.ts";
import { hello, mockOf, post, rejectionOf } from "./serve-mock.ts";

const chat = { model: "m", messages: hello };
const stream = { ...chat, stream: true };

/** A clock that stands still until it is told to go on, and knows who waits. */
const createClock = () => {
  const waits: number[] = [];
  const pending = new Set<() => void>();
  const sleep: MockClock["sleep"] = (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      waits.push(ms);
      const go = (): void => {
        pending.delete(go);
        resolve();
      };
      pending.add(go);
      const stop = (): void => {
        pending.delete(go);
        reject(signal.reason);
      };
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    });
  const runAll = async (): Promise<void> => {
    for (;;) {
      await Bun.sleep(0);
      if (pending.size === 0) return;
      for (const go of pending) go();
    }
  };
  return { sleep, now: () => 0, waits, pending, runAll };
};

const asks: readonly [path: string, body: object][] = [
  ["/v1/chat/completions", chat],
  ["/v1/chat/completions", stream],
  ["/v1/completions", { model: "m", prompt: "Hello" }],
  ["/v1/embeddings", { model: "m", input: "Hello", dimensions: 4 }],
  ["/v1/responses", { model: "m", input: "Hello", stream: true }],
  ["/v1/messages", { ...chat, max_tokens: 9 }],
  ["/v1beta/models/g:streamGenerateContent?alt=sse", { contents: [{ parts: [{ text: "Hello" }] }] }],
];

const answersOf = async (seed: number): Promise<string[]> => {
  const mock = mockOf({ seed });
  const answers: string[] = [];
  for (const [path, body] of asks) {
    const reply = await mock.fetch(post(path, body));
    answers.push(`${reply.headers.get("x-request-id")} ${await reply.text()}`);
  }
  return answers;
};

test("two mocks of one seed answer the same bytes, of another seed other ids", async () => {
  const first = await answersOf(5);
  expect(await answersOf(5)).toEqual(first);
  const other = await answersOf(6);
  expect(first.filter((answer, at) => answer === other[at])).toEqual([]);
  expect(new Set(first.map((answer) => answer.split(" ")[0])).size).toBe(asks.length);
});

test("an endpoint is found by the end of its path, whatever stands in front", async () => {
  const mock = mockOf();
  for (const path of [
    "/v1/chat/completions",
    "/chat/completions?x=1",
    "/v1beta/openai/chat/completions",
    "/a/b/v1/chat/completions",
  ]) {
    const reply = await mock.fetch(post(path, chat));
    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-qlite-source")).toBe("mock");
    expect(reply.headers.get("content-type")).toBe("application/json");
  }
});

test("GET /health answers ok", async () => {
  const reply = await mockOf({ latencyMs: 60_000 }).fetch(new Request("http://mock/health"));
  expect([reply.status, await reply.json()]).toEqual([200, { status: "ok" }]);
});

test("an unknown address is a 404 and a wrong method a 405, in the shape of the dialect", async () => {
  const mock = mockOf();
  const openai = { error: { type: "invalid_request_error", param: null } };
  const cases: readonly [request: Request, status: number, body: object][] = [
    [post("/v1/nothing", {}), 404, { error: { ...openai.error, code: "unknown_url" } }],
    [
      post("/v1/messages/batches", {}, { headers: { "anthropic-version": "2023-06-01" } }),
      404,
      { type: "error", error: { type: "not_found_error" } },
    ],
    [post("/v1beta/models/m:predict", {}), 404, { error: { code: 404, status: "NOT_FOUND" } }],
    [new Request("http://mock/"), 404, { error: { ...openai.error, code: "unknown_url" } }],
    [new Request("http://mock/v1/chat/completions"), 405, { error: { ...openai.error, code: "method_not_allowed" } }],
    [new Request("http://mock/v1/messages", { method: "DELETE" }), 405, { type: "error" }],
    [post("/v1/models", {}), 405, { error: { ...openai.error, code: "method_not_allowed" } }],
  ];
  for (const [request, status, body] of cases) {
    const reply = await mock.fetch(request);
    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject(body);
    expect(reply.headers.get("x-qlite-source")).toBe("mock");
    expect(reply.headers.get("x-request-id")).toMatch(/^req_/);
    expect(reply.headers.get("allow")).toBe(status === 405 ? (request.url.endsWith("models") ? "GET" : "POST") : null);
  }
});

test("a body that is no JSON, or no JSON object, is a 400", async () => {
  const mock = mockOf();
  for (const [text, code] of [
    ["{", "invalid_json"],
    ["", "invalid_json"],
    ["[]", "invalid_request"],
    ["null", "invalid_request"],
  ]) {
    const reply = await mock.fetch(post("/v1/chat/completions", text));
    expect([reply.status, await reply.json()]).toMatchObject([400, { error: { code } }]);
  }
});

test("a latency is waited once for a whole reply, and before every write of a stream", async () => {
  for (const [body, waits] of [
    [chat, 1],
    [stream, 2 + 4],
    [{ ...stream, stream_options: { include_usage: true } }, 2 + 4],
  ] as const) {
    const clock = createClock();
    const mock = mockOf({ latencyMs: 250, chunks: 4 }, clock);
    const answered = Promise.resolve(mock.fetch(post("/v1/chat/completions", body))).then((reply) => reply.text());
    while (clock.waits.length < waits) await clock.runAll();
    expect(await answered).not.toBe("");
    expect(clock.waits).toEqual(Array.from({ length: waits }, () => 250));
  }
});

test("a stream makes nothing ahead of its reader, and a cancel leaves no timer", async () => {
  const clock = createClock();
  const mock = mockOf({ latencyMs: 250 }, clock);
  const unread = await mock.fetch(post("/v1/chat/completions", stream));
  await Bun.sleep(1);
  expect(clock.waits).toHaveLength(0);

  const reader = unread.body!.getReader();
  const first = reader.read();
  await clock.runAll();
  expect((await first).done).toBe(false);
  await Bun.sleep(1);
  expect(clock.waits).toHaveLength(1);

  const second = reader.read();
  await Bun.sleep(1);
  expect(clock.pending.size).toBe(1);
  await reader.cancel();
  expect(clock.pending.size).toBe(0);
  expect((await second).done).toBe(true);
  await Bun.sleep(1);
  expect(clock.waits).toHaveLength(2);
});

test("an aborted request rejects while it waits, with the signal's reason and no timer left", async () => {
  const clock = createClock();
  const mock = mockOf({ latencyMs: 250 }, clock);
  const abort = new AbortController();
  const thrown = rejectionOf(Promise.resolve(mock.fetch(post("/v1/chat/completions", chat, { signal: abort.signal }))));
  await Bun.sleep(1);
  expect(clock.pending.size).toBe(1);
  const reason = new Error("the client left");
  abort.abort(reason);
  expect(await thrown).toBe(reason);
  expect(clock.pending.size).toBe(0);
});

test("an abort errors a body under way, waiting or not, so that it never looks whole", async () => {
  for (const latencyMs of [0, 250]) {
    const clock = createClock();
    const mock = mockOf({ latencyMs }, clock);
    const abort = new AbortController();
    const reply = await mock.fetch(post("/v1/chat/completions", stream, { signal: abort.signal }));
    const reader = reply.body!.getReader();
    const first = reader.read();
    await clock.runAll();
    await first;
    const reason = new Error("the client left");
    const rest = latencyMs === 0 ? undefined : reader.read();
    abort.abort(reason);
    expect(await rejectionOf(rest ?? reader.read())).toBe(reason);
    expect(clock.pending.size).toBe(0);
  }
});

test("over a socket, a client that leaves in mid-stream ends the mock's waiting", async () => {
  const clock = createClock();
  const mock = mockOf({ latencyMs: 250 }, clock);
  await using server = {
    raw: Bun.serve({ port: 0, hostname: "127.0.0.1", development: false, fetch: (request) => mock.fetch(request) }),
    [Symbol.asyncDispose]: () => server.raw.stop(true),
  };
  const abort = new AbortController();
  const asked = fetch(`http://127.0.0.1:${server.raw.port}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify(stream),
    signal: abort.signal,
  });
  while (clock.pending.size === 0) await Bun.sleep(1);
  for (const go of clock.pending) go();
  const reply = await asked;
  await reply.body!.getReader().read();
  while (clock.pending.size === 0) await Bun.sleep(1);
  abort.abort();
  const deadline = Date.now() + 2000;
  while (clock.pending.size > 0 && Date.now() < deadline) await Bun.sleep(1);
  expect(clock.pending.size).toBe(0);
});

test("an option out of bounds is refused with what is wanted", () => {
  for (const options of [{ chunks: 0 }, { chunks: 1.5 }, { responseTokens: 0 }, { latencyMs: -1 }, { seed: -1 }])
    expect(() => mockOf(options)).toThrow(RangeError);
  expect(() => mockOf({ chunks: 0 })).toThrow("chunks is 0, wanted a whole number from 1 to 100000");
});
