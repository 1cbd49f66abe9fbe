import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import type { OutputPart } from "../../../src/dialects/conversation.ts";
import { ProxyError } from "../../../src/errors.ts";
import { chunksOf, faultsOf, fixtures, readReply, readStream } from "./support.ts";

const names = readdirSync(fixtures)
  .filter((file) => file.endsWith(".sse"))
  .map((file) => file.slice(0, -4));
const broken = new Set(["error-in-stream", "error-openrouter", "cut"]);
const whole = names.filter((name) => !broken.has(name));
const bytesOf = (name: string): Uint8Array => readFileSync(`${fixtures}/${name}.sse`);

test("every stream but the broken ones has the whole reply beside it", () => {
  expect(whole.length).toBeGreaterThan(15);
  expect(whole.filter((name) => !readdirSync(fixtures).includes(`${name}.json`))).toEqual([]);
});

test.each(whole)("%s: the stream is the reply that comes in one piece", (name) => {
  const unary: object = JSON.parse(readFileSync(`${fixtures}/${name}.json`, "utf8"));
  const { reply, isWhole, failure, events } = readStream(bytesOf(name));
  expect(reply).toEqual(readReply(unary));
  expect({ isWhole, failure, last: events.at(-1)?.kind }).toEqual({ isWhole: true, failure: null, last: "end" });
});

test.each(names)("%s: the same events wherever it is cut", (name) => {
  const bytes = bytesOf(name);
  const { events, isWhole } = readStream(bytes);
  expect(faultsOf(events)).toEqual([]);
  for (let at = 1; at < bytes.length; at += 1) {
    const cut = readStream(bytes.subarray(0, at), bytes.subarray(at));
    if (!Bun.deepEquals(cut.events, events)) expect({ at, events: cut.events }).toEqual({ at, events });
    expect(cut.isWhole).toBe(isWhole);
  }
});

const kinds = (name: string): readonly string[] =>
  readStream(bytesOf(name)).reply.candidates.map(({ content }) => content.map((part) => part.kind).join(" "));

test.each([
  ["text", ["text"]],
  ["parallel-tools", ["tool_call tool_call tool_call"]],
  ["refusal", ["refusal"]],
  ["two-choices", ["text", "text"]],
  ["audio", ["speech"]],
  ["openrouter-claude", ["reasoning reasoning text tool_call"]],
  ["openrouter-openai", ["reasoning reasoning text"]],
  ["openrouter-gemini", ["reasoning tool_call tool_call"]],
  ["deepseek", ["reasoning text"]],
  ["vllm-without-done", ["reasoning tool_call"]],
  ["ollama-same-index", ["tool_call tool_call"]],
  ["calls-without-index", ["tool_call tool_call tool_call"]],
  ["mistral-thinking", ["reasoning text"]],
  ["openrouter-image", ["text image"]],
  ["function-call", ["tool_call"]],
  ["annotations", ["text"]],
  ["perplexity", ["text"]],
  ["logprobs", ["text"]],
])("%s has the parts %p", (name, parts) => {
  expect(kinds(name)).toEqual(parts);
});

const first = (name: string) => readStream(bytesOf(name)).reply.candidates[0]!;

