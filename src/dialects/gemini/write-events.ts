import { writeSse } from "../../wire/sse.ts";
import type { Citation, OutputPart, Signature } from "../conversation.ts";
import type { EventWriter, ReplyContext } from "../dialect.ts";
import type { Finish, ReplyEvent, TokenLogprob, Usage } from "../reply.ts";
import { writeFailure } from "./failure.ts";
import { writeFinish } from "./finish.ts";
import { writeLogprobs } from "./logprobs.ts";
import { writeSource } from "./media.ts";
import { toNativePart } from "./native-part.ts";
import { sealCall, writeCallPart, writeSealPart } from "./reply-parts.ts";
import { writeUsage } from "./usage.ts";
import type { Part } from "./wire.ts";
import { type PlacedCitation, writeCitations } from "./write-citations.ts";
import { toExtra } from "./write-reply.ts";

interface OpenPart {
  readonly part: OutputPart;
  /** All that has come of it: a call is sent whole, and citations count in the text. */
  text: string;
  /** The newest piece of reasoning, which waits for the seal: clients drop one that comes by itself. */
  held: string;
  signature: Signature | null;
  readonly cited: Citation[];
}

interface OpenCandidate {
  open: OpenPart | null;
  /** The seal of hidden reasoning, which waits for a call to stand on. */
  hidden: Part | null;
  /** What has come of the text in the parts before. */
  text: string;
  readonly placed: PlacedCitation[];
  readonly extras: Record<string, unknown>;
  finish: Finish | null;
}

type Delta = Extract<ReplyEvent, { kind: "delta" }>;

/** Puts the next chunk into the stream; an array needs a word before the first and behind the last. */
const createFraming = (framing: ReplyContext["framing"]) => {
  let isFirst = true;
  return (json: string, isLast: boolean): string => {
    if (framing === "sse") return writeSse(json);
    const before = isFirst ? "[" : "\n,\r\n";
    isFirst = false;
    return `${before}${json}${isLast ? "\n]" : ""}`;
  };
};

const writeTokens = (logprobs: readonly TokenLogprob[] | null): string =>
  logprobs === null ? "" : `,"logprobsResult":${JSON.stringify(writeLogprobs(logprobs))}`;

const writeLast = (index: number, { finish, placed, extras }: OpenCandidate) => ({
  content: { parts: [{ text: "" }], role: "model" },
  ...(finish === null ? {} : writeFinish(finish)),
  index,
  ...writeCitations(placed, extras["groundingMetadata"] !== undefined),
  ...extras,
});

const toWholePart = (part: OutputPart): Part | null => {
  if (part.kind === "image") {
    return writeSource(part.source, null);
  }
  if (part.kind === "speech") return part.transcript === "" ? null : { text: part.transcript };
  return part.kind === "native" ? toNativePart(part) : null;
};

/** Gives the citations of a part that has ended their place: in a stream a segment counts in the text of the whole answer. */
const placeCitations = ({ placed, text }: OpenCandidate, open: OpenPart): void => {
  for (const citation of open.cited) {
    const start = text.length + (citation.start ?? 0);
    const end = text.length + (citation.end ?? open.text.length);
    placed.push({ citation: { ...citation, start, end }, partIndex: 0, text: text + open.text });
  }
};

/**
 * Writes a stream of `:streamGenerateContent`: each chunk a response with what is new, a function call whole, and in
 * the
 * last one why each candidate ended, its sources and the usage. There is no other end.
 *
 * `json-array` is what the service sends without `alt=sse`: one array, piece by piece. An error is a chunk `{"error":
 * ...}`.
 *
 * @see https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent (read 2026-11-22)
 */
