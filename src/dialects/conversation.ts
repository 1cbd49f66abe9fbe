// The request between the dialects: a superset of what the four of them can say. A reader fills it, a writer says it in
// its own words and names what it has no words for (`drops.ts`).

/** The dialects programs speak. */
export type ClientDialectName = "openai-chat" | "openai-responses" | "anthropic" | "gemini";

/** All there are; one is spoken by upstreams alone. */
export type DialectName = ClientDialectName | "bedrock-converse";

/** An object as it came out of a JSON text; see `wire/lossless-json.ts` for its numbers. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Something only one dialect has words for: passed on as it is to that dialect, named as dropped to any other. */
export interface Native {
  readonly kind: "native";
  readonly dialect: DialectName;
  /** What the dialect calls it, such as `web_search_call`. */
  readonly name: string;
  readonly value: JsonObject;
}

/** What comes before it may be cached; `ttlSeconds` null leaves the time to the provider. */
export interface CacheHint {
  readonly ttlSeconds: number | null;
}

/** Where the bytes of an image, a sound or a document are. */
export type Source =
  | { readonly kind: "base64"; readonly data: string; readonly mediaType: string }
  | { readonly kind: "url"; readonly url: string; readonly mediaType: string | null }
  /** A file of the provider's own store; another provider does not have it. */
  | { readonly kind: "file_id"; readonly id: string; readonly dialect: DialectName }
  | { readonly kind: "text"; readonly text: string };

export interface Text {
  readonly kind: "text";
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly cache: CacheHint | null;
}

export interface Image {
  readonly kind: "image";
  readonly source: Source;
  /** How closely to look, in OpenAI's words: `auto`, `low`, `high`, `original`. */
  readonly detail: string | null;
  readonly cache: CacheHint | null;
  /** As the provider that made it said it, where it said more than this, for its own dialect. */
  readonly native?: Native;
}

export interface Recording<Kind extends "audio" | "video"> {
  readonly kind: Kind;
  readonly source: Source;
  readonly cache: CacheHint | null;
}

export type Audio = Recording<"audio">;
export type Video = Recording<"video">;

/** A document to read: PDF, plain text and whatever else the provider takes. */
export interface File {
  readonly kind: "file";
  readonly source: Source;
  readonly name: string | null;
  /** What the model is told about the document beside its text. */
  readonly context: string | null;
  /** Whether the answer shall cite it. */
  readonly cite: boolean;
  readonly cache: CacheHint | null;
}

export interface Refusal {
  readonly kind: "refusal";
  readonly text: string;
}

/**
 * The provider's seal on its own reasoning, needed to go on with a conversation; worthless to any other provider.
 * `value` is the seal in the words of the dialect `by`; see `signature.ts`.
 */
export interface Signature {
  readonly by: DialectName;
  readonly value: string;
}

export interface Reasoning {
  readonly kind: "reasoning";
  /** The provider's id of this piece, null where it has none. */
  readonly id: string | null;
  /** The empty string when the provider keeps it to itself; then there is a signature. */
  readonly text: string;
  readonly isSummary: boolean;
  /** The provider hid the text for safety; the signature holds it. */
  readonly isRedacted: boolean;
  readonly signature: Signature | null;
}

export interface ToolCall {
  readonly kind: "tool_call";
  /** Ties the result to it; made up by the reader where the dialect has none. */
  readonly id: string;
  readonly name: string;
  /** A JSON text, or for a custom tool any text, exactly as the model wrote it. */
  readonly arguments: string;
  readonly isCustom: boolean;
  /** Gemini seals the call itself. */
  readonly signature: Signature | null;
  readonly cache: CacheHint | null;
}

/** Sound the model spoke. `data` is base64, `expiresAt` seconds since 1970, null when it stays. */
export interface Speech {
  readonly kind: "speech";
  readonly id: string;
  readonly data: string;
  readonly transcript: string;
  readonly expiresAt: number | null;
}

/** A source the answer rests on. Character offsets count UTF-16 units of the text part it stands on, null when not told. */
export interface Citation {
  readonly url: string | null;
  readonly title: string | null;
  readonly quote: string | null;
  readonly start: number | null;
  readonly end: number | null;
  /** As the provider said it, for its own dialect. */
  readonly native: Native | null;
}

