// Anthropic's service. @see https://platform.claude.com/docs/en/api/messages and /build-with-claude/streaming
import type { MessageCreateParams as BetaMessageCreateParams } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import type {
  ContentBlock,
  ContentBlockParam,
  Message,
  MessageCreateParams,
  MessageDeltaUsage,
  RawContentBlockDelta,
  RawContentBlockStartEvent,
  RawMessageStreamEvent,
  StopReason,
  TextBlock,
  ToolUseBlock,
} from "@anthropic-ai/sdk/resources/messages/messages";
import { asked, figures, halves, said, toTypedEvent, type Answer, type Side } from "./scripted.ts";

const model = "claude-sonnet-4-6";
const seal = "EqoBCkgIBxABGAIiQL8Seal+of/Anthropic==";
const redacted = "EmwKAhgBEgyRedactedByAnthropic==";

/** Cached tokens stand beside `input_tokens`, not in it. */
const counts = {
  input_tokens: figures.input - figures.cached - figures.written,
  cache_creation_input_tokens: figures.written,
  cache_read_input_tokens: figures.cached,
  server_tool_use: null,
} as const;
const deltaUsage = {
  ...counts,
  output_tokens: figures.output,
  output_tokens_details: { thinking_tokens: figures.reasoning },
} satisfies MessageDeltaUsage;

/** The service leaves `citations` out where there are none, whatever the SDK says of it. */
type Block = Exclude<ContentBlock, TextBlock> | Omit<TextBlock, "citations">;
type Whole = Omit<Message, "content"> & { readonly content: Block[] };
type BlockStart = Omit<RawContentBlockStartEvent, "content_block"> & { readonly content_block: Block };
type Event = Exclude<RawMessageStreamEvent, RawContentBlockStartEvent> | BlockStart;

const toMessage = (content: Block[], stopReason: StopReason): Whole => ({
  id: "msg_01",
  type: "message",
  role: "assistant",
  model,
  content,
  container: null,
  diagnostics: null,
  stop_reason: stopReason,
  stop_sequence: null,
  stop_details:
    stopReason === "refusal" ? { type: "refusal", category: "general_harms", explanation: said.refusal } : null,
  usage: {
    ...deltaUsage,
    cache_creation: { ephemeral_5m_input_tokens: figures.written, ephemeral_1h_input_tokens: 0 },
    inference_geo: null,
    service_tier: "standard",
    speed: null,
  },
});

/** A block and what its stream makes it of. */
interface Streamed {
  readonly block: Block;
  readonly open: Block;
  readonly deltas: readonly RawContentBlockDelta[];
}

const toText = (text: string, pieces: readonly string[]): Streamed => ({
  block: { type: "text", text },
  open: { type: "text", text: "" },
  deltas: pieces.map((piece) => ({ type: "text_delta", text: piece })),
});

const thinking: Streamed = {
  block: { type: "thinking", thinking: said.thought, signature: seal },
  open: { type: "thinking", thinking: "", signature: "" },
  deltas: [
    ...said.thoughts.map((piece) => ({ type: "thinking_delta" as const, thinking: piece, estimated_tokens: null })),
    { type: "signature_delta", signature: seal },
  ],
};

/** What the service redacted comes in one piece. */
const hidden: Streamed = {
  block: { type: "redacted_thinking", data: redacted },
  open: { type: "redacted_thinking", data: redacted },
  deltas: [],
};

const calls = asked.map(({ id, name, input }): Streamed => {
  const block: ToolUseBlock = { type: "tool_use", id, name, input, caller: { type: "direct" } };
  return {
    block,
    open: { ...block, input: {} },
    deltas: ["", ...halves(JSON.stringify(input))].map((half) => ({ type: "input_json_delta", partial_json: half })),
  };
});

