import { ProxyError } from "../../errors.ts";
import type { InputPart, JsonObject, Native, OutputPart, Text } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { dropUnknown } from "../drops.ts";
import { maybeFlag, maybeObject, maybeText, needObject, needText } from "../fields.ts";
import { readMedia } from "./media.ts";
import { camel } from "./proto.ts";
import { readSeal } from "./seal.ts";

/** Parts only this dialect has words for. */
export const nativeParts: ReadonlySet<string> = new Set([
  "executableCode",
  "codeExecutionResult",
  "toolCall",
  "toolResponse",
]);

const dataKeys = ["text", "inlineData", "fileData", "functionCall", "functionResponse", ...nativeParts] as const;
const prefix = "contents.parts.";
const callKeys: ReadonlySet<string> = new Set(["id", "name", "args"]);
const knownKeys: ReadonlySet<string> = new Set([...dataKeys, "thought", "thoughtSignature"]);
const knownMediaKeys: ReadonlySet<string> = new Set([...knownKeys, "mediaResolution"]);

/** A text without sources. */
export const toText = (text: string): Text => ({ kind: "text", text, citations: [], cache: null });

/** A part only this dialect has words for. */
export const toNative = (name: string, value: JsonObject): Native => ({
  kind: "native",
  dialect: "gemini",
  name,
  value,
});

/** A part and the one kind of data it holds. */
export interface RawPart {
  readonly part: JsonObject;
  /** `text` also for a part that is nothing but a seal. */
  readonly key: string;
  readonly at: string;
}

/**
 * Reads what kind of part it is, and names what nobody understands.
 *
 * @throws {ProxyError} `invalid_request` - no data, or data of two kinds
 */
export const readRawPart = (value: unknown, at: string, drops: Drops): RawPart => {
  const part = camel(needObject(value, at));
  const keys = dataKeys.filter((key) => part[key] !== undefined && part[key] !== null);
  const [key] = keys;
  if (keys.length > 1) {
    const message = `Invalid value for '${at}': a part has one of ${keys.join(", ")}, not several of them`;
    throw new ProxyError("invalid_request", message, { param: at });
  }
  if (key === undefined && maybeText(part["thoughtSignature"], `${at}.thoughtSignature`) === null) {
    throw new ProxyError("invalid_request", `Invalid value for '${at}': a part must have one initialized field`, {
      param: at,
    });
  }
  const isMedia = key === "inlineData" || key === "fileData";
  if (key === undefined || !nativeParts.has(key)) {
    dropUnknown(part, isMedia ? knownMediaKeys : knownKeys, prefix, drops);
  }
  return { part, key: key ?? "text", at };
};

/** A part of the user's; `functionResponse` is read apart. */
export const readInputPart = ({ part, key, at }: RawPart, drops: Drops): InputPart => {
  if (key === "functionCall") {
    throw new ProxyError("invalid_request", "A function call stands in the turn of the model, not of the user", {
      param: `${at}.functionCall`,
    });
  }
  if (nativeParts.has(key)) return toNative(key, part);
  if (part["thoughtSignature"] !== undefined) drops.name("contents.parts.thoughtSignature");
  return key === "text" ? toText(needText(part["text"] ?? "", `${at}.text`)) : readMedia(part, at, prefix, drops);
};

/**
 * A part of the model's turn. A seal on anything but a thought or a call becomes a piece of reasoning without text
 * right behind it, as it comes in a stream; a foreign one on a call, one before it.
 */
export const readOutputPart = (
  { part, key, at }: RawPart,
  toCallId: (id: string | null, name: string) => string,
  drops: Drops,
): readonly OutputPart[] => {
  if (nativeParts.has(key)) return [toNative(key, part)];
  const seal = readSeal(maybeText(part["thoughtSignature"], `${at}.thoughtSignature`));
  const isThought = maybeFlag(part["thought"], `${at}.thought`) === true;
  const { signature = null, isRedacted = false } = seal ?? {};
  const reasoning = { kind: "reasoning", id: null, isSummary: true, isRedacted, signature } as const;
  if (key === "text") {
    const text = needText(part["text"] ?? "", `${at}.text`);
    if (isThought) return [{ ...reasoning, text }];
    if (seal === null) return [toText(text)];
    return text === "" ? [{ ...reasoning, text }] : [toText(text), { ...reasoning, text: "" }];
  }
  if (key === "functionCall") {
    const path = `${at}.functionCall`;
    const call = camel(needObject(part["functionCall"], path));
    dropUnknown(call, callKeys, `${prefix}functionCall.`, drops);
    const name = needText(call["name"], `${path}.name`);
    const id = toCallId(maybeText(call["id"], `${path}.id`), name);
    const args = maybeObject(call["args"], `${path}.args`) ?? {};
    const isOwn = signature === null || signature.by === "gemini";
    const read: OutputPart = {
      kind: "tool_call",
      id,
      name,
      arguments: JSON.stringify(args),
      isCustom: false,
      signature: isOwn ? signature : null,
      cache: null,
    };
    // Only Gemini seals calls: a foreign seal on one is of hidden reasoning before it (`sealCall`).
    return isOwn ? [read] : [{ ...reasoning, text: "" }, read];
  }
  if (key === "functionResponse") {
    throw new ProxyError("invalid_request", "A function response stands in the turn of the user, not of the model", {
      param: `${at}.functionResponse`,
    });
  }
  const media = readMedia(part, at, prefix, drops);
  const held: OutputPart = media.kind === "image" ? media : toNative(key, part);
  return seal === null || held.kind === "native" ? [held] : [held, { ...reasoning, text: "" }];
};
