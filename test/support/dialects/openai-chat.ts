// An OpenAI-compatible server that speaks chat completions and shows its reasoning, as DeepSeek, vLLM and others do.
// @see https://platform.openai.com/docs/api-reference/chat, https://api-docs.deepseek.com/guides/reasoning_model
import type { CompletionUsage } from "openai/resources";
import type {
  ChatCompletion,
  ChatCompletionAssistantMessageParam,
  ChatCompletionChunk,
  ChatCompletionCreateParams,
  ChatCompletionMessage,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { asked, figures, fromDataUrl, halves, said, toEvent, type Answer, type Side } from "./scripted.ts";

/** What DeepSeek added to the messages. */
interface WithReasoning {
  readonly reasoning_content?: string;
}
type Turn = ChatCompletionAssistantMessageParam & WithReasoning;
type Delta = ChatCompletionChunk.Choice.Delta & WithReasoning;
type Finish = ChatCompletion.Choice["finish_reason"];

const model = "deepseek-r2";
const head = { id: "chatcmpl-1", created: 1_760_000_000, model };
const usage = {
  prompt_tokens: figures.input,
  completion_tokens: figures.output,
  total_tokens: figures.input + figures.output,
  prompt_tokens_details: { cached_tokens: figures.cached, cache_write_tokens: figures.written },
  completion_tokens_details: { reasoning_tokens: figures.reasoning },
} satisfies CompletionUsage;

const toWhole = (message: Partial<ChatCompletionMessage> & WithReasoning, finish: Finish): object =>
  ({
    ...head,
    object: "chat.completion",
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: null, refusal: null, ...message },
        finish_reason: finish,
        logprobs: null,
      },
    ],
    usage,
  }) satisfies ChatCompletion;

const toChunk = (delta: Delta, finish: Finish | null = null): string =>
  toEvent({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
    usage: null,
  } satisfies ChatCompletionChunk);

const usageChunk = toEvent({
  ...head,
  object: "chat.completion.chunk",
  choices: [],
  usage,
} satisfies ChatCompletionChunk);

const toEvents = (deltas: readonly Delta[], finish: Finish): readonly string[] => [
  toChunk({ role: "assistant", content: "" }),
  ...deltas.map((delta) => toChunk(delta)),
  toChunk({}, finish),
  usageChunk,
  "data: [DONE]\n\n",
];

const texts: readonly Delta[] = said.pieces.map((content) => ({ content }));
const thoughts: readonly Delta[] = said.thoughts.map((piece) => ({ reasoning_content: piece }));

const calls = asked.map(({ id, name, input }): ChatCompletionMessageFunctionToolCall => ({
  id,
  type: "function",
  function: { name, arguments: JSON.stringify(input) },
}));
const callDeltas: readonly Delta[] = asked.flatMap(({ id, name, input }, index) => {
  const rest = halves(JSON.stringify(input)).map((half) => ({ index, function: { arguments: half } }));
  const first = { index, id, type: "function" as const, function: { name, arguments: "" } };
  return [first, ...rest].map((call) => ({ tool_calls: [call] }));
});

const text = (content: string, pieces: readonly string[], finish: Finish = "stop"): Answer => ({
  whole: toWhole({ content }, finish),
  events: toEvents(
    pieces.map((piece) => ({ content: piece })),
    finish,
  ),
});

const object = JSON.stringify(said.object);

const typeOfStatus: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  429: "rate_limit_error",
};

const toFailure = (status: number): object => ({
  error: { message: said.refusal, type: typeOfStatus[status] ?? "server_error", param: null, code: null },
});

const textsOf = (parts: ChatCompletionMessageParam["content"]): readonly string[] =>
  typeof parts === "string" ? [parts] : (parts ?? []).flatMap((part) => (part.type === "text" ? part.text : []));
const isSystem = (role: string): boolean => role === "system" || role === "developer";

const toParams = (body: string): ChatCompletionCreateParams => JSON.parse(body);

export const openaiChat: Side = {
  dialect: "openai-chat",
  model,
  provider: (url) => ({ type: "openai", base_url: `${url}/v1`, dialects: ["openai-chat"] }),
  path: () => "/v1/chat/completions",
  credential: ["authorization", "Bearer sk-upstream-secret"],
  isStream: (call) => toParams(call.body().toString()).stream === true,
  // The usage comes to those alone who ask for it.
  sends: (event, call) =>
    event !== usageChunk || toParams(call.body().toString()).stream_options?.include_usage === true,
  written: figures.written,
  answers: {
    text: text(said.text, said.pieces),
    short: text(said.text, said.pieces, "length"),
    json: text(object, halves(object)),
    calls: { whole: toWhole({ tool_calls: calls }, "tool_calls"), events: toEvents(callDeltas, "tool_calls") },
    // Without a seal there is nothing to hide behind.
    hiddenCalls: { whole: toWhole({ tool_calls: calls }, "tool_calls"), events: toEvents(callDeltas, "tool_calls") },
    thought: {
      whole: toWhole({ reasoning_content: said.thought, content: said.text }, "stop"),
      events: toEvents([...thoughts, ...texts], "stop"),
    },
    thoughtCalls: {
      whole: toWhole({ reasoning_content: said.thought, tool_calls: calls }, "tool_calls"),
      events: toEvents([...thoughts, ...callDeltas], "tool_calls"),
    },
    refusal: {
      whole: toWhole({ refusal: said.refusal }, "stop"),
      events: toEvents([{ refusal: said.refusal }], "stop"),
    },
  },
  failure: toFailure,
  overloadStatus: 503,
  streamFailure: toEvent(toFailure(500)),
  // It has no seal but the text itself: https://api-docs.deepseek.com/guides/thinking_mode#tool-calls
  seals: { thought: [said.thought], thoughtCalls: [said.thought], hiddenCalls: [] },
  read: (body) => {
    const { messages, tools = [], response_format: format, ...params } = toParams(body);
    const results = new Map(
      messages.flatMap((message) => (message.role === "tool" ? [[message.tool_call_id, message.content]] : [])),
    );
    const turns = messages.filter((message): message is Turn => message.role === "assistant");
    const parts = messages.flatMap(({ role, content }) =>
      role === "user" && typeof content !== "string" ? content : [],
    );
    return {
      system: messages.flatMap(({ role, content }) => (isSystem(role) ? textsOf(content) : [])),
      questions: messages.flatMap(({ role, content }) => (role === "user" ? textsOf(content) : [])),
      answered: turns
        .flatMap((turn) => turn.tool_calls ?? [])
        .flatMap((call) =>
          call.type !== "function"
            ? []
            : {
                name: call.function.name,
                input: JSON.parse(call.function.arguments),
                result: JSON.stringify(results.get(call.id) ?? null),
              },
        ),
      seals: turns.flatMap((turn) => turn.reasoning_content ?? []),
      media: parts.flatMap((part) => {
        if (part.type === "image_url") return fromDataUrl(part.image_url.url);
        return part.type === "file" ? fromDataUrl(part.file.file_data) : [];
      }),
      limit: params.max_tokens ?? params.max_completion_tokens,
      tools: tools.flatMap((tool) => (tool.type === "function" ? tool.function.name : [])),
      schema: format?.type === "json_schema" ? format.json_schema.schema : null,
    };
  },
};
