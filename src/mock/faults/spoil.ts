import { Buffer } from "node:buffer";
import { joinChunks } from "../../wire/body.ts";
import type { FaultEffect } from "../fault.ts";

const lf = 0x0a;
const cr = 0x0d;
const quote = 0x22;
const brace = 0x7d;

/** A byte that stands nowhere in UTF-8. */
const invalid = Uint8Array.of(0xff);

const without = (bytes: Uint8Array, at: number): Uint8Array => {
  const left = Buffer.from(bytes);
  return joinChunks([left.subarray(0, at), left.subarray(at + 1)], bytes.length - 1);
};

/** Without the blank line at its end, so that it runs into the event behind it. */
const withoutBlankLine = (bytes: Uint8Array): Uint8Array | null => {
  let end = bytes.length;
  if (bytes[end - 1] === lf) end -= bytes[end - 2] === cr ? 2 : 1;
  else if (bytes[end - 1] === cr) end -= 1;
  else return null;
  return bytes.subarray(0, end);
};

/**
 * Spoils bytes: JSON loses its last brace, an event its blank line, and a text gets a byte that is no UTF-8 at its end.
 *
 * Gives null where there is nothing of the kind.
 */
export const spoil = (
  bytes: Uint8Array,
  what: Extract<FaultEffect, { kind: "malformed" }>["what"],
): Uint8Array | null => {
  if (what === "sse") return withoutBlankLine(bytes);
  const at = bytes.lastIndexOf(what === "json" ? brace : quote);
  if (at === -1) return null;
  if (what === "json") return without(bytes, at);
  return joinChunks([bytes.subarray(0, at), invalid, bytes.subarray(at)], bytes.length + 1);
};