describe("what is in them", () => {
  test("Claude's reasoning at OpenRouter comes with its signature and its redacted block, as they go back", () => {
    const [thought, hidden] = first("openrouter-claude").content;
    expect(thought).toEqual({
      kind: "reasoning",
      id: null,
      text: "Let me look.",
      isSummary: false,
      isRedacted: false,
      signature: {
        by: "openai-chat",
        value: '{"format":"anthropic-claude-v1","index":0,"signature":"EuYBCkQ=","type":"reasoning.text"}',
      },
    });
    expect(hidden).toEqual({
      kind: "reasoning",
      id: null,
      text: "",
      isSummary: false,
      isRedacted: true,
      signature: {
        by: "openai-chat",
        value: '{"data":"EmwKAhgB","format":"anthropic-claude-v1","index":1,"type":"reasoning.encrypted"}',
      },
    });
  });

  test("Gemini's seal stands on the call its id names, although it came before it", () => {
    const calls = first("openrouter-gemini").content.filter((part) => part.kind === "tool_call");
    expect(calls.map((call) => call.signature !== null)).toEqual([true, false]);
  });

  test("reasoning that comes in two fields is read once", () => {
    expect(first("vllm-without-done").content[0]).toMatchObject({
      text: "tick tock",
      signature: { by: "openai-chat", value: "" },
    });
  });

  test("`stop` after tool calls is `tool_calls`", () => {
    expect(first("vllm-without-done").finish.reason).toBe("tool_calls");
    expect(first("calls-without-index").finish.reason).toBe("tool_calls");
  });

  test("calls without ids get their own, made of the reply's", () => {
    const calls = first("calls-without-index").content.filter((part) => part.kind === "tool_call");
    expect(calls.map(({ id }) => id)).toEqual([0, 1, 2].map((number) => `call_chatcmpl-77_0_${number}`));
    expect(calls.map((call) => call.arguments)).toEqual(['{"a":1}', '{"a":2}', '{"b":3}']);
  });

  test("tokens whose text comes later are not lost", () => {
    expect(first("logprobs").logprobs?.map(({ token, top }) => [token, top.length])).toEqual([
      ["Hi", 2],
      ["\\xf0\\x9f", 0],
      ["\\x98\\x80", 0],
    ]);
  });

  test("Perplexity's sources are cited", () => {
    expect(first("perplexity").content[0]).toMatchObject({
      citations: [
        { url: "https://example.org/bern", title: "Bern" },
        { url: "https://example.org/2", title: null },
      ],
    });
  });

  test("the old way to call, the text, its citation and its usage", () => {
    expect(first("function-call").content).toMatchObject([
      { id: "call_chatcmpl-DT2f8Qm1_0_0", name: "add", arguments: '{"a":1,"b":2}' },
    ]);
    expect(first("annotations").content).toMatchObject([
      {
        text: "Sunny today ([example.com](…))",
        citations: [{ url: "https://example.com/w?utm_source=openai", title: "Weather", start: 12, end: 31 }],
      },
    ]);
    expect(first("audio").content).toEqual([
      { kind: "speech", id: "audio_6", data: "AAECAwQF", transcript: "Hello", expiresAt: 1_795_333_600 },
    ]);
    expect(readStream(bytesOf("text")).reply.usage).toMatchObject({
      inputTokens: 19,
      outputTokens: 12,
      cachedInputTokens: 8,
      cacheWriteTokens: 4,
      reasoningTokens: 5,
    });
  });

  test("a refusal's finish is `refusal`", () => {
    expect(first("refusal").finish).toEqual({ reason: "refusal", stopSequence: null, detail: null });
  });
});

const both = (message: object, more: object = {}): readonly (readonly OutputPart[])[] => {
  const unary = readReply({ id: "r1", choices: [{ index: 0, message, finish_reason: "stop" }], ...more });
  const chunks = Object.entries(message).map(([key, value]) => ({ [key]: value }));
  const streamed = readStream(
    ...chunks.map((delta) => `data: ${JSON.stringify({ id: "r1", choices: [{ delta }], error: null, ...more })}\n\n`),
    "data: [DONE]\n\n",
  );
  return [unary.candidates[0]!.content, streamed.reply.candidates[0]!.content];
};

describe("the same in one piece and in many, said in full", () => {
  const url_citation = { url: "https://a.example", title: "A", start_index: 0, end_index: 1 };

  test.each<[string, object, object, object[]]>([
    [
      "a seal whose call never comes is hidden reasoning",
      {
        reasoning_details: [{ type: "reasoning.encrypted", data: "G", id: "c9", format: "google-gemini-v1" }],
        content: "a",
      },
      {},
      [{ kind: "text" }, { kind: "reasoning", id: "c9", text: "" }],
    ],
    [
      "citations of its own stand before sources told beside it",
      { content: "a", annotations: [{ type: "url_citation", url_citation }] },
      { search_results: [{ url: "https://b.example", title: "B" }] },
      [{ kind: "text", citations: [{ url: "https://a.example" }] }],
    ],
    [
      "bare sources",
      { content: "a" },
      { citations: ["https://b.example"] },
      [{ citations: [{ url: "https://b.example" }] }],
    ],
    [
      "sources without a text are nothing",
      { refusal: "No" },
      { citations: ["https://b.example"] },
      [{ kind: "refusal" }],
    ],
    [
      "a list that ends in a refusal",
      {
        content: [
          { type: "text", text: "a" },
          { type: "refusal", refusal: "b" },
        ],
      },
      {},
      [{ text: "a" }, { kind: "refusal", text: "b" }],
    ],
    [
      "entries of a kind that nobody knows",
      { reasoning_details: [{ type: "reasoning.server_tool_call", text: "T" }] },
      {},
      [{ kind: "reasoning" }],
    ],
    [
      "a custom call without its words",
      { tool_calls: [{ id: "c", type: "custom", custom: { name: "p" } }] },
      {},
      [{ name: "p", isCustom: true, arguments: "" }],
    ],
    [
      "a thought with a new id is another",
      {
        reasoning_details: [
          { type: "reasoning.text", text: "a", id: "1", index: 0 },
          { type: "reasoning.text", text: "b", id: "2", index: 0 },
        ],
      },
      {},
      [
        { text: "a", id: "1" },
        { text: "b", id: "2" },
      ],
    ],
  ])("%s", (_, message, more, parts) => {
    for (const content of both(message, more)) {
      expect(content.length).toBe(parts.length);
      expect(content).toMatchObject(parts);
    }
  });
});

