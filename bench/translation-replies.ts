import type { ClientDialectName } from "../src/dialects/conversation.ts";

/** What the deltas of a stream grow: a text, or the arguments of one call of a tool. */
export type Growing = "text" | "arguments";

// As OpenAI's are: hex digits, among them what looks like an exponent.
const hex = "0c7a68e5f1a2b30068f9d41e7b8c819d9e4f7a6b5c4d3e2f";

const model = "bench-2026";
const words = 'The quick brown fox jumps over the lazy dog; naïve café, 世界. He said "no"\nand left, 1.0 times.'.split(
  /(?<= )/,
);

/** The pieces of an answer, about as long as tokens are; those of arguments make one JSON text together. */
export const piecesOf = (growing: Growing, count: number): readonly string[] => {
  const texts = Array.from({ length: count }, (_, at) => words[at % words.length] ?? "");
  if (growing === "text") return texts;
  return texts.map((text, at) => {
    const inner = JSON.stringify(text).slice(1, -1);
    return `${at === 0 ? '{"path":"a.ts","text":"' : ""}${inner}${at === count - 1 ? '"}' : ""}`;
  });
};

const unnamed = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const typed = (type: string, rest: object): string => `event: ${type}\n${unnamed({ type, ...rest })}`;

const callId = "call_000000000000000000000001";
const callName = "write_file";

type ToStream = (growing: Growing, pieces: readonly string[]) => readonly string[];

const chunk = (delta: object, finish: string | null = null): string =>
  unnamed({
    id: "chatcmpl-DT2f8Qm1xR7aLpW3sKd9VbYt5NhE",
    object: "chat.completion.chunk",
    created: 1_795_330_000,
    model,
    service_tier: "default",
    system_fingerprint: "fp_2d1b7e",
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    usage: null,
    obfuscation: "aB3x",
  });

const toChat: ToStream = (growing, pieces) => {
  const isText = growing === "text";
  const call = { index: 0, id: callId, type: "function", function: { name: callName, arguments: "" } };
  return [
    chunk({ role: "assistant", content: isText ? "" : null, refusal: null, ...(!isText && { tool_calls: [call] }) }),
    ...pieces.map((piece) =>
      chunk(isText ? { content: piece } : { tool_calls: [{ index: 0, function: { arguments: piece } }] }),
    ),
    chunk({}, isText ? "stop" : "tool_calls"),
    "data: [DONE]\n\n",
  ];
};

const responseOf = (status: string, output: readonly object[], usage: object | null): object => ({
  id: `resp_${hex}`,
  object: "response",
  created_at: 1_790_000_000,
  status,
  background: false,
  error: null,
  incomplete_details: null,
  instructions: null,
  max_output_tokens: null,
  model,
  output,
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: "medium", summary: null },
  service_tier: "default",
  store: false,
  text: { format: { type: "text" }, verbosity: "medium" },
  tool_choice: "auto",
  tools: [],
  truncation: "disabled",
  usage,
  metadata: {},
});

const responsesUsage = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 1000,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1012,
};

const partOf = (text: string): object => ({ type: "output_text", annotations: [], logprobs: [], text });

const messageItem = (status: string, text: string | null): object => ({
  id: `msg_${hex}`,
  type: "message",
  status,
  content: text === null ? [] : [partOf(text)],
  role: "assistant",
});

const toResponses: ToStream = (growing, pieces) => {
  let number = 0;
  const event = (type: string, rest: object): string => typed(type, { sequence_number: number++, ...rest });
  const isText = growing === "text";
  const whole = pieces.join("");
  const item = (status: string, value: string | null): object =>
    isText
      ? messageItem(status, value)
      : { id: `fc_${hex}`, type: "function_call", status, arguments: value ?? "", call_id: callId, name: callName };
  const at = { item_id: isText ? `msg_${hex}` : `fc_${hex}`, output_index: 0 };
  const inText = { ...at, content_index: 0 };
  return [
    event("response.created", { response: responseOf("in_progress", [], null) }),
    event("response.in_progress", { response: responseOf("in_progress", [], null) }),
    event("response.output_item.added", { output_index: 0, item: item("in_progress", null) }),
    ...(isText ? [event("response.content_part.added", { ...inText, part: partOf("") })] : []),
    ...pieces.map((delta) =>
      isText
        ? event("response.output_text.delta", { ...inText, delta, logprobs: [], obfuscation: "xK3p" })
        : event("response.function_call_arguments.delta", { ...at, delta, obfuscation: "xK3p" }),
    ),
    ...(isText
      ? [
          event("response.output_text.done", { ...inText, text: whole, logprobs: [] }),
          event("response.content_part.done", { ...inText, part: partOf(whole) }),
        ]
      : [event("response.function_call_arguments.done", { ...at, arguments: whole })]),
    event("response.output_item.done", { output_index: 0, item: item("completed", whole) }),
    event("response.completed", { response: responseOf("completed", [item("completed", whole)], responsesUsage) }),
  ];
};

