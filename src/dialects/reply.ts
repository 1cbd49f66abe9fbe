// The answer between the dialects, whole or as events.
import type { Citation, OutputPart, Signature } from "./conversation.ts";

/**
 * Tokens, each counted once. `null` means the provider did not tell.
 *
 * `inputTokens` and `outputTokens` are totals; all others are parts of one of them, so a sum over the details never
 * exceeds its total. (OpenAI counts so itself; Anthropic leaves cached tokens out of its input, Gemini thoughts out of
 * its candidates: their readers add them up.)
 */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input: read from the provider's cache. */
  readonly cachedInputTokens: number | null;
  /** Of the input: written to the provider's cache; the long-lived part of them apart. */
  readonly cacheWriteTokens: number | null;
  readonly cacheWriteLongTokens: number | null;
  readonly audioInputTokens: number | null;
  readonly imageInputTokens: number | null;
  /** Of the input: what tools on the provider's side brought in. */
  readonly toolInputTokens: number | null;
  /** Of the output. */
  readonly reasoningTokens: number | null;
  readonly audioOutputTokens: number | null;
  readonly imageOutputTokens: number | null;
  readonly acceptedPredictionTokens: number | null;
  readonly rejectedPredictionTokens: number | null;
  /** Calls, not tokens. */
  readonly webSearches: number | null;
}

export interface TokenLogprob {
  readonly token: string;
  readonly bytes: readonly number[] | null;
  readonly logprob: number;
  readonly top: readonly Omit<TokenLogprob, "top">[];
}

/**
 * Why an answer ended: by itself, at the token limit, at a stop sequence, for calls to be made, because the model
 * refused, because a filter cut it, to be gone on with (Anthropic's `pause_turn`), or broken.
 */
export type FinishReason =
  | "stop"
  | "length"
  | "stop_sequence"
  | "tool_calls"
  | "refusal"
  | "content_filter"
  | "pause"
  | "error";

export interface Finish {
  readonly reason: FinishReason;
  readonly stopSequence: string | null;
  /** What the provider said about it beside the reason. */
  readonly detail: string | null;
}

export interface Candidate {
  readonly index: number;
  readonly content: readonly OutputPart[];
  readonly finish: Finish;
  /** Of all its text, null when not asked for. */
  readonly logprobs: readonly TokenLogprob[] | null;
}

export interface ReplyHead {
  /** The provider's own id, the empty string when it gave none. */
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970, null when not told. */
  readonly createdAt: number | null;
  readonly serviceTier: string | null;
  readonly fingerprint: string | null;
}

export interface Reply extends ReplyHead {
  /** Never empty. */
  readonly candidates: readonly Candidate[];
  readonly usage: Usage | null;
}

/** What kind of failure it is, whatever its provider calls it. */
export type FailureKind =
  | "invalid_request"
  | "authentication"
  | "permission"
  | "quota"
  | "not_found"
  | "too_large"
  | "rate_limit"
  | "overloaded"
  | "timeout"
  | "server";

/** An error of the provider, or of ours, to be said in the client's dialect. */
export interface Failure {
  readonly kind: FailureKind;
  /** The HTTP status it came with or would have. */
  readonly status: number;
  /** As shown to the client. */
  readonly message: string;
  readonly code: string | null;
  readonly param: string | null;
}

/** A part as it begins: text, refusal, reasoning and tool call empty, because they grow by deltas; any other whole. */
export type OpenPart = OutputPart;

/**
 * A stream of these is one answer: `start` first; then parts, each `part`, any number of `delta`, `citation` and
 * `signature`, `part_end`; one `finish` for each candidate; `usage` at any time, the last one counts; `end`, or `error`, last of
 * all. In one candidate a part begins when the one before it has ended, and indexes count from 0. A reader that sees
 * its stream stop short gives no `end`.
 */
export type ReplyEvent =
  /** `usage` is what is known of it before the first word: the input, and no output yet. */
  | ({ readonly kind: "start"; readonly usage?: Usage | null } & ReplyHead)
  | { readonly kind: "part"; readonly candidate: number; readonly index: number; readonly part: OpenPart }
  | {
      readonly kind: "delta";
      readonly candidate: number;
      readonly index: number;
      readonly text: string;
      readonly logprobs: readonly TokenLogprob[] | null;
    }
  | { readonly kind: "citation"; readonly candidate: number; readonly index: number; readonly citation: Citation }
  | { readonly kind: "signature"; readonly candidate: number; readonly index: number; readonly signature: Signature }
  | { readonly kind: "part_end"; readonly candidate: number; readonly index: number }
  | { readonly kind: "finish"; readonly candidate: number; readonly finish: Finish }
  | { readonly kind: "usage"; readonly usage: Usage }
  | { readonly kind: "error"; readonly failure: Failure }
  | { readonly kind: "end" };
