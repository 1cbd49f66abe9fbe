import type { DialectName, Signature } from "./conversation.ts";

const mark = "qlite:";
const names: readonly DialectName[] = ["openai-chat", "openai-responses", "anthropic", "gemini", "bedrock-converse"];

/**
 * Writes a provider's seal where a client of the dialect `to` keeps seals, so that it comes back in the next turn.
 *
 * A seal of that dialect is written as it is, a foreign one behind a mark that names its dialect.
 */
export const packSignature = ({ by, value }: Signature, to: DialectName): string =>
  by === to ? value : `${mark}${by}:${value}`;

/** Reads what `packSignature` wrote; text without the mark is a seal of the client's own dialect. */
export const unpackSignature = (text: string, from: DialectName): Signature => {
  if (!text.startsWith(mark)) return { by: from, value: text };
  const end = text.indexOf(":", mark.length);
  const by = names.find((name) => name === text.slice(mark.length, end));
  return by === undefined ? { by: from, value: text } : { by, value: text.slice(end + 1) };
};
