import type { ResponseStore } from "../cache/response-store.ts";
import type { Conversation, InputPart, JsonObject, Message, OutputPart } from "../dialects/conversation.ts";
import type { Reply } from "../dialects/reply.ts";
import { toList, toObject, toText } from "../dialects/fields.ts";
import { ProxyError } from "../errors.ts";
import { replyWhole, type Exchange, type Handler } from "../pipeline.ts";

/**
 * What the Responses API keeps for its clients, toward providers that keep nothing: refused, or served from a store.
 *
 * @see `ResponseCreateParams` in `openai` 7.57.0: `previous_response_id`, `store`, `conversation`, `prompt`, `background`
 */
export interface ResponseState {
  /**
   * Gives the request with the items themselves in place of references to them.
   *
   * @throws {ProxyError} `invalid_request` - an item that is not kept, or is referred to twice
   */
  readonly expand: (body: JsonObject) => JsonObject;
  /**
   * Gives the conversation with what came before it.
   *
   * @throws {ProxyError} `unsupported_feature` - it rests on what nobody here keeps; `param` is the field
   * @throws {ProxyError} `previous_response_not_found`
   */
  readonly resume: (conversation: Conversation, body: JsonObject) => Conversation;
  /** Whether the answer is to be kept; the service keeps it unless told not to. */
  readonly isKept: (conversation: Conversation) => boolean;
  /** Keeps an answer under its id, with the conversation that it ended. */
  readonly keep: (conversation: Conversation, body: JsonObject, reply: Reply, response: JsonObject) => void;
}

const refuse = (param: string, message: string): ProxyError =>
  new ProxyError("unsupported_feature", message, { param });

const isReference = (part: InputPart | OutputPart): boolean => part.kind === "native" && part.name === "item_reference";

const refersToItems = (messages: readonly Message[]): boolean =>
  messages.some((message) => message.role !== "tool" && message.content.some(isReference));

const notKept = "; set `responses_store` in the config to have this proxy keep responses";

/** Items that only the provider of the Responses API itself has; what else is its own, `nativeFields` refuses. */
const refuseReferences = ({ messages }: Conversation): void => {
  if (refersToItems(messages)) {
    const advice = `send them whole, as most clients do with \`store: false\`${notKept}`;
    throw refuse("input", `The provider of this model keeps no items to refer to: ${advice}`);
  }
};

/** For a proxy without a store: a conversation must come whole. */
export const refusingState: ResponseState = {
  expand: (body) => body,
  resume: (conversation) => {
    refuseReferences(conversation);
    if (conversation.previousResponseId !== null) {
      throw refuse(
        "previous_response_id",
        `The provider of this model keeps no responses: send the whole conversation in 'input'${notKept}`,
      );
    }
    if (conversation.store === true) {
      throw refuse("store", `The provider of this model keeps no responses${notKept}`);
    }
    return conversation;
  },
  isKept: () => false,
  keep: () => {},
};

/** Instructions hold for one request; they stand first, as a system message. */
const split = (messages: readonly Message[], body: JsonObject): readonly [Message[], readonly Message[]] => {
  const [first, ...rest] = messages;
  const instructions = body["instructions"];
  const hasOwn = typeof instructions === "string" && instructions !== "" && first?.role === "system";
  return hasOwn ? [[first], rest] : [[], messages];
};

const outputOf = (response: JsonObject | null): readonly JsonObject[] =>
  toList(response?.["output"])
    .map(toObject)
    .filter((item) => item !== null);

/** A reference may come without its type. */
const referredBy = (item: JsonObject | null): string | null => {
  const isTyped = item?.["type"] === "item_reference";
  const isBare = item !== null && item["role"] === undefined && (item["type"] ?? null) === null;
  return isTyped || isBare ? toText(item["id"]) : null;
};

const refuseItem = (id: string, why: string): ProxyError =>
  new ProxyError("invalid_request", `Item with id '${id.slice(0, 100)}' ${why}.`, { param: "input" });

/**
 * Finds items by their ids; reads a response once, whatever is asked of it.
 *
 * Each item is given once, as the official service has it too: a small request must not make a huge one.
 */
const createFinder = (store: ResponseStore) => {
  const found = new Map<string, JsonObject>();
  const given = new Set<string>();
  return (id: string): JsonObject => {
    if (given.has(id)) throw refuseItem(id, "is referred to more than once");
    given.add(id);
    if (!found.has(id)) {
      const response = toObject(JSON.parse(store.ofItem(id)?.body ?? "null"));
      for (const item of outputOf(response)) found.set(toText(item["id"]) ?? "", item);
    }
    const item = found.get(id);
    if (item !== undefined) return item;
    throw refuseItem(id, "not found");
  };
};

/** Keeps responses in a store of this process. */
export const createStoredState = (store: ResponseStore): ResponseState => ({
  expand: (body) => {
    const { input } = body;
    if (!Array.isArray(input) || !input.some((item) => referredBy(toObject(item)) !== null)) return body;
    const find = createFinder(store);
    const toItem = (item: unknown): unknown => {
      const id = referredBy(toObject(item));
      return id === null ? item : find(id);
    };
    return { ...body, input: input.map(toItem) };
  },
  resume: (conversation, body) => {
    const { previousResponseId: id, messages } = conversation;
    if (id === null) return conversation;
    const stored = store.get(id);
    if (stored === null) {
      throw new ProxyError(
        "previous_response_not_found",
        `Previous response with id '${id.slice(0, 100)}' not found.`,
        {
          param: "previous_response_id",
        },
      );
    }
    const [instructions, input] = split(messages, body);
    return { ...conversation, previousResponseId: null, messages: [...instructions, ...stored.messages, ...input] };
  },
  isKept: ({ store: asked }) => asked !== false,
  keep: ({ messages }, body, { candidates: [answer] }, response) => {
    const { id } = response;
    if (typeof id !== "string" || answer === undefined) return;
    const [, input] = split(messages, body);
    const turn: Message = { role: "assistant", content: answer.content, name: null };
    const itemIds = outputOf(response).flatMap((item) => toText(item["id"]) ?? []);
    store.put(id, { messages: [...input, turn], body: JSON.stringify(response), itemIds });
  },
});

const prefix = "/v1/responses/";

/** Answers `GET` and `DELETE /v1/responses/{id}` for a response in the store; null for any other. */
export const createStoredResponses =
  (store: ResponseStore) =>
  (exchange: Exchange): ReturnType<Handler> | null => {
    const { method, path } = exchange;
    if (!path.startsWith(prefix) || (method !== "GET" && method !== "DELETE")) return null;
    const id = path.slice(prefix.length);
    const stored = store.get(id);
    if (stored === null) return null;
    if (method === "DELETE") store.delete(id);
    const body = method === "GET" ? stored.body : JSON.stringify({ id, object: "response", deleted: true });
    return replyWhole(exchange, body, { headers: { "content-type": "application/json" } });
  };
