// What the Responses API has to say of the answers it keeps: they are got, cancelled, deleted, and their input is listed.
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import { toUnderWay } from "../../dialects/openai-responses/retell.ts";
import type { Failure } from "../../dialects/reply.ts";
import { ProxyError } from "../../errors.ts";
import { cancelRun, lookAt } from "../background.ts";
import type { KeptResponse, KeptResponses } from "../kept-responses.ts";
import type { Answer } from "../said.ts";
import { refusal } from "./check/refusal.ts";
import type { Endpoint, Heard } from "./endpoint.ts";
import { toInputItems } from "./input-items.ts";
import { unescapeModel } from "./models.ts";
import { readInteger } from "./query-fields.ts";
import { sayPlain } from "./say.ts";
import { readStreamWish, sayStored, type StreamWish } from "./stream-stored.ts";

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
  /** null for a response as a whole. */
  readonly wish: StreamWish | null;
  readonly query: URLSearchParams;
  readonly kept: KeptResponses;
}

type Act = (found: KeptResponse, asked: Asked) => Answer;

const retrieve: Act = ({ body, run }, { wish }) => {
  if (wish !== null) {
    return run?.state === "cancelled"
      ? fail(refusal("stream", "This response cannot be streamed because it was cancelled."))
      : json(readBody(body));
  }
  const state = run === null ? "over" : lookAt(run);
  return json(state === "over" ? readBody(body) : toUnderWay(readBody(body), state));
};

const remove: Act = (_, { id, kept }) => {
  kept.delete(id);
  return json({ id, object: "response", deleted: true });
};

/** As with the service, the end of one that is over, or cancelled before, is only told again. */
const cancel: Act = ({ body, run }) => {
  if (run === null) return fail(refusal(null, "Cannot cancel a synchronous response."));
  cancelRun(run);
  return json(run.state === "cancelled" ? toUnderWay(readBody(body), "cancelled") : readBody(body));
};

const idIn = (item: unknown): string => (isObject(item) && typeof item["id"] === "string" ? item["id"] : "");

const mostLimit = 100;

const listInput: Act = (found, { query, kept }) => {
  const limit = readInteger(query, "limit", { min: 1, max: mostLimit }) ?? 20;
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

/** Refuses to stream what the service would not. @see https://github.com/openai/openai-python/issues/2579 */
const checkStreamed = (found: KeptResponse | null): void => {
  if (found === null || found.writes !== null) return;
  const message = "This response cannot be streamed because it was not created with background=true and stream=true.";
  throw new ProxyError("invalid_request", message, { param: "stream" });
};

const isResponse = ({ status, body }: Extract<Answer, { kind: "json" }>): boolean =>
  status === 200 && body["object"] === "response";

const create = (act: Act): Endpoint => ({
  name: "stored_responses",
  says: new Set(["json", "failure", "raw"]),
  isFixed: true,
  hear: ({ path, query: text, kept }): Heard => {
    const id = idOf(path);
    const query = new URLSearchParams(text);
    const read = act === retrieve ? readStreamWish(query) : null;
    const objection = read !== null && "kind" in read ? read : null;
    const wish = read === null || "kind" in read ? null : read;
    let told: KeptResponse | null = null;
    return {
      model: null,
      stream: wish !== null,
      conversation: null,
      judge: () => {
        if (wish !== null) checkStreamed(kept?.get(id) ?? null);
      },
      user: () => "",
      system: () => "",
      auto: () => {
        const found = kept?.get(id) ?? null;
        if (kept === undefined || found === null) return notFound(id);
        if (objection !== null) return fail(objection);
        const answer = act(found, { id, query, wish, kept });
        if (answer.kind === "json") told = found;
        return answer;
      },
      say: (answer, options) => {
        // A fixture may have something else to say of it.
        const isStreamed = wish !== null && answer.kind === "json" && (told !== null || isResponse(answer));
        if (!isStreamed) return sayPlain(answer, "openai-responses", options.ids);
        const { writes = null, run = null } = told ?? {};
        return sayStored({ body: answer.body, writes, run }, wish, options);
      },
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
