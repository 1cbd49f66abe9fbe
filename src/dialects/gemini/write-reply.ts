import type { JsonObject, Native, OutputPart } from "../conversation.ts";
import type { ReplyContext } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import type { Candidate, Reply } from "../reply.ts";
import { restOfCitation, restOfImage } from "../rest.ts";
import { writeFinish } from "./finish.ts";
import { writeLogprobs } from "./logprobs.ts";
import { writeSource } from "./media.ts";
import { toNativePart } from "./native-part.ts";
import { sealCall, writeCallPart, writeSealPart } from "./reply-parts.ts";
import { dropUsage, writeUsage } from "./usage.ts";
import type { Candidate as WireCandidate, GenerateContentResponse, Part } from "./wire.ts";
import { type PlacedCitation, writeCitations } from "./write-citations.ts";

/** What of a native part stands beside the content; null for a part of the content or of another dialect. */
export const toExtra = (native: Native): JsonObject | null =>
  native.dialect === "gemini" && toNativePart(native) === null ? native.value : null;

/** A seal of the service's own goes onto the text or the image before it, as the service sends it. */
const addSeal = (seal: Part, parts: Part[]): void => {
  const last = parts.at(-1);
  const isOpen =
    last !== undefined &&
    last.thoughtSignature === undefined &&
    last.thought === undefined &&
    (last.text !== undefined || last.inlineData !== undefined);
  if (!isOpen || seal.thought === true || seal.thoughtSignature === undefined) parts.push(seal);
  else parts[parts.length - 1] = { ...last, thoughtSignature: seal.thoughtSignature };
};

interface WrittenContent {
  readonly parts: Part[];
  readonly placed: PlacedCitation[];
  readonly extras: Record<string, unknown>;
}

const writePart = (part: OutputPart, { parts, placed, extras }: WrittenContent, drops: Drops): void => {
  switch (part.kind) {
    case "text":
      for (const citation of part.citations) {
        placed.push({ citation, partIndex: parts.length, text: part.text });
        // A page has an address and a title, any other source a text.
        const rest = restOfCitation(citation, "gemini", citation.url === null);
        for (const name of rest) drops.name(`message.annotations.${name}`);
      }
      if (part.text !== "") parts.push({ text: part.text });
      break;
    case "refusal":
      parts.push({ text: part.text });
      break;
    case "reasoning":
      if (part.signature !== null) addSeal(writeSealPart(part.signature, part, part.text), parts);
      else if (part.text !== "") parts.push({ text: part.text, thought: true });
      break;
    case "tool_call": {
      const written = writeCallPart(part);
      if (!written.isWhole) drops.name("tool_calls.arguments");
      const sealed = sealCall(written.part, parts.at(-1));
      if (sealed !== null) parts.pop();
      parts.push(sealed ?? written.part);
      break;
    }
    case "image": {
      const image = writeSource(part.source, null);
      if (image === null) drops.name("message.images");
      else {
        parts.push(image);
        for (const name of restOfImage(part)) drops.name(`message.images.${name}`);
      }
      break;
    }
    case "speech":
      drops.name("message.audio");
      if (part.transcript !== "") parts.push({ text: part.transcript });
      break;
    case "native": {
      const own = toNativePart(part);
      if (own !== null) parts.push(own);
      else if (part.dialect === "gemini") Object.assign(extras, toExtra(part));
      else drops.name(`message.${part.name}`);
    }
  }
};

const writeCandidate = ({ index, content, finish, logprobs }: Candidate, drops: Drops): WireCandidate => {
  const written: WrittenContent = { parts: [], placed: [], extras: {} };
  for (const part of content) writePart(part, written, drops);
  if (finish.stopSequence !== null) drops.name("stop_sequence");
  const { parts, placed, extras } = written;
  return {
    content: { ...(parts.length === 0 ? {} : { parts }), role: "model" },
    ...writeFinish(finish),
    index,
    ...(logprobs === null ? {} : { logprobsResult: writeLogprobs(logprobs) }),
    ...writeCitations(placed, extras["groundingMetadata"] !== undefined),
    ...extras,
  };
};

/**
 * Writes the body of a `:generateContent` reply.
 *
 * The seals of other providers stand in base64 where Gemini's stand, the calls of custom tools have the argument
 * `input`.
 *
 * @see https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse (read 2026-11-22)
 */
export const writeReply = (
  reply: Reply,
  { conversation, newId }: ReplyContext,
  drops: Drops,
): GenerateContentResponse => {
  if (reply.fingerprint !== null) drops.name("system_fingerprint");
  if (reply.usage !== null) dropUsage(reply.usage, drops);
  return {
    candidates: reply.candidates.map((candidate) => writeCandidate(candidate, drops)),
    ...(reply.usage === null ? {} : { usageMetadata: writeUsage(reply.usage, reply.serviceTier) }),
    modelVersion: reply.model === "" ? conversation.model : reply.model,
    responseId: reply.id === "" ? newId("") : reply.id,
  };
};
