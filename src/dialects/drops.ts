import { ProxyError } from "../errors.ts";
import type { Conversation, ConversationField, DialectName, JsonObject } from "./conversation.ts";

/** Collects by name what the target cannot be told; each name once, at most 64 of them. */
export interface Drops {
  /** A field of the conversation, named as the client's dialect calls it. */
  readonly field: (field: ConversationField) => void;
  /** Anything else, by the name the client knows it under, such as `messages.content.cache_control`. */
  readonly name: (name: string) => void;
  readonly names: () => readonly string[];
}

const maxNames = 64;
/** A name comes from the client and goes into a header. */
const unsafe = /[^\w.[\]:/-]/g;

/** Starts a collection; `fieldNames` says what the client's dialect calls the fields of a conversation. */
export const createDrops = (fieldNames: Readonly<Partial<Record<ConversationField, string>>>): Drops => {
  const names = new Set<string>();
  const add = (name: string): void => {
    if (names.size < maxNames) names.add(name.slice(0, 80).replaceAll(unsafe, "_"));
  };
  return {
    field: (field) => add(fieldNames[field] ?? field),
    name: add,
    names: () => [...names],
  };
};

/** Names every key of an object that its reader does not know; a null says nothing and is not missed. */
export const dropUnknown = (object: JsonObject, known: ReadonlySet<string>, prefix: string, drops: Drops): void => {
  for (const key in object) if (!known.has(key) && object[key] !== null) drops.name(`${prefix}${key}`);
};

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * Fields without which a request means something else: what another provider keeps, and tools on its side. They are
 * refused toward any other dialect, never left out.
 */
const essential: Readonly<Partial<Record<DialectName, Readonly<Record<string, (value: unknown) => boolean>>>>> = {
  "openai-chat": { web_search_options: isGiven },
  "openai-responses": { conversation: isGiven, prompt: isGiven, background: (value) => value === true },
  anthropic: { mcp_servers: isGiven, container: isGiven },
  gemini: { cachedContent: isGiven },
};

/**
 * Gives the fields only `dialect` has words for, and names them as dropped when the conversation came in another one,
 * but for those in `shared`, which the writer's dialect knows under the same name.
 *
 * @throws {ProxyError} `unsupported_feature` - one that cannot be left out; `param` is the field
 */
export const nativeFields = (
  { native }: Conversation,
  dialect: DialectName,
  drops: Drops,
  shared: ReadonlySet<string> = new Set(),
): JsonObject => {
  if (native.dialect === dialect) return native.fields;
  const needed = essential[native.dialect] ?? {};
  const kept: Record<string, unknown> = {};
  for (const key in native.fields) {
    if (shared.has(key)) kept[key] = native.fields[key];
    else if (Object.hasOwn(needed, key) && needed[key]?.(native.fields[key]) === true) {
      throw new ProxyError("unsupported_feature", `The provider of this model has no '${key}'`, { param: key });
    } else if (native.fields[key] !== null) drops.name(key);
  }
  return kept;
};
