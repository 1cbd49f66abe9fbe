import { toGeminiMethod } from "../wire/gemini-path.ts";

/**
 * The names of OpenTelemetry's conventions that spans use.
 *
 * Written out, as its authors advise, since those of generative AI are exported by an entry point of 1.2 MB; a test holds
 * them against it.
 *
 * @see `@opentelemetry/semantic-conventions` 1.45.0, entry point `incubating`
 */
export const names = {
  errorType: "error.type",
  httpMethod: "http.request.method",
  httpMethodOriginal: "http.request.method_original",
  httpRoute: "http.route",
  httpStatus: "http.response.status_code",
  urlPath: "url.path",
  urlScheme: "url.scheme",
  operation: "gen_ai.operation.name",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  requestStream: "gen_ai.request.stream",
  responseModel: "gen_ai.response.model",
  timeToFirstChunk: "gen_ai.response.time_to_first_chunk",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
} as const;

/** Ours, where the conventions have no name. */
export const ownNames = {
  requestId: "qlite.request_id",
  ending: "qlite.ending",
  overheadMs: "qlite.overhead_ms",
  route: "qlite.route",
  key: "qlite.key",
  model: "qlite.model",
  provider: "qlite.provider",
  attempts: "qlite.attempts",
  usageSource: "qlite.usage_source",
  costUsd: "qlite.cost_usd",
  serviceTier: "qlite.service_tier",
  upstreamRequestId: "qlite.upstream_request_id",
  dropped: "qlite.dropped",
} as const;

/** Events of a streamed reply: its head came from the upstream, its first chunk passed, its head went to the client. */
export const eventNames = {
  replyHead: "qlite.reply_head",
  firstChunk: "qlite.first_chunk",
  headSent: "qlite.head_sent",
} as const;

const routes: ReadonlySet<string> = new Set([
  "/v1/chat/completions",
  "/v1/responses",
  "/v1/responses/compact",
  "/v1/responses/input_tokens",
  "/v1/messages",
  "/v1/messages/count_tokens",
  "/v1/completions",
  "/v1/embeddings",
  "/v1/moderations",
  "/v1/images/generations",
  "/v1/audio/speech",
  "/v1/models",
  "/v1/tokenize",
]);

/** Gives `http.route`, a path without what a client may choose; null for one that is only passed on and may hold anything. */
export const toRoute = (path: string): string | null => {
  if (routes.has(path)) return path;
  const method = toGeminiMethod(path);
  return method === null ? null : `${path.slice(0, path.indexOf("/", 1))}/models/{model}:${method}`;
};
