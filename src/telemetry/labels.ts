import { errorTable } from "../errors.ts";
import type { ExchangeRecord } from "../record.ts";
import { toGeminiMethod } from "../wire/gemini-path.ts";

/** What a name becomes that has no label of its own, and what stands where there is none. */
export const other = "other";
export const none = "none";

/** What was asked for, whatever path it came by. */
export type Endpoint =
  | "chat"
  | "responses"
  | "messages"
  | "gemini"
  | "completions"
  | "embeddings"
  | "moderations"
  | "images"
  | "audio"
  | "count_tokens"
  | "models"
  | "files"
  | "batches"
  | typeof other;

const paths: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ["/v1/chat/completions", "chat"],
  ["/v1/responses", "responses"],
  ["/v1/responses/compact", "responses"],
  ["/v1/responses/input_tokens", "count_tokens"],
  ["/v1/messages", "messages"],
  ["/v1/messages/count_tokens", "count_tokens"],
  ["/v1/tokenize", "count_tokens"],
  ["/v1/completions", "completions"],
  ["/v1/embeddings", "embeddings"],
  ["/v1/moderations", "moderations"],
  ["/v1/models", "models"],
  ["/v1beta/models", "models"],
]);

/** Paths below these, after those of Gemini's methods. */
const rooms: readonly (readonly [prefix: string, endpoint: Endpoint])[] = [
  ["/v1/images/", "images"],
  ["/v1/audio/", "audio"],
  ["/v1/models/", "models"],
  ["/v1beta/models/", "models"],
  ["/v1/files", "files"],
  ["/v1beta/files", "files"],
  ["/v1/uploads", "files"],
  ["/v1/batches", "batches"],
  ["/v1/messages/batches", "batches"],
];

const geminiEndpoints = {
  generateContent: "gemini",
  streamGenerateContent: "gemini",
  countTokens: "count_tokens",
  embedContent: "embeddings",
  batchEmbedContents: "embeddings",
} as const;

/** Names the endpoint of a path. */
export const toEndpoint = (path: string): Endpoint => {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const method = toGeminiMethod(path);
  if (method !== null) return geminiEndpoints[method];
  return rooms.find(([prefix]) => path.startsWith(prefix))?.[1] ?? other;
};

const operations: Readonly<Partial<Record<Endpoint, string>>> = {
  chat: "chat",
  responses: "chat",
  messages: "chat",
  gemini: "generate_content",
  completions: "text_completion",
  embeddings: "embeddings",
};

/** The `gen_ai.operation.name` of an endpoint, null where no model answers with tokens. */
export const toOperation = (endpoint: Endpoint): string | null => operations[endpoint] ?? null;

// Where OpenTelemetry calls a provider otherwise than we do; any other type is its own name.
const providerNames: Readonly<Record<string, string>> = {
  google: "gcp.gemini",
  gemini: "gcp.gemini",
  vertex: "gcp.vertex_ai",
  azure: "azure.ai.openai",
  bedrock: "aws.bedrock",
  mistral: "mistral_ai",
  xai: "x_ai",
};

/**
 * The `gen_ai.provider.name` of a provider's type.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/ (read 2026-11-22)
 */
export const toProviderName = (type: string): string => providerNames[type] ?? type;

const statuses = [
  400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 422, 424, 429, 499, 500, 501, 502, 503, 504, 520, 521, 522,
  523, 524, 529,
];
const anyOther = "_OTHER";

/** Every `error.type` there is: our codes, the usual statuses of providers, and one for all others. */
export const errorTypes: readonly string[] = [...Object.keys(errorTable), ...statuses.map(String), anyOther];
const errorIndexes = new Map<string | number, number>(errorTypes.map((type, index) => [type, index]));
for (const status of statuses) errorIndexes.set(status, errorIndexes.get(String(status)) ?? 0);
const anyOtherIndex = errorTypes.length - 1;

/** The place of a record's error in `errorTypes`: our code, else the status of an error reply; -1 when it went well. */
export const toErrorIndex = ({ errorCode, status }: Pick<ExchangeRecord, "errorCode" | "status">): number => {
  if (errorCode !== null) return errorIndexes.get(errorCode) ?? anyOtherIndex;
  return status < 400 ? -1 : (errorIndexes.get(status) ?? anyOtherIndex);
};

/** Whether an error is the upstream's: its own error reply, or a failure to get a reply from it. */
export const isUpstreamError = (type: string): boolean => type.startsWith("upstream_") || !/^[a-z]/.test(type);

/** Gives the label of a record's model. */
export type ModelLabel = (record: Pick<ExchangeRecord, "model" | "targetModel" | "provider" | "status">) => string;

/**
 * Makes the labels of models: a listed one is its own label at once, any other one from its first 2xx on while there
 * are slots, and `other` before and without one. A record of no model has `none`.
 *
 * Who invents names gets no label for them unless a provider answers; `slots` bounds even those.
 */
export const createModelLabel = (listed: readonly string[], slots: number): ModelLabel => {
  // Half of a surrogate pair would be another character once it is written out, and two names one.
  const labels = new Map(listed.map((name) => [name, name.toWellFormed()]));
  let free = slots;
  return ({ model, targetModel, provider, status }) => {
    const name = targetModel ?? model;
    if (name === null) return none;
    const known = labels.get(name);
    if (known !== undefined) return known;
    if (free === 0 || provider === null || status < 200 || status > 299) return other;
    free -= 1;
    const label = name.toWellFormed();
    labels.set(name, label);
    return label;
  };
};
