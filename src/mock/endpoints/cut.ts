import type { OutputPart } from "../../dialects/conversation.ts";
import type { Candidate, Failure, Reply, ReplyEvent, TokenLogprob } from "../../dialects/reply.ts";
import type { Writes } from "../said.ts";
import { countWords, partOf, sliceChars, toTokens } from "../auto/text.ts";
import type { StreamShape } from "../shape.ts";

/** How a reply is cut into a stream. */
export interface Cut {
  /** How every part of the content is cut. */
  readonly chunk: StreamShape["chunk"];
  /** The pieces after which an error ends the stream; null for none. */
  readonly errorAfter: number | null;
}

/** What the error of a stream says. */
export const overload: Failure = {
  kind: "overloaded",
  status: 503,
  message: "The mock was asked to end this stream in an error",
  code: null,
  param: null,
};

/** The text a part grows by; null for one that comes whole. */
const textOf = (part: OutputPart): string | null => {
  if (part.kind === "tool_call") return part.arguments;
  return part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning" ? part.text : null;
};

const toOpen = (part: OutputPart): OutputPart => {
  if (part.kind === "tool_call") return { ...part, arguments: "", signature: null };
  if (part.kind === "reasoning") return { ...part, text: "", signature: null };
  if (part.kind === "text") return { ...part, text: "", citations: [] };
  return part.kind === "refusal" ? { ...part, text: "" } : part;
};

type Piece = Pick<Extract<ReplyEvent, { kind: "delta" }>, "text" | "logprobs">;

const toPiece = (tokens: readonly TokenLogprob[]): Piece => ({
  text: tokens.map(({ token }) => token).join(""),
  logprobs: tokens,
});

/** One of `parts` pieces, cut at tokens where they are told, else at characters. */
const pieceAt = (text: string, logprobs: readonly TokenLogprob[] | null, part: number, parts: number): Piece => {
  if (logprobs === null) return { text: partOf(text, part, parts), logprobs };
  const from = Math.floor((part * logprobs.length) / parts);
  return toPiece(logprobs.slice(from, Math.floor(((part + 1) * logprobs.length) / parts)));
};

/**
 * The pieces of a text. Where its tokens are told they are never cut: a piece then has so many of them, also by characters.
 *
 * `most` bounds the number of pieces where that is what is asked for.
 */
export const piecesOf = function* (
  text: string,
  logprobs: readonly TokenLogprob[] | null,
  { by, size }: StreamShape["chunk"],
  most: number,
): Generator<Piece> {
  if (by === "pieces") {
    const parts = Math.min(size, logprobs?.length ?? text.length, most);
    for (let part = 0; part < parts; part += 1) yield pieceAt(text, logprobs, part, parts);
  } else if (logprobs !== null) {
    for (let at = 0; at < logprobs.length; at += size) yield toPiece(logprobs.slice(at, at + size));
  } else {
    for (const piece of by === "token" ? toTokens(text, size) : sliceChars(text, size)) {
      yield { text: piece, logprobs };
    }
  }
};

interface Step {
  readonly events: readonly ReplyEvent[];
  readonly isContent: boolean;
}

/** The events of one candidate, step by step; gives those owed at its end. */
const stepsOf = function* (
  { index: candidate, content, logprobs }: Candidate,
  chunk: StreamShape["chunk"],
): Generator<Step, readonly ReplyEvent[]> {
  let owed: ReplyEvent[] = [];
  let tokens = logprobs;
  for (const [index, part] of content.entries()) {
    const at = { candidate, index };
    owed.push({ kind: "part", ...at, part: toOpen(part) });
    const text = textOf(part) ?? "";
    const isText = part.kind === "text" || part.kind === "refusal";
    const isContent = part.kind !== "reasoning";
    const known = isText ? tokens : null;
    if (isText) tokens = null;
    for (const piece of piecesOf(text, known, chunk, isContent ? Infinity : countWords(text))) {
      if (owed.length > 0) yield { events: owed, isContent: false };
      owed = [];
      yield { events: [{ kind: "delta", candidate, index, text: piece.text, logprobs: piece.logprobs }], isContent };
    }
    if (part.kind === "text") {
      for (const citation of part.citations) owed.push({ kind: "citation", ...at, citation });
    }
    if ((part.kind === "reasoning" || part.kind === "tool_call") && part.signature !== null) {
      owed.push({ kind: "signature", ...at, signature: part.signature });
    }
    owed.push({ kind: "part_end", ...at });
  }
  return owed;
};

/** Events that are written at once; the last of them are what a generator of them returns. */
export type Steps = Generator<readonly ReplyEvent[], readonly ReplyEvent[]>;

/** The events of a reply, step by step; candidates go side by side. */
export const toSteps = function* (reply: Reply, { chunk, errorAfter }: Cut): Steps {
  const { candidates, usage, ...head } = reply;
  const runs = candidates.map((candidate) => stepsOf(candidate, chunk));
  const last: ReplyEvent[] = [];
  const early = usage === null ? null : { ...usage, outputTokens: 0, reasoningTokens: null };
  let events: ReplyEvent[] = [{ kind: "start", ...head, usage: early }];
  let pieces = 0;
  for (;;) {
    let isUnderWay = false;
    let isContent = false;
    for (const run of runs) {
      const { done, value } = run.next();
      if (done === true) {
        if (value !== undefined) last.push(...value);
        continue;
      }
      isUnderWay = true;
      isContent ||= value.isContent;
      events.push(...value.events);
    }
    if (!isUnderWay) break;
    if (isContent && pieces === errorAfter) break;
    if (isContent) pieces += 1;
    yield events;
    events = [];
  }
  if (errorAfter !== null) {
    // What a content part began with has been said; of what comes behind, nothing.
    return [...events.filter(({ kind }) => kind === "start"), { kind: "error", failure: overload }];
  }
  for (const { index, finish } of candidates) last.push({ kind: "finish", candidate: index, finish });
  if (usage !== null) last.push({ kind: "usage", usage });
  return [...events, ...last, { kind: "end" }];
};

/**
 * The writes of a stream, by what `say` makes of the events; what it has no words for is no write.
 *
 * `greeting` is sent behind what the first of them says.
 */
export const toWrites = (
  steps: Steps,
  say: (event: ReplyEvent) => string,
  nextWaitMs: () => number,
  greeting = "",
): Writes => {
  let added = greeting;
  let isDone = false;
  return {
    next: () => {
      while (!isDone) {
        const { done, value } = steps.next();
        let text = "";
        for (const event of value) text += say(event);
        isDone = done === true;
        if (text === "" && !isDone) continue;
        const bytes = text + added;
        added = "";
        return { bytes, afterMs: nextWaitMs() };
      }
      return null;
    },
  };
};
