// The dialect of a recorded request, and its conversation read anew.
import { anthropic } from "../dialects/anthropic/dialect.ts";
import type { Conversation } from "../dialects/conversation.ts";
import type { CallFacts, Dialect } from "../dialects/dialect.ts";
import type { Drops } from "../dialects/drops.ts";
import { gemini } from "../dialects/gemini/dialect.ts";
import { openaiChat } from "../dialects/openai-chat/dialect.ts";
import { openaiResponses } from "../dialects/openai-responses/dialect.ts";
import type { EndpointName } from "../mock/asked.ts";
import type { RecordedRequest } from "./file/interaction.ts";

const byEndpoint: Readonly<Partial<Record<EndpointName, Dialect>>> = {
  chat: openaiChat,
  responses: openaiResponses,
  messages: anthropic,
  gemini,
};

/** The dialect of an endpoint that answers conversations; null for any other. */
export const dialectOf = (endpoint: EndpointName): Dialect | null => byEndpoint[endpoint] ?? null;

/** A recording speaks the dialect of the one who asks: what is dropped on the way is nobody's loss. */
export const noDrops: Drops = { field: () => {}, name: () => {}, names: () => [] };

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The model and the form a request asks for, from its body, or of Gemini from its path. */
export const factsOf = ({ endpoint, path, body }: Pick<RecordedRequest, "endpoint" | "path" | "body">): CallFacts => {
  if (endpoint === "gemini") {
    const model = decode(path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf(":")));
    return { model, stream: path.endsWith(":streamGenerateContent") };
  }
  const { model, stream } = body;
  return { model: typeof model === "string" ? model : "", stream: stream === true || stream === "true" };
};

/** The conversation of a request, null where it has none or cannot be read as one. */
export const conversationOf = (request: RecordedRequest): Conversation | null => {
  const dialect = dialectOf(request.endpoint);
  if (dialect === null) return null;
  try {
    return dialect.readRequest(request.body, factsOf(request), noDrops);
  } catch {
    return null;
  }
};

/** How a reply comes: as one body, as events, or as a stream that is one JSON array. */
export type Form = "whole" | "sse" | "json-array";

/** The form a request asks for. */
export const formOf = (request: Pick<RecordedRequest, "endpoint" | "path" | "query" | "body">): Form => {
  if (!factsOf(request).stream) return "whole";
  return request.endpoint === "gemini" && !/(?:^|&)alt=sse(?:&|$)/.test(request.query) ? "json-array" : "sse";
};
