import type { Citation, JsonObject, OutputPart, Signature } from "../conversation.ts";
import { toList, toObject, toText as asText } from "../fields.ts";
import type { Finish, ReplyEvent } from "../reply.ts";
import { collectCitations, isTextPart } from "./read-citations.ts";
import { readFinish } from "./finish.ts";
import { readLogprobs } from "./logprobs.ts";
import { createPartialArgs, type PartialArgs } from "./partial-args.ts";
import { camel } from "./proto.ts";
import { toNative, toText } from "./read-parts.ts";
import { readReplyMedia } from "./reply-media.ts";
import { readSeal, type Seal } from "./seal.ts";

/** Fields read here, and two that only sum up what others say. */
const known: ReadonlySet<string> = new Set([
  "content",
  "index",
  "finishReason",
  "finishMessage",
  "citationMetadata",
  "logprobsResult",
  "avgLogprobs",
  "tokenCount",
]);

/** Makes events of one candidate's chunks; a whole reply is one chunk. */
export interface CandidateReader {
  readonly chunk: (candidate: JsonObject) => void;
  readonly isFinished: () => boolean;
  /** Tells what had to wait for the end; `otherwise` is how it ended when the service did not say. */
  readonly end: (otherwise: Finish) => void;
  /** Whether anything but its end has come. */
  readonly hasContent: () => boolean;
}

const unplaced = (citation: Citation): Citation => ({ ...citation, start: null, end: null });

const isEmpty = (value: unknown): boolean =>
  value === null || (typeof value === "object" && Object.keys(value).length === 0);

/** Nearly every chunk is so: no other spelling to look for, nothing to keep for the end. */
const hasOnlyKnown = (candidate: JsonObject): boolean => {
  for (const key in candidate) if (!known.has(key)) return false;
  return true;
};

const readObject = (value: unknown): JsonObject => camel(toObject(value) ?? {});

