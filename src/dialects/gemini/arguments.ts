import { parseJson } from "../../wire/lossless-json.ts";
import type { JsonObject, ToolCall } from "../conversation.ts";
import { toObject } from "../fields.ts";

const tryParse = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
};

/**
 * Gives the arguments of a call as an object.
 *
 * No text is no arguments. The free text of a custom tool is `{"input": text}`, and so is a text that is no JSON
 * object;
 * for that one `isWhole` is false.
 */
export const toArguments = ({
  arguments: text,
  isCustom,
}: Pick<ToolCall, "arguments" | "isCustom">): { readonly args: JsonObject; readonly isWhole: boolean } => {
  if (isCustom) return { args: { input: text }, isWhole: true };
  if (text.trim() === "") return { args: {}, isWhole: true };
  const args = toObject(tryParse(text));
  return args === null ? { args: { input: text }, isWhole: false } : { args, isWhole: true };
};
