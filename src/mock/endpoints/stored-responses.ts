// What the Responses API has to say of the answers it keeps: they are got, cancelled, deleted, and their input is listed.
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import type { Failure } from "../../dialects/reply.ts";
import type { KeptResponse, KeptResponses } from "../kept-responses.ts";
import type { Answer } from "../said.ts";
import { refusal } from "./check/refusal.ts";
import type { Endpoint, Heard } from "./endpoint.ts";
import { toInputItems } from "./input-items.ts";
import { unescapeModel } from "./models.ts";
import { sayPlain } from "./say.ts";

/** `…/responses/{id}`, `…/responses/{id}/input_items`, `…/responses/{id}/cancel`; two names are calls of their own. */
const form = /\/responses\/(?!(?:compact|input_tokens)$)([^/]+)(?:\/(input_items|cancel))?$/;

/** What follows the id in a path of a kept response: nothing, `input_items` or `cancel`; null for any other path. */
export const storedPart = (path: string): "" | "input_items" | "cancel" | null => {
  const found = form.exec(path);
  if (found === null) return null;
  return found[2] === "input_items" || found[2] === "cancel" ? found[2] : "";
};

const idOf = (path: string): string => unescapeModel(form.exec(path)?.[1] ?? "");

const json = (body: JsonObject): Answer => ({ kind: "json", status: 200, body });
const fail = (failure: Failure): Answer => ({ kind: "failure", failure, headers: {} });

const notFound = (id: string): Answer =>
  fail({
    kind: "not_found",
    status: 404,
    message: `Response with id '${id.slice(0, 100)}' not found.`,
    code: null,
    param: null,
  });

const readBody = (text: string): JsonObject => {
  const value: unknown = JSON.parse(text);
  return isObject(value) ? value : {};
};

interface Asked {
  readonly id: string;
  readonly query: URLSearchParams;
  readonly kept: KeptResponses;
}

type Act = (found: KeptResponse, asked: Asked) => Answer;

const retrieve: Act = ({ body }, { query }) =>
  query.get("stream") === "true"
    ? fail(refusal("stream", "The mock keeps the response and not its events: retrieve it without 'stream'"))
    : json(readBody(body));

const remove: Act = (_, { id, kept }) => {
  kept.delete(id);
  return json({ id, object: "response", deleted: true });
};

/** An answer of the mock is over at once: as with the service, the end of a background response is only told again. */
const cancel: Act = ({ body, isBackground }) =>
  isBackground ? json(readBody(body)) : fail(refusal(null, "Cannot cancel a synchronous response."));

const idIn = (item: unknown): string => (isObject(item) && typeof item["id"] === "string" ? item["id"] : "");

const mostLimit = 100;

const limitOf = (query: URLSearchParams): number | Failure => {
  const text = query.get("limit") ?? "20";
  const limit = /^-?\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (limit >= 1 && limit <= mostLimit) return limit;
  if (Number.isNaN(limit)) return refusal("limit", "Invalid type for 'limit': expected an integer.", "invalid_type");
  const [side, sign, bound] = limit < 1 ? ["below minimum", ">=", 1] : ["above maximum", "<=", mostLimit];
  const message = `Invalid 'limit': integer ${side} value. Expected a value ${sign} ${bound}, but got ${limit} instead.`;
  return refusal("limit", message, limit < 1 ? "integer_below_min_value" : "integer_above_max_value");
};

const listInput: Act = (found, { query, kept }) => {
  const limit = limitOf(query);
  if (typeof limit !== "number") return fail(limit);
  const order = query.get("order") ?? "desc";
  if (order !== "asc" && order !== "desc") {
    const message = `Invalid value: '${order.slice(0, 100)}'. Supported values are: 'asc' and 'desc'.`;
    return fail(refusal("order", message, "invalid_value"));
  }
  const oldestFirst = toInputItems(found, kept);
  const items = order === "asc" ? oldestFirst : oldestFirst.toReversed();
  const after = query.get("after");
  const from = after === null ? 0 : items.findIndex((item) => idIn(item) === after) + 1;
  if (after !== null && from === 0) {
    return fail(refusal("after", `Item with id '${after.slice(0, 100)}' not found.`));
  }
  const data = items.slice(from, from + limit);
  return json({
    object: "list",
    data,
    first_id: data.length === 0 ? null : idIn(data[0]),
    has_more: from + limit < items.length,
    last_id: data.length === 0 ? null : idIn(data.at(-1)),
  });
};

const create = (act: Act): Endpoint => ({
  name: "stored_responses",
  says: new Set(["json", "failure", "raw"]),
  isFixed: true,
  hear: ({ path, query, kept }): Heard => {
    const id = idOf(path);
    return {
      model: null,
      stream: false,
      conversation: null,
      user: () => "",
      system: () => "",
      auto: () => {
        const found = kept?.get(id) ?? null;
        return kept === undefined || found === null
          ? notFound(id)
          : act(found, { id, query: new URLSearchParams(query), kept });
      },
      say: (answer, { ids }) => sayPlain(answer, "openai-responses", ids),
    };
  },
});

/**
 * The addresses of a kept response. An id that is not known is a 404.
 *
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts and input-items.d.ts (read 2026-11-22)
 */
export const storedResponses = {
  retrieve: create(retrieve),
  remove: create(remove),
  cancel: create(cancel),
  inputItems: create(listInput),
} as const;
