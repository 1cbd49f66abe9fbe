// `reasoning_details`: what OpenRouter, and others after it, carry reasoning in, with all that must come back unchanged in
// the next turn. Entries are {type: "reasoning.text" | "reasoning.summary" | "reasoning.encrypted",
// text | summary | data, signature, id, format, index}; a stream sends an entry in pieces of the same `index`.
// https://openrouter.ai/docs/guides/best-practices/reasoning-tokens (read 2026-11-22)
import { parseJson } from "../../wire/lossless-json.ts";
import type { JsonObject, Reasoning, Signature } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import { packSignature, unpackSignature } from "../signature.ts";
import type { ReasoningDetail } from "./wire-request.ts";

const me = "openai-chat";
const encrypted = "reasoning.encrypted";
/** Before a foreign seal: its provider hid the text for safety, and must be given it back as such. */
const redactedMark = "redacted.";

/** An entry, or in a stream a piece of one, taken apart. */
export interface Piece {
  readonly type: string;
  readonly index: unknown;
  readonly id: string | null;
  readonly text: string;
  readonly isEncrypted: boolean;
  /** What a foreign seal is of was hidden for safety. */
  readonly isRedacted: boolean;
  /** The seal of another dialect that `packSignature` put here. */
  readonly foreign: Signature | null;
  /** All but the text: the seal of this dialect, as it goes back. */
  readonly rest: JsonObject;
}

/** Takes an entry, or a piece of one, apart. */
export const readPiece = (entry: JsonObject): Piece => {
  const type = toText(entry["type"]) ?? "reasoning.text";
  const isEncrypted = type === encrypted;
  const textKey = type === "reasoning.summary" ? "summary" : isEncrypted ? "" : "text";
  const { [textKey]: text, ...rest } = entry;
  const told = toText(isEncrypted ? entry["data"] : entry["signature"]);
  const isRedacted = isEncrypted && told !== null && told.startsWith(`${redactedMark}qlite:`);
  const seal = isRedacted ? told.slice(redactedMark.length) : told;
  const signature = seal === null ? null : unpackSignature(seal, me);
  return {
    type,
    index: entry["index"],
    id: toText(entry["id"]),
    text: toText(text) ?? "",
    isEncrypted,
    isRedacted,
    foreign: signature === null || signature.by === me ? null : signature,
    rest,
  };
};

/** Whether the entry ends here: a seal stands behind what it seals. */
export const isSealed = (rest: JsonObject): boolean =>
  (toText(rest["data"]) ?? "") !== "" || (toText(rest["signature"]) ?? "") !== "";

const ownWords = new Set(["type", "index", "id"]);

/**
 * The seal of an entry whose pieces have come: what was said of it beside its text, null when that is nothing.
 *
 * Keys are in order and what is empty left out, so that it is the same text however the entry was cut.
 */
export const toSeal = (rest: JsonObject): Signature | null => {
  const keys = Object.keys(rest).filter((key) => rest[key] !== null && rest[key] !== "");
  if (keys.every((key) => ownWords.has(key))) return null;
  return { by: me, value: JSON.stringify(Object.fromEntries(keys.sort().map((key) => [key, rest[key]]))) };
};

/** Begins the part for an entry; text and seal follow. */
export const toPart = ({ type, id, isEncrypted, isRedacted, foreign, rest }: Piece): Reasoning => ({
  kind: "reasoning",
  id,
  text: "",
  isSummary: type === "reasoning.summary",
  isRedacted: isRedacted || (isEncrypted && foreign === null && (toText(rest["format"]) ?? "").startsWith("anthropic")),
  signature: null,
});

/** Takes apart a seal of this dialect; null when it is none, which a client may have made of it. */
export const openSeal = ({ by, value }: Signature): JsonObject | null => {
  if (by !== me) return null;
  try {
    return toObject(parseJson(value));
  } catch {
    return null;
  }
};

const withId = (id: string | null): JsonObject => (id === null ? {} : { id });

/** Writes a piece of text. */
export const writeText = ({ isSummary, id }: Reasoning, text: string, index: number): ReasoningDetail =>
  isSummary
    ? { type: "reasoning.summary", summary: text, ...withId(id), index }
    : { type: "reasoning.text", text, ...withId(id), index };

/**
 * Writes a seal for a client, to follow the text it seals.
 *
 * A text carries the seal as its `signature`. A summary has no such field, so an encrypted entry of the same id follows
 * it, as OpenRouter has it for OpenAI's models; so does what is hidden altogether, with a mark where it is for safety.
 */
export const writeSeal = (part: Reasoning, signature: Signature, index: number): ReasoningDetail => {
  const own = openSeal(signature);
  if (own !== null) return { ...own, index };
  const packed = packSignature(signature, me);
  const mark = part.isRedacted && signature.by !== me ? redactedMark : "";
  return part.isRedacted || part.isSummary
    ? { type: encrypted, data: mark + packed, ...withId(part.id), index }
    : { type: "reasoning.text", signature: packed, ...withId(part.id), index };
};

/** Writes the seal on a tool call: an encrypted entry whose id is that of the call. */
export const writeCallSeal = (callId: string, signature: Signature, index: number): ReasoningDetail => {
  const own = openSeal(signature);
  return own === null || own["extra_content"] !== undefined
    ? { type: encrypted, data: packSignature(signature, me), id: callId, index }
    : { ...own, id: callId, index };
};

/** Writes whole entries for one part, of an answer or of its history; `index` is that of the first. */
export const writeWhole = (part: Reasoning, signature: Signature | null, index: number): readonly ReasoningDetail[] => {
  const text = part.text === "" ? null : writeText(part, part.text, index);
  if (signature === null || signature.value === "") return text === null ? [] : [text];
  const seal = writeSeal(part, signature, index);
  if (text === null) return [seal];
  return text["type"] === seal["type"] ? [{ ...text, ...seal }] : [text, { ...seal, index: index + 1 }];
};

/** Writes the entry an upstream of this dialect sent, as it was; none without its seal. */
export const writeOwn = ({ text, signature }: Reasoning): readonly ReasoningDetail[] => {
  const own = signature === null ? null : openSeal(signature);
  if (own === null) return [];
  if (own["type"] === "reasoning.summary") return [{ ...own, summary: text }];
  return [own["type"] === "reasoning.text" ? { ...own, text } : own];
};
