import type { Reasoning, Signature, ToolCall } from "../conversation.ts";
import { toArguments } from "./arguments.ts";
import { writeSeal } from "./seal.ts";
import type { Part } from "./wire.ts";

/** A whole function call; `isWhole` is false when its arguments were no object and had to be wrapped. */
export const writeCallPart = (call: ToolCall): { readonly part: Part; readonly isWhole: boolean } => {
  const { args, isWhole } = toArguments(call);
  const functionCall = { id: call.id, name: call.name, args };
  const { signature } = call;
  return {
    part: signature === null ? { functionCall } : { functionCall, thoughtSignature: writeSeal(signature) },
    isWhole,
  };
};

/**
 * The part that seals what was thought: without a text of its own a seal of Gemini stands on a text, any other on a
 * thought.
 */
export const writeSealPart = (
  signature: Signature,
  { isRedacted }: Pick<Reasoning, "isRedacted">,
  text: string,
): Part => {
  const thoughtSignature = writeSeal(signature, isRedacted);
  return signature.by === "gemini" && text === ""
    ? { text, thoughtSignature }
    : { text, thought: true, thoughtSignature };
};
