import type { Differing } from "../wire/alike.ts";
import type { SseEvent } from "../wire/sse.ts";
import type {
  ClientDialectName,
  Conversation,
  ConversationField,
  DialectName,
  Effort,
  JsonObject,
} from "./conversation.ts";
import type { Drops } from "./drops.ts";
import { allEfforts } from "./effort.ts";
import type { Failure, Reply, ReplyEvent } from "./reply.ts";

/** What a target needs said differently from its dialect's own service; data of the preset, never a branch by provider. */
export interface Traits {
  /** The field for the output limit in the chat dialect. */
  readonly maxTokensField: "max_completion_tokens" | "max_tokens";
  /** Whether the role `developer` is known; else it is said as `system`. */
  readonly hasDeveloperRole: boolean;
  /** Whether a chat stream can be asked for its usage (`stream_options`). */
  readonly hasStreamOptions: boolean;
  /** How structured output is asked for in the chat dialect: by schema, as any JSON, or not at all. */
  readonly structuredOutput: "schema" | "json" | "none";
  /** The field that carries reasoning in the chat dialect, in replies and back in requests; null for none. */
  readonly reasoningField: "reasoning_content" | "reasoning" | null;
  /** Where reasoning stands in a message of the chat dialect: in a field, or as a part `thinking` of the content (Mistral). */
  readonly reasoningIn: "field" | "content";
  /** How a model is told to think: in words of effort, by a number of tokens, or not at all, since it cannot think. */
  readonly thinking: "effort" | "budget" | "none";
  /**
   * The efforts it can be told, the least first; what is asked for beside them is said as the nearest. Without `none` it
   * thinks whatever it is told; empty, it thinks by itself as much as it likes.
   */
  readonly efforts: readonly Effort[];
  /** Whether the chat dialect says `none` as `thinking: {type: "disabled"}` (DeepSeek). */
  readonly hasThinkingSwitch: boolean;
  /** What to send where the dialect requires a limit and the client gave none. */
  readonly defaultMaxOutputTokens: number;
  /** Whether temperature, top_p and top_k are taken: newer Claude models and OpenAI's reasoning models refuse them. */
  readonly hasSampling: boolean;
  /** Whether `top_k` is known in the chat dialect. */
  readonly hasTopK: boolean;
  /** Whether a call of a tool can be required (`any`, `required`, one by name). */
  readonly canForceTool: boolean;
  /** Whether a system message may stand between other messages in the Anthropic dialect. */
  readonly hasLateSystem: boolean;
  /** Whether the chat dialect has what only OpenAI added: cache breakpoints, custom tools, `allowed_tools`. */
  readonly hasOpenAiExtras: boolean;
  /** Whether `reasoning_details` may come back in the chat dialect (OpenRouter). */
  readonly hasReasoningDetails: boolean;
  /** Top-level fields of the upstream's dialect that this server answers with an error; left out and named. */
  readonly refusedFields: readonly string[];
}

/** Those of an OpenAI-compatible server that nothing else is known of. */
export const plainTraits: Traits = {
  maxTokensField: "max_tokens",
  hasDeveloperRole: false,
  hasStreamOptions: true,
  structuredOutput: "schema",
  reasoningField: "reasoning_content",
  reasoningIn: "field",
  thinking: "effort",
  efforts: allEfforts,
  hasThinkingSwitch: false,
  defaultMaxOutputTokens: 8192,
  hasSampling: true,
  hasTopK: false,
  canForceTool: true,
  hasLateSystem: false,
  hasOpenAiExtras: false,
  hasReasoningDetails: false,
  refusedFields: [],
};

/** What a reader needs of a request beside its body. */
export interface CallFacts {
  readonly model: string;
  readonly stream: boolean;
}

/** What a writer of replies needs: the request it answers, a clock and ids, so that it stays a pure function. */
export interface ReplyContext {
  readonly conversation: Conversation;
  /** Seconds since 1970. */
  readonly nowSeconds: number;
  /** Gives a new id, such as `msg_01J...` for `msg_`. */
  readonly newId: (prefix: string) => string;
  /** The `data:` framing of the client's stream; Gemini has a second one. */
  readonly framing: "sse" | "json-array";
  /** Whether the answer had to wait for its turn, as a background response has; said where the dialect has a word for it. */
  readonly isQueued?: boolean;
}

/** Reads an upstream's stream, one whole SSE event after another, into `emit`. */
export interface EventReader {
  /** @throws {ProxyError} `upstream_invalid_response` - what came is not of the dialect */
  readonly event: (event: SseEvent) => void;
  /** The upstream closed the stream. Answers whether the dialect's own end had come; without it the stream was cut. */
  readonly isWhole: () => boolean;
}

/** Gives the text to send for an event, which may be none. */
export type EventWriter = (event: ReplyEvent) => string;

/**
 * The side of a wire format that an upstream needs: to be asked in it and understood.
 *
 * A reader of replies takes what comes and gives up only where nothing can be made of it.
 */
export interface UpstreamDialect {
  readonly name: DialectName;
  /** @throws {ProxyError} `unsupported_feature` - what would change the answer's meaning if it were left out */
  readonly writeRequest: (conversation: Conversation, traits: Traits, drops: Drops) => JsonObject;
  /** @throws {ProxyError} `upstream_invalid_response` */
  readonly readReply: (body: JsonObject, drops: Drops) => Reply;
  readonly readEvents: (emit: (event: ReplyEvent) => void) => EventReader;
  /**
   * Where two deltas of a stream may differ, one behind the other, that are read as the same but for their text: what is read of one
   * with the texts of both must be what is read of the two.
   */
  readonly deltas: Differing;
  /** `body` is null when it was not JSON; `headers` are those of the reply. */
  readonly readFailure: (status: number, body: JsonObject | null, headers?: Headers) => Failure;
}

/**
 * A wire format that clients and upstreams speak: pure functions between it and the conversation.
 *
 * N dialects are N of these, never N times N translators. A reader of requests refuses what its official service would
 * refuse.
 */
export interface Dialect extends UpstreamDialect {
  readonly name: ClientDialectName;
  /** What the dialect calls the fields of a conversation, for `Drops`. */
  readonly fieldNames: Readonly<Partial<Record<ConversationField, string>>>;
  /** @throws {ProxyError} `invalid_request` with the field in `param` */
  readonly readRequest: (body: JsonObject, facts: CallFacts, drops: Drops) => Conversation;
  readonly writeReply: (reply: Reply, context: ReplyContext, drops: Drops) => JsonObject;
  readonly writeEvents: (context: ReplyContext) => EventWriter;
  readonly writeFailure: (failure: Failure) => JsonObject;
}