const toAnswer = (streamed: readonly Streamed[], stopReason: StopReason): Answer => {
  const whole = toMessage(
    streamed.map(({ block }) => block),
    stopReason,
  );
  const { usage } = whole;
  const events: readonly Event[] = [
    {
      type: "message_start",
      message: {
        ...whole,
        content: [],
        stop_reason: null,
        stop_details: null,
        // What the answer takes is known at its end.
        usage: { ...usage, output_tokens: 1, output_tokens_details: null },
      },
    },
    ...streamed.flatMap(({ open, deltas }, index): readonly Event[] => [
      { type: "content_block_start", index, content_block: open },
      ...deltas.map((delta) => ({ type: "content_block_delta" as const, index, delta })),
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: {
        stop_reason: stopReason,
        stop_sequence: null,
        stop_details: whole.stop_details,
        container: null,
      },
      usage: deltaUsage,
    },
    { type: "message_stop" },
  ];
  const [start = "", ...rest] = events.map(toTypedEvent);
  return { whole, events: [start, 'event: ping\ndata: {"type": "ping"}\n\n', ...rest] };
};

const typeOfStatus: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

const toFailure = (status: number) => ({
  type: "error",
  error: { type: typeOfStatus[status] ?? "api_error", message: said.refusal },
  request_id: "req_011",
});

const text = toText(said.text, said.pieces);
const object = JSON.stringify(said.object);
const toParams = (body: string): MessageCreateParams => JSON.parse(body);

export const anthropic: Side = {
  dialect: "anthropic",
  model,
  provider: (url) => ({ type: "anthropic", base_url: `${url}/v1` }),
  path: () => "/v1/messages",
  credential: ["x-api-key", "sk-upstream-secret"],
  isStream: (call) => toParams(call.body().toString()).stream === true,
  written: figures.written,
  answers: {
    text: toAnswer([text], "end_turn"),
    short: toAnswer([text], "max_tokens"),
    json: toAnswer([toText(object, halves(object))], "end_turn"),
    calls: toAnswer(calls, "tool_use"),
    thought: toAnswer([thinking, text], "end_turn"),
    hiddenCalls: toAnswer([hidden, ...calls], "tool_use"),
    thoughtCalls: toAnswer([thinking, ...calls], "tool_use"),
    refusal: toAnswer([], "refusal"),
  },
  // It holds no threads: the SDK's tool runner asks for one, and sends the whole conversation when there is none.
  refuses: (body) => {
    const { thread }: BetaMessageCreateParams = JSON.parse(body);
    if (thread?.type !== "continue") return null;
    const { error, ...rest } = toFailure(400);
    return { ...rest, error: { ...error, details: { error_code: "thread_not_found" } } };
  },
  failure: toFailure,
  overloadStatus: 529,
  streamFailure: toTypedEvent(toFailure(529)),
  seals: { thought: [seal], thoughtCalls: [seal], hiddenCalls: [redacted] },
  read: (body) => {
    const { messages, system = [], tools = [], output_config: output, max_tokens: limit } = toParams(body);
    const blocksOf = (role: "user" | "assistant") =>
      messages.flatMap(({ role: by, content }): readonly ContentBlockParam[] => {
        if (by !== role) return [];
        return typeof content === "string" ? [{ type: "text", text: content }] : content;
      });
    const results = new Map(
      blocksOf("user").flatMap((block) => (block.type === "tool_result" ? [[block.tool_use_id, block.content]] : [])),
    );
    return {
      system: typeof system === "string" ? [system] : system.map((block) => block.text),
      questions: blocksOf("user").flatMap((block) => (block.type === "text" ? block.text : [])),
      answered: blocksOf("assistant").flatMap((block) =>
        block.type === "tool_use"
          ? { name: block.name, input: block.input, result: JSON.stringify(results.get(block.id) ?? null) }
          : [],
      ),
      seals: blocksOf("assistant").flatMap((block) => {
        if (block.type === "thinking") return block.signature;
        return block.type === "redacted_thinking" ? block.data : [];
      }),
      media: blocksOf("user").flatMap((block) =>
        (block.type === "image" || block.type === "document") && block.source.type === "base64"
          ? { mediaType: block.source.media_type, data: block.source.data }
          : [],
      ),
      limit,
      tools: tools.flatMap((tool) => ("name" in tool ? tool.name : [])),
      schema: output?.format?.schema ?? null,
    };
  },
};
