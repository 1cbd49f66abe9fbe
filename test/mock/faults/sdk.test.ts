import { expect, test } from "bun:test";
import { asks, expectThrown, isAsk, type Ask } from "./ask-sdks.ts";
import { serveFaults } from "./serve-faults.ts";

type Wanted = Readonly<Partial<Record<Ask, string>>>;

const every = Object.keys(asks).filter(isAsk);

/** The same of all OpenAI and Anthropic clients, something else of Gemini's, whose SDK has one class. */
const all = (named: string, gemini: string, anthropic = named): Wanted =>
  Object.fromEntries(
    every.map((ask) => [ask, ask.startsWith("gemini") ? gemini : ask.startsWith("anthropic") ? anthropic : named]),
  );
const streams = (named: string, gemini: string): Wanted => ({
  "chat stream": named,
  "responses stream": named,
  "anthropic stream": named,
  "gemini stream": gemini,
});

/** What each official SDK throws at a fault: its class and, where it has one, the status it read. */
const table: readonly (readonly [faults: string, wanted: Wanted])[] = [
  ["status=400", all("BadRequestError 400", "ApiError 400")],
  ["status=401", all("AuthenticationError 401", "ApiError 401")],
  ["status=403", all("PermissionDeniedError 403", "ApiError 403")],
  ["status=404", all("NotFoundError 404", "ApiError 404")],
  ["status=409", all("ConflictError 409", "ApiError 409")],
  ["status=422", all("UnprocessableEntityError 422", "ApiError 422")],
  ["status=429; retry_after_ms=0", all("RateLimitError 429", "ApiError 429")],
  ["status=429; code=insufficient_quota", all("RateLimitError 429", "ApiError 429")],
  ["status=500", all("InternalServerError 500", "ApiError 500")],
  ["status=503; code=overloaded_error", all("InternalServerError 503", "ApiError 503", "ServiceUnavailableError 503")],
  ["status=529", all("InternalServerError 529", "ApiError 529", "OverloadedError 529")],
  ["html_502", all("InternalServerError 502", "ApiError 502")],
  ["close=reset", all("APIConnectionError", "TypeError")],
  ["close=fin", all("APIConnectionError", "TypeError")],
  [
    "close=reset; at=head",
    { ...streams("TypeError", "TypeError"), chat: "TypeError", anthropic: "TypeError", "chat helper": "OpenAIError" },
  ],
  ["close=fin; at=head", { ...streams("TypeError", "TypeError"), responses: "TypeError", gemini: "TypeError" }],
  ["close=reset; after=3 events", { ...streams("TypeError", "TypeError"), "anthropic helper": "AnthropicError" }],
  ["close=fin; after=3 events", { ...streams("TypeError", "TypeError"), "responses helper": "OpenAIError" }],
  ["close=reset; after=10 bytes", { ...streams("TypeError", "TypeError"), chat: "TypeError", gemini: "TypeError" }],
  // The stream ends well, so a plain iteration sees nothing wrong; what puts it together does.
  [
    "truncate=3 events",
    { ...streams("none", "none"), "chat helper": "OpenAIError", "anthropic helper": "AnthropicError" },
  ],
  [
    "truncate=40 bytes",
    { chat: "SyntaxError", responses: "SyntaxError", anthropic: "SyntaxError", gemini: "SyntaxError" },
  ],
  ["truncate=0.5 fraction", { chat: "SyntaxError", "chat stream": "SyntaxError", "chat helper": "OpenAIError" }],
  ["malformed=json", { ...streams("SyntaxError", "SyntaxError"), chat: "SyntaxError", gemini: "SyntaxError" }],
  ["malformed=sse; after=1 event", streams("SyntaxError", "SyntaxError")],
  ["malformed=utf8; after=1 event", streams("none", "none")],
  ["drop=done", { "chat helper": "none", "responses helper": "none", "anthropic helper": "AnthropicError" }],
  ["drop=finish", { "chat stream": "none", "chat helper": "OpenAIError" }],
  ["drop=1", { "chat helper": "OpenAIError", "responses helper": "OpenAIError", "anthropic helper": "AnthropicError" }],
  ["reorder=1", { "responses helper": "OpenAIError" }],
  ["error_event", streams("APIError", "ApiError 500")],
  ["error_event.code=overloaded_error; after=2 events", streams("APIError", "ApiError 503")],
  ["error_event.code=rate_limit_exceeded; after=2 events", streams("APIError", "ApiError 429")],
  ["split=every_byte", all("none", "none")],
  ["split=inside_utf8", all("none", "none")],
  ["split=crlf", streams("none", "none")],
  ["split=concat", streams("none", "none")],
  ["wrong_content_type=text/html", { chat: "none", responses: "TypeError", "chat stream": "none" }],
  ["empty_body", { "chat helper": "OpenAIError", "anthropic helper": "AnthropicError", gemini: "TypeError" }],
];

