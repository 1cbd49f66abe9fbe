// What a dialect cannot say, and what it says in its place: the exceptions to the contract, each with its reason.
import type { ClientDialectName } from "../../../src/dialects/conversation.ts";
import type { FailureKind, FinishReason, Usage } from "../../../src/dialects/reply.ts";

type PerClient<T> = Readonly<Record<ClientDialectName, T>>;

/** A finish a dialect has no word for, and the neighbour that is read back. */
export const finishNeighbours: PerClient<Readonly<Partial<Record<FinishReason, FinishReason>>>> = {
  "openai-chat": {
    pause: "length", // not whole; the only word that tells a client so
    error: "length", // the same
  },
  "openai-responses": {
    stop_sequence: "stop", // the dialect has no stop sequences
  },
  anthropic: {
    content_filter: "refusal", // its one word for an answer not to be relied on
    error: "refusal", // the same
  },
  gemini: {
    stop_sequence: "stop", // `STOP` is both
    refusal: "content_filter", // `SAFETY` is both
    pause: "error", // `OTHER`: there is no word for what goes on
  },
};

/** A failure a dialect has no word for in a whole reply. */
export const failureNeighbours: PerClient<Readonly<Partial<Record<FailureKind, FailureKind>>>> = {
  "openai-chat": {},
  "openai-responses": {},
  anthropic: {},
  gemini: {
    quota: "rate_limit", // RESOURCE_EXHAUSTED is both; which it is stands in a detail only Google gives
  },
};

/** The same inside of a stream, where there is no status to tell more. */
export const streamFailureNeighbours: PerClient<Readonly<Partial<Record<FailureKind, FailureKind>>>> = {
  "openai-chat": {
    permission: "invalid_request", // `invalid_request_error` without a code is all three
    not_found: "invalid_request",
  },
  "openai-responses": {
    invalid_request: "server", // an `error` event has a code alone, and these have none
    permission: "server",
    not_found: "server",
  },
  anthropic: {},
  gemini: { quota: "rate_limit" },
};

const always = ["cachedInputTokens", "reasoningTokens"] as const;

/** The details of a usage that a dialect says; any other is gone in it, and its tokens stay in the total. */
export const usageDetails: PerClient<readonly (keyof Usage)[]> = {
  "openai-chat": [
    ...always,
    "cacheWriteTokens",
    "audioInputTokens",
    "imageInputTokens",
    "audioOutputTokens",
    "imageOutputTokens",
    "acceptedPredictionTokens",
    "rejectedPredictionTokens",
    "webSearches",
  ],
  "openai-responses": [...always, "cacheWriteTokens", "cacheWriteLongTokens", "webSearches"],
  anthropic: [...always, "cacheWriteTokens", "cacheWriteLongTokens", "webSearches"],
  gemini: [
    ...always,
    "audioInputTokens",
    "imageInputTokens",
    "toolInputTokens",
    "audioOutputTokens",
    "imageOutputTokens",
  ],
};

/** Those of them that a stream does not say. */
export const notInStreams: PerClient<readonly (keyof Usage)[]> = {
  "openai-chat": [],
  "openai-responses": [],
  // `message_delta` has no `cache_creation`, and what `message_start` says comes before the upstream has told.
  anthropic: ["cacheWriteLongTokens"],
  gemini: [],
};

/** How many answers a reply holds. */
export const holdsManyCandidates: PerClient<boolean> = {
  "openai-chat": true,
  "openai-responses": false, // one `output`
  anthropic: false, // one `content`
  gemini: true,
};

/** How many answers a reader takes; more is a reply nobody's service gives. */
export const mostCandidates: PerClient<number> = {
  "openai-chat": 128, // OpenAI's own limit of `n`
  "openai-responses": Infinity,
  anthropic: Infinity,
  gemini: Infinity,
};

/** A stream without these last events is still whole by its reader: what ends each answer has come before. */
export const dispensableEvents: PerClient<number> = {
  "openai-chat": 2, // the usage and `[DONE]`: many compatible servers send neither
  "openai-responses": 0,
  anthropic: 0,
  gemini: 0, // the reason comes with the last chunk
};

/**
 * Whether a stream of several answers may look whole between two of them. Nothing in the chat dialect tells how many there
 * will be, and many servers send no `[DONE]`.
 */
export const isWholeBetweenAnswers: PerClient<boolean> = {
  "openai-chat": true,
  "openai-responses": false,
  anthropic: false,
  gemini: false,
};

/** Below these keys everything is the client's own: a schema, arguments, tags, examples. */
export const opaqueKeys: ReadonlySet<string> = new Set(
  (
    "parameters schema input_schema parametersJsonSchema responseJsonSchema responseSchema metadata logit_bias " +
    "reasoning_details input args response safetySettings labels speechConfig prediction web_search_options"
  ).split(" "),
);

/** Objects of a request whose unknown keys are lost without a word (G17); a list to be emptied. */
export const knownSilences: PerClient<readonly string[]> = {
  "openai-chat": [],
  "openai-responses": [],
  anthropic: [],
  gemini: [],
};