const stream = (...deltas: readonly object[]): string =>
  deltas
    .map((delta) => `data: ${JSON.stringify({ id: "r1", choices: [{ index: 0, delta }] })}\n\n`)
    .concat("data: [DONE]\n\n")
    .join("");

describe("streams that break", () => {
  test("OpenAI's error in the stream is the last event", () => {
    const { events, failure } = readStream(bytesOf("error-in-stream"));
    expect(events.at(-1)?.kind).toBe("error");
    expect(failure).toEqual({
      kind: "server",
      status: 500,
      message: "The server had an error while processing your request. Sorry about that!",
      code: null,
      param: null,
    });
  });

  test("OpenRouter's number in `code` is the status; its `[DONE]` makes no end of it", () => {
    const { events, failure } = readStream(bytesOf("error-openrouter"));
    expect(failure).toMatchObject({ kind: "server", status: 502, message: "Provider disconnected", code: null });
    expect(events.map(({ kind }) => kind)).not.toContain("end");
  });

  test("an error before all else", () => {
    const { events } = readStream('event: error\ndata: {"message":"slow","code":"rate_limit_exceeded"}\n\n');
    expect(events).toEqual([
      {
        kind: "error",
        failure: { kind: "rate_limit", status: 429, message: "slow", code: "rate_limit_exceeded", param: null },
      },
    ]);
  });

  test.each([
    [{ type: "invalid_request_error" }, "invalid_request", 400],
    [{ type: "permission_error" }, "permission", 403],
    [{ code: 1 }, "server", 500],
    [{ code: 600 }, "server", 500],
  ] as const)("%p in a stream is %s", (error, kind, status) => {
    expect(readStream(`data: ${JSON.stringify({ error })}\n\n`).failure).toMatchObject({ kind, status });
  });

  test("a stream that stops short has no end and is not whole", () => {
    const { events, isWhole } = readStream(bytesOf("cut"));
    expect(isWhole).toBe(false);
    expect(events.at(-1)?.kind).toBe("delta");
  });

  test("one of two choices without its finish is not whole", () => {
    const text = chunksOf(new TextDecoder().decode(bytesOf("two-choices")))
      .slice(0, -2)
      .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    expect(readStream(...text).isWhole).toBe(false);
  });

  test.each([
    [
      "a piece of a call that was whole before a text",
      stream(
        { tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{}" } }] },
        { content: "Wait." },
        { tool_calls: [{ index: 0, function: { arguments: "}" } }] },
      ),
    ],
    ["what is no JSON", "data: {oops\n\n"],
    ["what is no object", "data: [1]\n\n"],
    ["an end without anything before it", "data: [DONE]\n\n"],
    ["a choice far off", 'data: {"id":"1","choices":[{"index":1000000,"delta":{"content":"x"}}]}\n\n'],
    [
      "a call that never gets a name",
      'data: {"id":"1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{}"}}]}}]}\n\ndata: [DONE]\n\n',
    ],
  ])("%s is an invalid response", (_, text) => {
    let thrown: unknown = null;
    try {
      readStream(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ProxyError);
    expect(thrown).toMatchObject({ code: "upstream_invalid_response" });
  });
});

const callsOf = (...entries: readonly object[]): readonly unknown[] =>
  readStream(stream(...entries.map((entry) => ({ tool_calls: [entry] })))).reply.candidates[0]!.content.map((part) =>
    part.kind === "tool_call" ? [part.id, part.name, part.arguments] : part,
  );

describe("pieces of tool calls as servers send them", () => {
  test("id and name in every piece", () => {
    expect(
      callsOf(
        { index: 0, id: "a", function: { name: "f", arguments: '{"x"' } },
        { index: 0, id: "a", function: { name: "f", arguments: ":1}" } },
      ),
    ).toEqual([["a", "f", '{"x":1}']]);
  });

  test("no index, the id in every piece, side by side with another", () => {
    expect(
      callsOf(
        { id: "a", function: { name: "f", arguments: "{" } },
        { id: "a", function: { arguments: "}" } },
        { id: "b", function: { name: "f", arguments: "{}" } },
      ),
    ).toEqual([
      ["a", "f", "{}"],
      ["b", "f", "{}"],
    ]);
  });

  test("the name behind the id, and behind the first piece", () => {
    expect(
      callsOf(
        { index: 0, id: "a" },
        { index: 0, function: { arguments: "{" } },
        { index: 0, function: { name: "f", arguments: "}" } },
      ),
    ).toEqual([["a", "f", "{}"]]);
  });

  test("calls that come in turns, a piece of one and a piece of another, are told one after another", () => {
    expect(
      callsOf(
        { index: 0, id: "a", function: { name: "f", arguments: "" } },
        { index: 1, id: "b", function: { name: "g", arguments: "" } },
        { index: 0, function: { arguments: '{"x"' } },
        { index: 2, id: "c", function: { name: "h", arguments: "{}" } },
        { index: 1, function: { arguments: '{"y":' } },
        { index: 0, function: { arguments: ":1}" } },
        { index: 1, function: { arguments: "2}" } },
      ),
    ).toEqual([
      ["a", "f", '{"x":1}'],
      ["b", "g", '{"y":2}'],
      ["c", "h", "{}"],
    ]);
  });

  test("a call behind one that is whole is told at once", () => {
    const { events } = readStream(
      stream(
        { tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{}" } }] },
        { tool_calls: [{ index: 1, id: "b", function: { name: "g", arguments: "{" } }] },
      ).replace("data: [DONE]\n\n", ""),
    );
    expect(events.filter(({ kind }) => kind === "part").length).toBe(2);
  });

  test("Google's seal beside a call that waits goes with it", () => {
    const extra_content = { google: { thought_signature: "AA==" } };
    const { reply } = readStream(
      stream(
        { tool_calls: [{ index: 0, id: "a", function: { name: "f", arguments: "{" } }] },
        { tool_calls: [{ index: 1, id: "b", function: { name: "g", arguments: "{}" }, extra_content }] },
        { tool_calls: [{ index: 0, function: { arguments: "}" } }] },
      ),
    );
    const [before, second] = reply.candidates[0]?.content ?? [];
    expect(before).toMatchObject({ id: "a", arguments: "{}", signature: null });
    expect(second).toMatchObject({ id: "b", signature: { value: JSON.stringify({ extra_content }) } });
  });

  test("an empty piece behind a call that has ended is nothing", () => {
    expect(
      callsOf(
        { index: 0, id: "a", function: { name: "f", arguments: "{}" } },
        { index: 1, id: "b", function: { name: "g", arguments: "{}" } },
        { index: 0, function: { arguments: "" } },
      ).length,
    ).toBe(2);
  });

  test("reasoning whose entries come all at the end, behind its text, is read once and sealed", () => {
    const { reply } = readStream(
      stream(
        { reasoning: "a" },
        { reasoning: "b" },
        { reasoning_details: [{ type: "reasoning.text", text: "ab", signature: "S" }] },
      ),
    );
    expect(reply.candidates[0]!.content).toMatchObject([
      {
        kind: "reasoning",
        text: "ab",
        signature: { by: "openai-chat", value: '{"signature":"S","type":"reasoning.text"}' },
      },
    ]);
  });

  test("two thoughts of the same index are two parts, because a seal ends one", () => {
    const entries = [{ text: "a" }, { signature: "S" }, { text: "b" }, { signature: "S" }];
    const { reply } = readStream(
      stream(
        ...entries.map((entry) => ({
          reasoning_details: [Object.assign(entry, { type: "reasoning.text", index: 0 })],
        })),
      ),
    );
    expect(reply.candidates[0]!.content).toMatchObject([{ text: "a" }, { text: "b" }]);
  });

  test("Google's seal beside a call goes back as it came", () => {
    const { reply } = readStream(
      stream({
        tool_calls: [
          {
            index: 0,
            id: "a",
            function: { name: "f", arguments: "{}" },
            extra_content: { google: { thought_signature: "T" } },
          },
        ],
      }),
    );
    expect(reply.candidates[0]!.content).toMatchObject([
      { signature: { by: "openai-chat", value: '{"extra_content":{"google":{"thought_signature":"T"}}}' } },
    ]);
  });
});