export const writeEvents = ({ conversation, newId, framing }: ReplyContext): EventWriter => {
  const frame = createFraming(framing);
  const candidates = new Map<number, OpenCandidate>();
  let tail = "";
  let serviceTier: string | null = null;
  let usage: Usage | null = null;
  let isOver = false;

  const at = (index: number): OpenCandidate => {
    const held = candidates.get(index);
    if (held !== undefined) return held;
    const made: OpenCandidate = { open: null, hidden: null, text: "", placed: [], extras: {}, finish: null };
    candidates.set(index, made);
    return made;
  };
  const writeParts = (index: number, parts: string, rest = ""): string =>
    frame(`{"candidates":[{"content":{"parts":[${parts}],"role":"model"},"index":${index}${rest}}],${tail}`, false);
  const writePart = (index: number, part: Part | null): string =>
    part === null ? "" : writeParts(index, JSON.stringify(part));
  const writeDelta = ({ candidate, text, logprobs }: Delta): string => {
    const { open } = at(candidate);
    if (open === null) return "";
    open.text += text;
    if (open.part.kind === "tool_call") return "";
    if (open.part.kind !== "reasoning") {
      return writeParts(candidate, `{"text":${JSON.stringify(text)}}`, writeTokens(logprobs));
    }
    const { held } = open;
    open.held = text;
    return held === "" ? "" : writeParts(candidate, `{"text":${JSON.stringify(held)},"thought":true}`);
  };
  const writeHidden = (candidate: OpenCandidate, index: number): string => {
    const { hidden } = candidate;
    candidate.hidden = null;
    return writePart(index, hidden);
  };
  const writePartEnd = (index: number): string => {
    const candidate = at(index);
    const { open } = candidate;
    candidate.open = null;
    if (open === null) return "";
    const { part, text, held, signature } = open;
    placeCitations(candidate, open);
    if (part.kind === "text") candidate.text += text;
    if (part.kind === "tool_call") {
      const { part: call } = writeCallPart({ ...part, arguments: part.arguments + text, signature });
      const sealed = sealCall(call, candidate.hidden);
      if (sealed !== null) candidate.hidden = null;
      return writeHidden(candidate, index) + writePart(index, sealed ?? call);
    }
    if (part.kind !== "reasoning") return "";
    if (signature !== null) {
      const seal = writeSealPart(signature, part, text);
      if (text !== "" || seal.thought !== true) return writePart(index, { ...seal, text: held });
      candidate.hidden = seal;
      return "";
    }
    return held === "" ? "" : writePart(index, { text: held, thought: true });
  };
  const begin = (index: number, part: OutputPart): string => {
    const candidate = at(index);
    const signature = part.kind === "reasoning" || part.kind === "tool_call" ? part.signature : null;
    candidate.open = { part, text: "", held: "", signature, cited: [] };
    const extra = part.kind === "native" ? toExtra(part) : null;
    if (extra !== null) Object.assign(candidate.extras, extra);
    return (part.kind === "tool_call" ? "" : writeHidden(candidate, index)) + writePart(index, toWholePart(part));
  };
  const writeEnd = (): string => {
    const ended = [...candidates.entries()]
      .sort(([a], [b]) => a - b)
      .map(([index, candidate]) => writeLast(index, candidate));
    const counts = usage === null ? "" : `"usageMetadata":${JSON.stringify(writeUsage(usage, serviceTier))},`;
    return frame(`{"candidates":${JSON.stringify(ended)},${counts}${tail}`, true);
  };

  const write = (event: ReplyEvent): string => {
    switch (event.kind) {
      case "start": {
        const model = event.model === "" ? conversation.model : event.model;
        const id = event.id === "" ? newId("") : event.id;
        tail = `"modelVersion":${JSON.stringify(model)},"responseId":${JSON.stringify(id)}}`;
        ({ serviceTier } = event);
        return "";
      }
      case "part":
        return begin(event.candidate, event.part);
      case "delta":
        return writeDelta(event);
      case "citation":
        at(event.candidate).open?.cited.push(event.citation);
        return "";
      case "signature": {
        const { open } = at(event.candidate);
        if (open !== null) open.signature = event.signature;
        return "";
      }
      case "part_end":
        return writePartEnd(event.candidate);
      case "finish":
        at(event.candidate).finish = event.finish;
        return writeHidden(at(event.candidate), event.candidate);
      case "usage":
        ({ usage } = event);
        return "";
      case "error":
        isOver = true;
        return frame(JSON.stringify(writeFailure(event.failure)), true);
      case "end":
        isOver = true;
        return writeEnd();
    }
  };
  return (event) => (isOver ? "" : write(event));
};