const messageOf = (content: readonly object[], stopReason: string | null, outputTokens: number): object => ({
  id: "msg_01bench",
  type: "message",
  role: "assistant",
  model,
  content,
  stop_reason: stopReason,
  stop_sequence: null,
  usage: {
    input_tokens: 12,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: outputTokens,
    service_tier: "standard",
  },
});

const toAnthropic: ToStream = (growing, pieces) => {
  const isText = growing === "text";
  const index = 0;
  const block = isText ? { type: "text", text: "" } : { type: "tool_use", id: callId, name: callName, input: {} };
  const toDelta = (piece: string): object =>
    isText ? { type: "text_delta", text: piece } : { type: "input_json_delta", partial_json: piece };
  return [
    typed("message_start", { message: messageOf([], null, 1) }),
    typed("content_block_start", { index, content_block: block }),
    ...pieces.map((piece) => typed("content_block_delta", { index, delta: toDelta(piece) })),
    typed("content_block_stop", { index }),
    typed("message_delta", {
      delta: { stop_reason: isText ? "end_turn" : "tool_use", stop_sequence: null },
      usage: { output_tokens: 1000 },
    }),
    typed("message_stop", {}),
  ];
};

const geminiBody = (parts: readonly object[], finishReason: string | null, tokens: number): object => ({
  candidates: [{ content: { parts, role: "model" }, ...(finishReason !== null && { finishReason }), index: 0 }],
  usageMetadata: {
    promptTokenCount: 12,
    candidatesTokenCount: tokens,
    totalTokenCount: 12 + tokens,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: 12 }],
  },
  modelVersion: model,
  responseId: "rKPnaKDFA6-ZvdIPvOOIwAk",
});

/** A call of Gemini's comes whole, so its stream of `arguments` has one large event. */
const toGemini: ToStream = (growing, pieces) => {
  const lists =
    growing === "text"
      ? pieces.map((text) => [{ text }])
      : [[{ functionCall: { id: callId, name: callName, args: JSON.parse(pieces.join("")) } }]];
  return lists.map((parts, at) => unnamed(geminiBody(parts, at === lists.length - 1 ? "STOP" : null, at + 1)));
};

const streams: Readonly<Record<ClientDialectName, ToStream>> = {
  "openai-chat": toChat,
  "openai-responses": toResponses,
  anthropic: toAnthropic,
  gemini: toGemini,
};

/** The events of a stream of `count` deltas, as the dialect's own service frames them. */
export const eventsOf = (dialect: ClientDialectName, growing: Growing, count: number): readonly string[] =>
  streams[dialect](growing, piecesOf(growing, count));

const answer = "The quick brown fox jumps over the lazy dog. ".repeat(2).trim();

/** The reply without streaming, a short text. */
export const replyOf = (dialect: ClientDialectName): string =>
  JSON.stringify(
    {
      "openai-chat": {
        id: "chatcmpl-bench-000000000000000001",
        object: "chat.completion",
        created: 1_795_330_000,
        model,
        system_fingerprint: "fp_2d1b7e",
        choices: [
          {
            index: 0,
            message: { role: "assistant", content: answer, refusal: null },
            logprobs: null,
            finish_reason: "stop",
          },
        ],
        usage: { prompt_tokens: 12, completion_tokens: 20, total_tokens: 32 },
      },
      "openai-responses": responseOf("completed", [messageItem("completed", answer)], responsesUsage),
      anthropic: messageOf([{ type: "text", text: answer }], "end_turn", 20),
      gemini: geminiBody([{ text: answer }], "STOP", 20),
    }[dialect],
  );
