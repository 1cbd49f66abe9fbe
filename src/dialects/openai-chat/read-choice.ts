import type { Citation, JsonObject, OutputPart } from "../conversation.ts";
import { isObject, toList, toNumber, toObject, toText } from "../fields.ts";
import type { ReplyEvent, TokenLogprob } from "../reply.ts";
import { readAnnotations } from "./citations.ts";
import { readFinish } from "./finish.ts";
import { createParts } from "./growing-parts.ts";
import { readLogprobs } from "./logprobs.ts";
import { createCallReader } from "./read-calls.ts";
import { createReasoningReader } from "./read-reasoning.ts";
import { readImageUrl } from "./sources.ts";

/** Reads one of the `choices`: its whole `message`, or its deltas as they come. */
export interface ChoiceReader {
  /** @throws {ProxyError} `upstream_invalid_response` */
  readonly read: (choice: JsonObject) => void;
  readonly isFinished: () => boolean;
  /** Ends what is open and tells why the answer ended; `sources` are cited when the text has no citations of its own. */
  readonly finish: (sources: readonly Citation[]) => void;
}

interface Audio {
  id: string;
  data: string;
  transcript: string;
  expiresAt: number | null;
}

const noCitations: readonly Citation[] = [];
const text: OutputPart = { kind: "text", text: "", citations: noCitations, cache: null };
const refusal: OutputPart = { kind: "refusal", text: "" };

/** Nearly every delta is so: nothing else to look for. */
const isTextAlone = (delta: JsonObject): boolean => {
  for (const key in delta) if (key !== "content") return false;
  return typeof delta["content"] === "string";
};

/** `newCallId` makes up the id of a tool call from its number in the answer. */
export const createChoiceReader = (
  candidate: number,
  emit: (event: ReplyEvent) => void,
  newCallId: (candidate: number, number: number) => string,
): ChoiceReader => {
  const parts = createParts(candidate, emit);
  const reasoning = createReasoningReader(parts);
  const calls = createCallReader(parts, (number) => newCallId(candidate, number), reasoning.takeCallSeal);
  let finishReason: string | null = null;
  let matched: unknown = null;
  let hasRefusal = false;
  let isCited = false;
  let audio: Audio | null = null;
  // Of the content so far, and where its open part begins; in UTF-16 units.
  let length = 0;
  let from = 0;
  // Tokens whose text has not come yet: a character may be spread over several.
  let held: readonly TokenLogprob[] | null = null;
  // Text and refusals that came while a call was under way: the parts of an answer do not overlap.
  const late: (readonly [OutputPart, string])[] = [];

  const grow = (part: OutputPart, said: string, tokens: readonly TokenLogprob[] | null): void => {
    if (tokens !== null) held = held === null ? tokens : [...held, ...tokens];
    const isOpen = parts.open()?.kind === part.kind;
    if (said === "" && (!isOpen || held === null)) return;
    if (!isOpen && calls.isUnderWay()) {
      late.push([part, said]);
      return;
    }
    if (late.length > 0) tellLate();
    if (parts.open()?.kind !== part.kind) {
      parts.begin({ ...part });
      from = length;
    }
    if (part.kind === "text") length += said.length;
    parts.grow(said, held);
    held = null;
  };

  const tellLate = (): void => {
    for (const [part, said] of late.splice(0)) grow(part, said, null);
  };

  /** Mistral sends content as a list, with its reasoning in it. */
  const readContent = (content: unknown, tokens: readonly TokenLogprob[] | null): void => {
    if (!Array.isArray(content)) return grow(text, toText(content) ?? "", tokens);
    held = tokens ?? held;
    for (const item of content.filter(isObject)) {
      if (item["type"] === "thinking") {
        for (const piece of toList(item["thinking"]).filter(isObject)) {
          const thought = toText(piece["text"]) ?? "";
          if (thought !== "") reasoning.plain(thought);
        }
      } else if (item["type"] === "refusal") {
        hasRefusal = true;
        grow(refusal, toText(item["refusal"]) ?? "", null);
      } else grow(text, toText(item["text"]) ?? "", null);
    }
    return undefined;
  };

  const readRefusal = (said: string, tokens: readonly TokenLogprob[] | null): void => {
    hasRefusal ||= said !== "";
    grow(refusal, said, tokens);
  };

  const readAudio = (delta: JsonObject): void => {
    audio ??= { id: "", data: "", transcript: "", expiresAt: null };
    audio.id = toText(delta["id"]) ?? audio.id;
    audio.data += toText(delta["data"]) ?? "";
    audio.transcript += toText(delta["transcript"]) ?? "";
    audio.expiresAt = toNumber(delta["expires_at"]) ?? audio.expiresAt;
  };

  const readImages = (images: unknown): void => {
    for (const image of toList(images).filter(isObject)) {
      const source = readImageUrl(toText(toObject(image["image_url"])?.["url"]) ?? "");
      if (source !== null) parts.begin({ kind: "image", source, detail: null, cache: null });
    }
  };

  const readDelta = (delta: JsonObject, logprobs: JsonObject | null): void => {
    if (logprobs === null && isTextAlone(delta)) {
      grow(text, toText(delta["content"]) ?? "", null);
      return;
    }
    reasoning.read(delta);
    const tokens = readLogprobs(logprobs?.["content"]);
    if (tokens !== null || (delta["content"] !== null && delta["content"] !== undefined)) {
      readContent(delta["content"], tokens);
    }
    const refused = readLogprobs(logprobs?.["refusal"]);
    if (refused !== null || typeof delta["refusal"] === "string") readRefusal(toText(delta["refusal"]) ?? "", refused);
    if (delta["annotations"] !== undefined && parts.open()?.kind === "text") {
      for (const citation of readAnnotations(delta["annotations"], from)) {
        isCited = true;
        parts.cite(citation);
      }
    }
    if (delta["images"] !== undefined) readImages(delta["images"]);
    const audioDelta = toObject(delta["audio"]);
    if (audioDelta !== null) readAudio(audioDelta);
    for (const call of toList(delta["tool_calls"])) if (isObject(call)) calls.read(call);
    const legacy = toObject(delta["function_call"]);
    if (legacy !== null) calls.read({ index: -1, function: legacy });
  };

  return {
    read: (choice) => {
      const delta = toObject(choice["delta"]) ?? toObject(choice["message"]);
      if (delta !== null) readDelta(delta, toObject(choice["logprobs"]));
      finishReason = toText(choice["finish_reason"]) ?? finishReason;
      matched = choice["stop_reason"] ?? matched;
    },
    // A spoken answer may end with the time its sound expires at instead.
    isFinished: () => finishReason !== null || (audio !== null && audio.expiresAt !== null),
    finish: (sources) => {
      if (late.length > 0) {
        parts.end();
        tellLate();
      }
      calls.finish();
      if (!isCited && parts.open()?.kind === "text") for (const source of sources) parts.cite(source);
      reasoning.flush();
      if (audio !== null) parts.begin({ kind: "speech", ...audio });
      parts.end();
      const seen = { hasCalls: calls.hasCalls(), hasRefusal };
      emit({ kind: "finish", candidate, finish: readFinish(finishReason, matched, seen) });
    },
  };
};