for (const [faults, wanted] of table) {
  test(`${faults}: the official SDKs throw what they throw at the real service`, () => expectThrown(faults, wanted));
}

test("a stall is ended by the SDK's own deadline, and leaves nothing open", async () => {
  for (const faults of ["stall=forever", "stall=forever; at=head", "stall=forever; after=2 events"]) {
    await using server = serveFaults({ faults });
    const asked = server.openai.chat.completions
      .create(
        { model: "m", messages: [{ role: "user", content: "Hi" }], stream: true },
        { signal: AbortSignal.timeout(100) },
      )
      .then(async (stream) => {
        for await (const _ of stream);
      });
    expect(
      await asked.then(
        () => "none",
        (thrown: Error) => thrown.constructor.name,
      ),
    ).not.toBe("TypeError");
    while (server.pending() > 0) await Bun.sleep(2);
    expect(server.told[0]?.ended).toEqual(["aborted"]);
  }
});

test("the error of a status fault has the code, type and headers of the dialect", async () => {
  await using server = serveFaults({
    faults: "status=429; code=overloaded_error; retry_after=7; retry_after_ms=7000; should_retry=false",
  });
  const bodies: unknown[] = [];
  for (const [path, body] of [
    ["/v1/chat/completions", { model: "m", messages: [{ role: "user", content: "Hi" }] }],
    ["/v1/responses", { model: "m", input: "Hi" }],
    ["/v1/messages", { model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hi" }] }],
    ["/v1beta/models/m:generateContent", { contents: [{ parts: [{ text: "Hi" }] }] }],
  ] as const) {
    const reply = await fetch(server.url + path, { method: "POST", body: JSON.stringify(body) });
    expect(reply.status).toBe(429);
    expect(["retry-after", "retry-after-ms", "x-should-retry"].map((name) => reply.headers.get(name))).toEqual([
      "7",
      "7000",
      "false",
    ]);
    bodies.push(await reply.json());
  }
  const message = "The server is overloaded (a fault of the mock)";
  const openai = { error: { message, type: "service_unavailable_error", param: null, code: "server_is_overloaded" } };
  expect(bodies).toEqual([
    openai,
    openai,
    { type: "error", error: { type: "overloaded_error", message }, request_id: "req_1" },
    { error: { code: 503, message, status: "UNAVAILABLE" } },
  ]);
});

test("the error event of the Responses API goes on counting, and nothing comes behind it", async () => {
  await using server = serveFaults({ faults: "error_event; after=3 events" });
  const reply = await fetch(`${server.url}/v1/responses`, {
    method: "POST",
    body: JSON.stringify({ model: "m", input: "Hi", stream: true }),
  });
  const events = (await reply.text()).split("\n\n").slice(0, -1);
  expect(events).toHaveLength(4);
  expect(events[3]).toStartWith('event: error\ndata: {"type":"error","sequence_number":3,"code":"server_error",');
  expect(server.told[0]).toMatchObject({ events: 4, ended: ["cut"] });
});

test("after all faults no socket and no request is left", async () => {
  await using server = serveFaults();
  for (const [faults] of table) {
    await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "x-qlite-fault": faults },
      body: JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "Hi" }] }),
      keepalive: false,
    })
      .then((reply) => reply.text())
      .catch(() => {});
  }
  while (server.pending() > 0) await Bun.sleep(2);
  expect(server.told).toHaveLength(table.length);
  expect(server.told.every(({ ended }) => ended.length === 1)).toBe(true);
});
