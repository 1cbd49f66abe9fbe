// The dialects put together: the one place that knows them all.
import { anthropic } from "./dialects/anthropic/dialect.ts";
import * as anthropicTokens from "./dialects/anthropic/count-tokens.ts";
import { bedrockConverse } from "./dialects/bedrock-converse/dialect.ts";
import type { Count } from "./dialects/count.ts";
import { toFailure } from "./dialects/failure.ts";
import * as geminiTokens from "./dialects/gemini/count-tokens.ts";
import { gemini } from "./dialects/gemini/dialect.ts";
import { toEmbedContentReply, toEmbeddingsRequest } from "./dialects/gemini/embed-content.ts";
import { openaiChat } from "./dialects/openai-chat/dialect.ts";
import { responsesCount } from "./dialects/openai-responses/count-tokens.ts";
import { openaiResponses } from "./dialects/openai-responses/dialect.ts";
import { toErrorText, type ProxyError } from "./errors.ts";
import type { Exchange } from "./pipeline.ts";
import type { Provider } from "./providers/provider.ts";
import type { Counting } from "./stages/count-tokens.ts";
import type { EmbeddingDialect } from "./stages/embed-call.ts";
import { toMethodUrl } from "./stages/method-url.ts";
import type { Dialects } from "./stages/translate.ts";

const clients = { "openai-chat": openaiChat, "openai-responses": openaiResponses, anthropic, gemini };

export const dialects: Dialects = { clients, upstreams: { ...clients, "bedrock-converse": bedrockConverse } };

const anthropicCount: Count = {
  readRequest: anthropicTokens.readCountRequest,
  write: anthropicTokens.writeCountRequest,
  read: anthropicTokens.readCountReply,
  writeReply: anthropicTokens.writeCountReply,
};

const geminiCount: Count = {
  readRequest: (body, { model }, drops) => geminiTokens.readCountTokens(body, model, drops),
  write: geminiTokens.writeCountTokens,
  read: geminiTokens.readTokenCount,
  writeReply: geminiTokens.writeTokenCount,
};

const counts = { anthropic: anthropicCount, gemini: geminiCount, "openai-responses": responsesCount };

/** Adds to the path of a URL, in front of its query. */
const below = (url: string, path: string): string => {
  const query = url.indexOf("?");
  return query === -1 ? `${url}${path}` : `${url.slice(0, query)}${path}${url.slice(query)}`;
};

export const counting: Counting = {
  clients: counts,
  upstreams: counts,
  urlOf: (dialect, provider: Provider, model) => {
    if (dialect === "gemini") return toMethodUrl(provider, model, "countTokens", "");
    return below(provider.urlOf(dialect, model, false), dialect === "anthropic" ? "/count_tokens" : "/input_tokens");
  },
};

export const embedding: EmbeddingDialect = {
  client: gemini,
  upstream: openaiChat,
  toRequest: toEmbeddingsRequest,
  toReply: toEmbedContentReply,
};

/** The body for an error of ours in the words of the client's dialect, as JSON. */
export const toErrorBody = (error: ProxyError, { dialect, id }: Exchange): string => {
  if (dialect === "openai-chat" || dialect === "openai-responses") return toErrorText(error);
  const body = clients[dialect].writeFailure(toFailure(error));
  return JSON.stringify(dialect === "anthropic" ? { ...body, request_id: id } : body);
};
