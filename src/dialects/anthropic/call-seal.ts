import type { OutputPart, Signature, ToolCall } from "../conversation.ts";
import { packSignature } from "../signature.ts";
import type { RedactedThinkingBlock } from "./wire.ts";

/**
 * Gives the block that carries Gemini's seal of a call to a client, which has no place for one on the call itself: it
 * stands right before the call, and a client sends it back with all thinking. Null when there is none.
 */
export const toCallSeal = (signature: Signature | null): RedactedThinkingBlock | null =>
  signature?.by === "gemini" ? { type: "redacted_thinking", data: packSignature(signature, "anthropic") } : null;

/** Adds a part to a turn that came back; a call takes the seal that stands before it. Gemini redacts no thinking. */
export const pushPart = (parts: OutputPart[], part: OutputPart): void => {
  const before = parts.at(-1);
  if (
    part.kind === "tool_call" &&
    before?.kind === "reasoning" &&
    before.isRedacted &&
    before.signature?.by === "gemini"
  ) {
    const sealed: ToolCall = { ...part, signature: before.signature };
    parts.splice(-1, 1, sealed);
  } else parts.push(part);
};
