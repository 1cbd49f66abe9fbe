import { createAssembler, type Assembler } from "../dialects/assemble.ts";
import type { Reply, ReplyEvent, ReplyHead } from "../dialects/reply.ts";
import { wordsIn, wordsOf, type Said } from "../dialects/said.ts";
import { noteReported, type Exchange, type Outcome } from "../pipeline.ts";

/** A streamed reply is put together beside its passing up to this length, in characters. */
const maxAssembledChars = 8_388_608;

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

/** What an event adds to a reply that is held: its text, or the data of a picture or a sound. */
const charsOf = (event: ReplyEvent): number => {
  if (event.kind === "delta") return event.text.length;
  if (event.kind !== "part") return 0;
  const { part } = event;
  if (part.kind === "speech") return part.data.length;
  return part.kind === "image" && part.source.kind === "base64" ? part.source.data.length : 0;
};

/**
 * Sees the events of a streamed reply on their way to the client: notes the usage, gives the reply its id if one is wanted,
 * and hands it whole to `finish` when it has passed; not if it broke off, nor if it is too long to be held.
 */
export const watchReply = (
  exchange: Exchange,
  id: string | null,
  finish: (reply: Reply) => void,
): ((event: ReplyEvent) => ReplyEvent) => {
  const { outcome } = exchange;
  let assembler: Assembler | null = createAssembler();
  let chars = 0;
  let sample = "";
  outcome.watch = {
    settle: () => {},
    said: (): Said => {
      if (assembler !== null) return { text: wordsOfReply(assembler.reply()), scale: 1 };
      return { text: sample, scale: sample === "" ? 1 : chars / sample.length };
    },
  };
  return (given) => {
    const event = given.kind === "start" && id !== null ? { ...given, id } : given;
    if (event.kind === "start") noteHead(outcome, event);
    if (event.kind === "usage") outcome.told = event.usage;
    // Of a stream that breaks before its end too little has been told.
    if (event.kind === "end" && outcome.told !== null) noteReported(outcome, outcome.told);
    chars += charsOf(event);
    if (chars <= maxAssembledChars) assembler?.event(event);
    else {
      // What there is of it is let go.
      assembler = null;
      if (sample.length < sampleChars) sample += wordsIn(event);
    }
    if (event.kind === "end" && assembler !== null) finish(assembler.reply());
    return event;
  };
};
