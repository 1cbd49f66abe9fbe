import type { Signature } from "../conversation.ts";
import { packSignature, unpackSignature } from "../signature.ts";

/**
 * What stands for the seal of a function call that Gemini did not make itself, or whose seal is lost.
 *
 * Gemini 3 and later refuse a function call of the current turn without a seal, and take this one unchecked.
 *
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures, its questions at the end (read 2026-11-22)
 */
export const placeholder = "skip_thought_signature_validator";
const placeholders: ReadonlySet<string> = new Set([placeholder, "context_engineering_is_the_way_to_go"]);

/** Base64 of `qlite:`, six bytes and so the same eight characters whatever follows. */
const packedStart = "cWxpdGU6";
const redacted = "qlite:redacted:";

/** A seal as it stood on a part. */
export interface Seal {
  readonly signature: Signature;
  /** The text it belongs to was hidden for safety. */
  readonly isRedacted: boolean;
}

/**
 * Reads a `thoughtSignature`: a seal of Gemini, or in base64 what `packSignature` made of a foreign one.
 *
 * A placeholder is no seal, nor is an empty string. Both alphabets of base64 are taken: a Python client writes the
 * second.
 */
export const readSeal = (text: string | null): Seal | null => {
  if (text === null || text === "" || placeholders.has(text)) return null;
  if (text.startsWith(packedStart)) {
    const packed = Buffer.from(text, "base64").toString();
    const isRedacted = packed.startsWith(redacted);
    const signature = unpackSignature(isRedacted ? packed.slice(redacted.length) : packed, "gemini");
    if (signature.by !== "gemini") return { signature, isRedacted };
  }
  return { signature: { by: "gemini", value: text }, isRedacted: false };
};

/** Writes a seal for a client of Gemini, which takes it for bytes in base64. */
export const writeSeal = (signature: Signature, isRedacted = false): string => {
  const packed = packSignature(signature, "gemini");
  return signature.by === "gemini" ? packed : Buffer.from(isRedacted ? redacted + packed : packed).toString("base64");
};
