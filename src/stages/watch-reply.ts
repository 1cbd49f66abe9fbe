import { createAssembler, type Assembler } from "../dialects/assemble.ts";
import type { OutputPart } from "../dialects/conversation.ts";
import type { Reply, ReplyEvent, ReplyHead, TokenLogprob } from "../dialects/reply.ts";
import { wordsIn, wordsOf, type Said } from "../dialects/said.ts";
import { noteReported, toPlausible, type Exchange, type Outcome } from "../pipeline.ts";
import type { Share } from "../wire/allowance.ts";

/** A streamed reply is put together beside its passing up to this size, see `sizeOf`. */
const maxAssembled = 8_388_608;

/** And all that are under way at once up to this, with the bytes of those that are read whole. */
export const maxAssembledTogether = 134_217_728;

/** Of a longer one so much is kept to count its words, in characters. */
const sampleChars = 16_384;

/** Notes what a reply says of its making. */
export const noteHead = (outcome: Outcome, { model, serviceTier }: ReplyHead): void => {
  outcome.replyModel = model === "" ? null : model;
  outcome.serviceTier = serviceTier;
};

/** All that the model has said in a reply. */
export const wordsOfReply = ({ candidates }: Reply): string =>
  candidates.flatMap(({ content }) => content.map(wordsOf)).join("");

/** What is kept takes so much beside its characters, about. */
const placeChars = 16;

const lengthOf = (text: string | null): number => text?.length ?? 0;

const sizeOfPart = (part: OutputPart): number => {
  switch (part.kind) {
    case "speech":
      return part.data.length;
    case "image":
      return part.source.kind === "base64" ? part.source.data.length : 0;
    case "native":
      return JSON.stringify(part.value).length;
    case "text":
    case "refusal":
    case "reasoning":
    case "tool_call":
      return wordsOf(part).length;
  }
};

/** A token, its bytes as numbers, and those that might have come in its place. */
const sizeOfLogprobs = (logprobs: readonly TokenLogprob[]): number =>
  logprobs.reduce((size, { top }) => size + 4 * placeChars * (1 + top.length), 0);

/** What an event adds to a reply that is put together, about, in characters. */
const sizeOf = (event: ReplyEvent): number => {
  switch (event.kind) {
    case "delta":
      if (event.logprobs !== null) return placeChars + event.text.length + sizeOfLogprobs(event.logprobs);
      return event.text === "" ? 0 : placeChars + event.text.length;
    case "part":
      return placeChars + sizeOfPart(event.part);
    case "citation": {
      const { url, title, quote, native } = event.citation;
      const own = native === null ? 0 : JSON.stringify(native.value).length;
      return placeChars + lengthOf(url) + lengthOf(title) + lengthOf(quote) + own;
    }
    case "signature":
      return event.signature.value.length;
    case "start":
    case "part_end":
    case "finish":
    case "usage":
    case "error":
    case "end":
      return 0;
  }
};

interface WatchParts {
  /** Put in the place of the reply's own where one is wanted. */
  readonly id: string | null;
  /** Whether anybody wants to know the usage. */
  readonly isMetered: boolean;
  /** What the reply may take of all that are put together; closed by the caller. */
  readonly share: Share;
  /** Has it told of all that has passed. */
  readonly catchUp: () => void;
  /** Is given the whole reply. */
  readonly finish: (reply: Reply) => void;
}

/**
 * Sees the events of a streamed reply on their way to the client: notes the usage, gives the reply its id if one is wanted,
 * and hands it whole to `finish` when it has passed; not if it broke off, nor if it is too long to be held, by itself or beside
 * the others.
 */
export const watchReply = (
  { outcome }: Exchange,
  { id, isMetered, share, catchUp, finish }: WatchParts,
): ((event: ReplyEvent) => ReplyEvent) => {
  let assembler: Assembler | null = createAssembler();
  let size = 0;
  let chars = 0;
  let sample = "";
  if (isMetered) {
    outcome.watch = {
      settle: catchUp,
      said: (): Said => {
        if (assembler !== null) return { text: wordsOfReply(assembler.reply()), scale: 1 };
        return { text: sample, scale: sample === "" ? 1 : chars / sample.length };
      },
    };
  }
  /** Puts the event to the others; once it does not fit, what there is of them is let go but for a sample of its words. */
  const keep = (event: ReplyEvent): void => {
    const words = wordsIn(event);
    chars += words.length;
    if (assembler === null) {
      if (sample.length < sampleChars) sample = (sample + words).slice(0, sampleChars);
      return;
    }
    const added = sizeOf(event);
    size += added;
    if (size <= maxAssembled && share.take(added)) {
      assembler.event(event);
      return;
    }
    sample = (wordsOfReply(assembler.reply()) + words).slice(0, sampleChars);
    assembler = null;
    share.close();
  };
  const note = (event: ReplyEvent): void => {
    if (event.kind === "usage") outcome.told = toPlausible(event.usage);
    // Of a stream that breaks before its end too little has been told.
    if (event.kind === "end" && outcome.told !== null) noteReported(outcome, outcome.told);
  };
  return (given) => {
    const event = given.kind === "start" && id !== null ? { ...given, id } : given;
    if (event.kind === "start") noteHead(outcome, event);
    if (isMetered) note(event);
    keep(event);
    if (event.kind === "end" && assembler !== null) finish(assembler.reply());
    return event;
  };
};
