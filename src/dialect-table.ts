// The dialects put together: the one place that knows them all.
import { anthropic } from "./dialects/anthropic/dialect.ts";
import * as anthropicMeter from "./dialects/anthropic/metering.ts";
import * as anthropicTokens from "./dialects/anthropic/count-tokens.ts";
import { converseCount } from "./dialects/bedrock-converse/count-tokens.ts";
import { bedrockConverse } from "./dialects/bedrock-converse/dialect.ts";
import type { ClientDialectName } from "./dialects/conversation.ts";
import type { Count } from "./dialects/count.ts";
import { toFailure } from "./dialects/failure.ts";
import * as geminiTokens from "./dialects/gemini/count-tokens.ts";
import { gemini } from "./dialects/gemini/dialect.ts";
import * as geminiMeter from "./dialects/gemini/metering.ts";
import {
  toBatchEmbedContents,
  toEmbedContentReply,
  toEmbeddingsReply,
  toEmbeddingsRequest,
} from "./dialects/gemini/embed-content.ts";
import { isEmbedBatch } from "./dialects/gemini/embed-request.ts";
import { isCutShort, toSingleReply, usageOfEmbeddings, vertexEmbeddings } from "./dialects/gemini/vertex-embed.ts";
import * as chatMeter from "./dialects/openai-chat/metering.ts";
import type { Metering } from "./dialects/metering.ts";
import { openaiChat } from "./dialects/openai-chat/dialect.ts";
import { responsesCount } from "./dialects/openai-responses/count-tokens.ts";
import * as responsesMeter from "./dialects/openai-responses/metering.ts";
import { openaiResponses } from "./dialects/openai-responses/dialect.ts";
import { toErrorText, type ProxyError } from "./errors.ts";
import type { Exchange } from "./pipeline.ts";
import type { Counting } from "./stages/count-tokens.ts";
import type { OwnEmbedding } from "./stages/embed.ts";
import type { EmbeddingDialect } from "./stages/embed-call.ts";
import type { Dialects } from "./stages/write-call.ts";

const clients = { "openai-chat": openaiChat, "openai-responses": openaiResponses, anthropic, gemini };

/** Every dialect by its name: as clients speak it, and as upstreams do. */
export const dialects: Dialects = { clients, upstreams: { ...clients, "bedrock-converse": bedrockConverse } };

/** Where the replies of a dialect tell their usage. */
export const meterings: Readonly<Record<ClientDialectName, Metering>> = {
  "openai-chat": chatMeter.metering,
  "openai-responses": responsesMeter.metering,
  anthropic: anthropicMeter.metering,
  gemini: geminiMeter.metering,
};

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

/** Counting tokens, in the dialects that know it. */
export const counting: Counting = { clients: counts, upstreams: { ...counts, "bedrock-converse": converseCount } };

/** Embeddings of Gemini clients from providers of the OpenAI dialect. */
export const embedding: EmbeddingDialect = {
  client: gemini,
  upstream: openaiChat,
  metering: chatMeter.metering,
  toRequest: toEmbeddingsRequest,
  toReply: toEmbedContentReply,
};

/** Embeddings of providers that are asked for them in their own way, from OpenAI's clients and Gemini's. */
export const ownEmbedding: OwnEmbedding = {
  upstream: gemini,
  methods: vertexEmbeddings,
  usageOf: usageOfEmbeddings,
  clients: {
    "openai-chat": {
      dialect: openaiChat,
      list: "input",
      toRequest: toBatchEmbedContents,
      toReply: (reply, asked, model, drops) => {
        if (isCutShort(reply)) drops.name("statistics.truncated");
        return toEmbeddingsReply(reply, asked, model);
      },
    },
    gemini: {
      dialect: gemini,
      list: "requests",
      toRequest: (body) => body,
      toReply: (reply, asked) => (isEmbedBatch(asked) ? reply : toSingleReply(reply)),
    },
  },
};

/** The body for an error of ours in the words of the client's dialect, as JSON. */
export const toErrorBody = (error: ProxyError, { dialect, id }: Exchange): string => {
  if (dialect === "openai-chat" || dialect === "openai-responses") return toErrorText(error);
  const body = clients[dialect].writeFailure(toFailure(error));
  return JSON.stringify(dialect === "anthropic" ? { ...body, request_id: id } : body);
};
