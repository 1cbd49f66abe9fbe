import { ProxyError } from "../errors.ts";
import type { Conversation, JsonObject, Source } from "./conversation.ts";
import type { Traits } from "./dialect.ts";
import type { Drops } from "./drops.ts";

/**
 * Takes out of a request what this server refuses, and names it; a `false`, such as that nothing shall be kept, is what such
 * a server does anyway.
 */
export const withoutRefused = (body: JsonObject, { refusedFields }: Traits, drops: Drops): JsonObject => {
  if (refusedFields.length === 0) return body;
  const kept: Record<string, unknown> = {};
  for (const key in body) {
    if (!refusedFields.includes(key)) kept[key] = body[key];
    else if (body[key] !== false) drops.name(key);
  }
  return kept;
};

/**
 * Names the MIME type of a document that is told by its address alone. That of a PDF is not missed: it is what a document
 * at an address is taken for.
 */
export const dropMediaType = (source: Source, drops: Drops): void => {
  if (source.kind !== "url" || source.mediaType === null || source.mediaType === "application/pdf") return;
  drops.name("messages.content.media_type");
};

/** The conversation as a model that cannot think takes it: without the thoughts of earlier turns, which are named. */
export const withoutThoughts = (
  conversation: Conversation,
  { thinking }: Pick<Traits, "thinking">,
  drops: Drops,
): Conversation => {
  if (thinking !== "none") return conversation;
  const messages = conversation.messages.map((message) => {
    if (message.role !== "assistant") return message;
    const content = message.content.filter(({ kind }) => kind !== "reasoning");
    if (content.length === message.content.length) return message;
    drops.name("messages.content.reasoning");
    return { ...message, content };
  });
  return { ...conversation, messages };
};

/** The error for a conversation of which nothing can be said. To be thrown last: what is refused for itself is told first. */
export const nothingLeft = (drops: Drops): ProxyError => {
  const left = drops.names().filter((name) => name.startsWith("messages."));
  const message = "The conversation holds nothing that this model's provider could be told";
  return new ProxyError(
    "unsupported_feature",
    left.length === 0 ? message : `${message}: ${left.join(", ")} left out`,
    {
      param: "messages",
    },
  );
};