/** Starts a candidate; `newCallId` names a call that has no id. */
export const createCandidateReader = (
  candidate: number,
  emit: (event: ReplyEvent) => void,
  newCallId: () => string,
): CandidateReader => {
  let next = 0;
  let open: "text" | "thought" | "call" | null = null;
  let text = "";
  let textBegin = 0;
  let seal: Seal | null = null;
  let partial: PartialArgs | null = null;
  let callSeal: Signature | null = null;
  let citations: Citation[] = [];
  let chunks = 0;
  let hasCalls = false;
  let finish: { readonly reason: string; readonly message: string | null } | null = null;
  const cited = new Set<string>();
  const extras = new Map<string, unknown>();

  const at = () => ({ candidate, index: next - 1 });
  const begin = (kind: typeof open, part: OutputPart): void => {
    next += 1;
    open = kind;
    emit({ kind: "part", ...at(), part });
  };
  const grow = (delta: string, logprobs: ReturnType<typeof readLogprobs>): void =>
    emit({ kind: "delta", candidate, index: next - 1, text: delta, logprobs });
  const cite = (end: number): void => {
    const isHere = ({ start }: Citation): boolean => start === null || (start >= textBegin && start < end);
    for (const { start, end: stop, ...rest } of citations.filter(isHere)) {
      const place = { start: start === null ? null : start - textBegin, end: stop === null ? null : stop - textBegin };
      emit({ kind: "citation", ...at(), citation: { ...rest, ...place } });
    }
    citations = citations.filter((citation) => !isHere(citation));
  };
  const close = (): void => {
    if (open === null) return;
    if (open === "text") cite(text.length);
    if (open === "call" && partial !== null) {
      grow(partial.toJson(), null);
      if (callSeal !== null) emit({ kind: "signature", ...at(), signature: callSeal });
      partial = null;
    }
    emit({ kind: "part_end", ...at() });
    open = null;
  };
  const beginThought = (isRedacted: boolean): void =>
    begin("thought", { kind: "reasoning", id: null, text: "", isSummary: true, isRedacted, signature: null });
  // The seal of a text waits: what it seals may still be cited, and a text behind it is another part.
  const settle = (): void => {
    if (seal === null) return;
    const { signature, isRedacted } = seal;
    seal = null;
    close();
    beginThought(isRedacted);
    emit({ kind: "signature", ...at(), signature });
    close();
  };
  const whole = (part: OutputPart): void => {
    settle();
    close();
    begin(null, part);
    emit({ kind: "part_end", ...at() });
  };

  const readThought = (delta: string, sealed: Seal | null): void => {
    settle();
    if (delta === "" && sealed === null) return;
    if (open !== "thought") {
      close();
      beginThought(sealed?.isRedacted === true);
    }
    if (delta !== "") grow(delta, null);
    if (sealed === null) return;
    emit({ kind: "signature", ...at(), signature: sealed.signature });
    close();
  };
  const readText = (delta: string, sealed: Seal | null, logprobs: ReturnType<typeof readLogprobs>): void => {
    if (delta !== "" || (logprobs !== null && open === "text")) {
      settle();
      if (open !== "text") {
        close();
        begin("text", toText(""));
        textBegin = text.length;
      }
      text += delta;
      grow(delta, logprobs);
    }
    if (sealed === null) return;
    settle();
    seal = sealed;
  };
  const readCall = (value: unknown, sealed: Seal | null): void => {
    const call = camel(toObject(value) ?? {});
    const name = asText(call["name"]);
    const isMore = call["willContinue"] === true;
    if (name === null && partial === null) return;
    if (name !== null) {
      settle();
      close();
      hasCalls = true;
      const id = asText(call["id"]) ?? "";
      begin("call", {
        kind: "tool_call",
        id: id === "" ? newCallId() : id,
        name,
        arguments: "",
        isCustom: false,
        signature: null,
        cache: null,
      });
      callSeal = null;
      if (isMore || call["partialArgs"] !== undefined) partial = createPartialArgs();
      else grow(JSON.stringify(toObject(call["args"]) ?? {}), null);
    }
    partial?.add(call["partialArgs"]);
    if (sealed !== null && partial === null) emit({ kind: "signature", ...at(), signature: sealed.signature });
    callSeal = sealed?.signature ?? callSeal;
    if (!isMore) close();
  };
  const readPart = (part: JsonObject, logprobs: ReturnType<typeof readLogprobs>): void => {
    const sealed = readSeal(asText(part["thoughtSignature"]));
    const told = asText(part["text"]);
    if (part["functionCall"] !== undefined) readCall(part["functionCall"], sealed);
    else if (told !== null || (sealed !== null && Object.keys(part).length === 1)) {
      if (part["thought"] === true) readThought(told ?? "", sealed);
      else readText(told ?? "", sealed, logprobs);
    } else {
      const made = readReplyMedia(part);
      if (made === null) return;
      whole(made);
      if (made.kind !== "native") seal = sealed;
    }
  };

  const collect = (source: JsonObject, parts: readonly JsonObject[]): void => {
    for (const citation of collectCitations(source, parts, text, chunks === 1)) {
      const key = JSON.stringify([citation.url, citation.title, citation.start, citation.end]);
      if (!cited.has(key)) citations.push(citation);
      cited.add(key);
    }
  };

  return {
    chunk: (raw) => {
      const isPlain = hasOnlyKnown(raw);
      const source = isPlain ? raw : camel(raw);
      chunks += 1;
      const parts = toList(toObject(source["content"])?.["parts"]).map(readObject);
      if (!isPlain || source["citationMetadata"] !== undefined) collect(source, parts);
      let logprobs = readLogprobs(source["logprobsResult"]);
      for (const part of parts) {
        readPart(part, logprobs);
        if (isTextPart(part)) logprobs = null;
      }
      const reason = asText(source["finishReason"]);
      if (reason !== null && reason !== "FINISH_REASON_UNSPECIFIED") {
        finish = { reason, message: asText(source["finishMessage"]) };
      }
      if (isPlain) return;
      for (const key in source) if (!known.has(key) && !isEmpty(source[key])) extras.set(key, source[key]);
    },
    isFinished: () => finish !== null,
    hasContent: () => next > 0 || seal !== null,
    end: (otherwise) => {
      // What stands on a text that is over is cited on the last one, without a place.
      if (citations.length > 0 && open !== "text") {
        settle();
        close();
        begin("text", toText(""));
        textBegin = text.length;
      }
      if (open === "text") {
        cite(text.length);
        for (const citation of citations) emit({ kind: "citation", ...at(), citation: unplaced(citation) });
        citations = [];
      }
      settle();
      close();
      for (const [key, value] of extras) whole(toNative(key, { [key]: value }));
      emit({
        kind: "finish",
        candidate,
        finish: finish === null ? otherwise : readFinish(finish.reason, finish.message, hasCalls),
      });
    },
  };
};
