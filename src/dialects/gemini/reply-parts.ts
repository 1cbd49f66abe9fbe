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

const isHiddenThought = ({ text, thought, thoughtSignature }: Part): boolean =>
  text === "" && thought === true && thoughtSignature !== undefined;

/**
 * Gives a call the seal of the hidden reasoning right before it, when it has none: as Gemini has it, hidden reasoning seals
 * what follows, and clients drop a thought without text. Null when there is nothing to give.
 */
export const sealCall = (call: Part, before: Part | null | undefined): Part | null => {
  if (before === null || before === undefined || !isHiddenThought(before)) return null;
  const { thoughtSignature } = before;
  return call.thoughtSignature !== undefined || thoughtSignature === undefined ? null : { ...call, thoughtSignature };
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
