// The items a response was made of, as the Responses API lists them: each with an id, written in full.
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import type { KeptResponse, KeptResponses } from "../kept-responses.ts";
import type { NameIds } from "../seed.ts";

/** What ids begin with, by the type of an item. */
const prefixes: Readonly<Record<string, string>> = {
  message: "msg_",
  reasoning: "rs_",
  function_call: "fc_",
  function_call_output: "fco_",
  custom_tool_call: "ctc_",
  custom_tool_call_output: "ctco_",
};

/** Far from the places of the output, which are named from 0 on. */
const firstPlace = 100_000;

const toContent = (content: unknown, role: unknown): unknown => {
  if (typeof content !== "string") return content;
  return role === "assistant"
    ? [{ type: "output_text", text: content, annotations: [], logprobs: [] }]
    : [{ type: "input_text", text: content }];
};

const toItem = (written: JsonObject, place: number, ids: NameIds): JsonObject => {
  const type = typeof written["type"] === "string" ? written["type"] : "message";
  const id = typeof written["id"] === "string" ? written["id"] : ids(prefixes[type] ?? "item_", firstPlace + place);
  const told = { ...written, id, type };
  if (type !== "message") return told;
  return { status: "completed", ...told, content: toContent(written["content"], written["role"]) };
};

const ownItems = ({ input, ids }: KeptResponse): readonly JsonObject[] => {
  const list: readonly unknown[] =
    typeof input === "string" ? [{ role: "user", content: input }] : [input ?? []].flat();
  return list.filter(isObject).map((item, place) => toItem(item, place, ids));
};

/** How far back a conversation is followed. */
const mostResponses = 1000;

/** The input of a response, the oldest item first: what led to it in earlier responses that are still kept, then its own. */
export const toInputItems = (found: KeptResponse, kept: KeptResponses): readonly unknown[] => {
  const chain: KeptResponse[] = [];
  const seen = new Set<string>();
  let previous = found.previousId;
  while (previous !== null && !seen.has(previous) && chain.length < mostResponses) {
    seen.add(previous);
    const earlier = kept.get(previous);
    if (earlier === null) break;
    chain.unshift(earlier);
    previous = earlier.previousId;
  }
  return [...chain.flatMap((earlier) => [ownItems(earlier), earlier.output].flat()), ...ownItems(found)];
};