export interface ToolResult {
  readonly callId: string;
  /** The tool's name where the dialect tells it; Gemini needs it. */
  readonly name: string | null;
  readonly content: readonly InputPart[];
  readonly isError: boolean;
  readonly isCustom: boolean;
  readonly cache: CacheHint | null;
}

export type InputPart = Text | Image | Audio | Video | File | Native;
export type OutputPart = Text | Refusal | Reasoning | ToolCall | Image | Speech | Native;

export type Message =
  | { readonly role: "system" | "developer"; readonly content: readonly Text[]; readonly name: string | null }
  | { readonly role: "user"; readonly content: readonly InputPart[]; readonly name: string | null }
  | { readonly role: "assistant"; readonly content: readonly OutputPart[]; readonly name: string | null }
  /** Answers to calls of the assistant's turn before; never empty. */
  | { readonly role: "tool"; readonly results: readonly ToolResult[] };

/** Where a tool of a group stands in it; the group is a matter of the dialect it came in, its name holds both. */
export interface Grouped {
  readonly namespace: string;
  /** The tool's name in the group. */
  readonly member: string;
}

export type Tool =
  | {
      readonly kind: "function";
      readonly name: string;
      readonly description: string | null;
      /** A JSON Schema, null for no parameters. */
      readonly parameters: JsonObject | null;
      readonly strict: boolean | null;
      readonly cache: CacheHint | null;
      readonly grouped?: Grouped;
    }
  | {
      /** Takes any text, or one of a grammar. */
      readonly kind: "custom";
      readonly name: string;
      readonly description: string | null;
      readonly format: JsonObject | null;
      readonly grouped?: Grouped;
    }
  | Native;

export type ToolChoice =
  | { readonly kind: "auto" | "none" | "required" }
  | { readonly kind: "tool"; readonly name: string }
  | { readonly kind: "allowed"; readonly names: readonly string[]; readonly isRequired: boolean };

export type OutputFormat =
  | { readonly kind: "text" }
  /** Any JSON object. */
  | { readonly kind: "json" }
  | {
      readonly kind: "schema";
      readonly name: string | null;
      readonly description: string | null;
      readonly schema: JsonObject;
      readonly strict: boolean | null;
    };

export type Effort = "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max";

export interface ReasoningOptions {
  readonly effort: Effort | null;
  /** A limit in tokens; 0 is off, -1 leaves it to the model. */
  readonly budgetTokens: number | null;
  /** Whether and how the reasoning is shown; null leaves it to the provider. */
  readonly summary: "none" | "auto" | "concise" | "detailed" | null;
  /** The client can carry the provider's seals, so it wants them. */
  readonly wantsSignatures: boolean;
}

/** One request for an answer. A field that is null or empty was not given. */
export interface Conversation {
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
  readonly output: OutputFormat | null;
  readonly reasoning: ReasoningOptions | null;
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly seed: number | null;
  /** How many answers. */
  readonly candidates: number | null;
  readonly stop: readonly string[];
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  /** How many alternatives a token comes with; 0 is the token's own probability alone. */
  readonly topLogprobs: number | null;
  readonly logitBias: JsonObject | null;
  readonly verbosity: string | null;
  /** In OpenAI's words: `auto`, `default`, `flex`, `priority`, ... */
  readonly serviceTier: string | null;
  /** Who the client's own user is. */
  readonly user: string | null;
  readonly metadata: JsonObject | null;
  /** Whether the provider shall keep the answer. */
  readonly store: boolean | null;
  readonly previousResponseId: string | null;
  /** The cache for everything up to the last part (Anthropic's top-level `cache_control`). */
  readonly cache: CacheHint | null;
  /** Whether a stream shall end with its usage; only the chat dialect asks. */
  readonly wantsUsage: boolean;
  /** Fields only the dialect it came in has words for, by their name there. */
  readonly native: { readonly dialect: DialectName; readonly fields: JsonObject };
}

/** A field of `Conversation` that a target may be unable to express. */
export type ConversationField = Exclude<keyof Conversation, "model" | "stream" | "messages" | "native">;
