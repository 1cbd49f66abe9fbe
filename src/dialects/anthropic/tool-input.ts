import { parseJson } from "../../wire/lossless-json.ts";
import type { JsonObject, ToolCall } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { isObject } from "../fields.ts";

const parse = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/**
 * Gives the `input` of a call, which the dialect wants as an object.
 *
 * The free text of a custom tool is `{"input": text}`, because such a tool is said as a function with that one parameter.
 * Arguments that are no JSON object stand in the same form, and are named.
 */
export const toInput = ({ arguments: text, isCustom }: ToolCall, drops: Drops): JsonObject => {
  if (isCustom) return { input: text };
  if (text.trim() === "") return {};
  const parsed = parse(text);
  if (isObject(parsed)) return parsed;
  drops.name("tool_calls.arguments");
  return { input: parsed === undefined ? text : parsed };
};
