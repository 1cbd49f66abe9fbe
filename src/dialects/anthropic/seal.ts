import type { Signature } from "../conversation.ts";
import { packSignature, unpackSignature } from "../signature.ts";

/** Stands for no seal: some clients send thinking back only with one. */
const unsealed = "qlite:none:";

/** Writes the seal of a thinking for a client. */
export const writeSeal = (signature: Signature | null): string =>
  signature === null ? unsealed : packSignature(signature, "anthropic");

/** Reads what stands where this dialect keeps seals, null for none. */
export const readSeal = (text: string): Signature | null =>
  text === "" || text === unsealed ? null : unpackSignature(text, "anthropic");
