// A seal in this dialect is the `encrypted_content` of a reasoning item together with the item's id, which the service
// checks against it ("Encrypted content item_id did not match"): `value` is the JSON text of both.
import { parsePlainJson } from "../../wire/lossless-json.ts";
import type { Signature } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import { packSignature, unpackSignature } from "../signature.ts";

/**
 * What a foreign seal is of, where a client of this dialect keeps it: of a call that stands before the item, or of
 * reasoning its provider hid. Written before the seal, because some clients (Codex) send reasoning items without their id.
 */
export type SealNote = "" | "call." | "redacted.";

const notes: readonly SealNote[] = ["call.", "redacted."];

export interface NotedSeal {
  readonly signature: Signature;
  readonly note: SealNote;
}

/** Reads the `encrypted_content` of the reasoning item `id`, which may be one that `writeSeal` wrote for another dialect. */
export const readSeal = (id: string | null, encrypted: string): NotedSeal => {
  const note = notes.find((one) => encrypted.startsWith(`${one}qlite:`)) ?? "";
  const signature = unpackSignature(encrypted.slice(note.length), "openai-responses");
  if (signature.by !== "openai-responses") return { signature, note };
  const value = JSON.stringify(id === null ? { encrypted_content: encrypted } : { id, encrypted_content: encrypted });
  return { signature: { by: "openai-responses", value }, note: "" };
};

/** The two parts of a seal of this dialect; a value that holds no id gives null for it. */
export const openSeal = (value: string): { readonly id: string | null; readonly encrypted: string } => {
  try {
    const parsed = toObject(parsePlainJson(value));
    const encrypted = toText(parsed?.["encrypted_content"]);
    if (encrypted !== null) return { id: toText(parsed?.["id"]), encrypted };
  } catch {
    // Not one of ours; the service will say so.
  }
  return { id: null, encrypted: value };
};

/** The `encrypted_content` for a client of this dialect. */
export const writeSeal = (signature: Signature, note: SealNote): string =>
  signature.by === "openai-responses"
    ? openSeal(signature.value).encrypted
    : `${note}${packSignature(signature, "openai-responses")}`;
