import type { Citation, OutputPart, Signature } from "./conversation.ts";
import type { Candidate, Failure, Finish, Reply, ReplyEvent, ReplyHead, TokenLogprob, Usage } from "./reply.ts";

/** Builds the whole answer out of its events. */
export interface Assembler {
  readonly event: (event: ReplyEvent) => void;
  /** The answer so far; parts under way are as long as they have grown. */
  readonly reply: () => Reply;
  /** The error the stream ended with, null without one. */
  readonly failure: () => Failure | null;
}

interface GrowingPart {
  part: OutputPart;
  text: string;
  citations: Citation[];
  signature: Signature | null;
}

interface GrowingCandidate {
  readonly parts: GrowingPart[];
  finish: Finish | null;
  logprobs: TokenLogprob[] | null;
}

const noHead: ReplyHead = { id: "", model: "", createdAt: null, serviceTier: null, fingerprint: null };
const unfinished: Finish = { reason: "error", stopSequence: null, detail: null };

const toPart = ({ part, text, citations, signature }: GrowingPart): OutputPart => {
  if (part.kind === "text") return { ...part, text: part.text + text, citations: [...part.citations, ...citations] };
  if (part.kind === "refusal") return { ...part, text: part.text + text };
  if (part.kind === "reasoning") return { ...part, text: part.text + text, signature: signature ?? part.signature };
  if (part.kind === "tool_call") {
    return { ...part, arguments: part.arguments + text, signature: signature ?? part.signature };
  }
  return part;
};

/** Starts an answer of which nothing has come yet; its texts are held until it is dropped. */
export const createAssembler = (): Assembler => {
  const candidates: GrowingCandidate[] = [];
  let head = noHead;
  let usage: Usage | null = null;
  let failure: Failure | null = null;
  const candidateAt = (index: number): GrowingCandidate => {
    const known = candidates[index];
    if (known !== undefined) return known;
    const made: GrowingCandidate = { parts: [], finish: null, logprobs: null };
    candidates[index] = made;
    return made;
  };
  const partAt = (candidate: number, index: number): GrowingPart | undefined => candidateAt(candidate).parts[index];
  const toCandidate = ({ parts, finish, logprobs }: GrowingCandidate, index: number): Candidate => ({
    index,
    content: parts.map(toPart),
    finish: finish ?? unfinished,
    // A copy: they may go on growing behind an answer so far.
    logprobs: logprobs === null ? null : [...logprobs],
  });
  return {
    event: (event) => {
      switch (event.kind) {
        case "start": {
          const { kind: _, usage: known = null, ...rest } = event;
          head = rest;
          usage = known;
          break;
        }
        case "part":
          candidateAt(event.candidate).parts[event.index] = {
            part: event.part,
            text: "",
            citations: [],
            signature: null,
          };
          break;
        case "delta": {
          const candidate = candidateAt(event.candidate);
          const part = candidate.parts[event.index];
          if (part !== undefined) part.text += event.text;
          if (event.logprobs !== null) {
            candidate.logprobs ??= [];
            // One by one: a reply may have more of them than a call takes arguments.
            for (const logprob of event.logprobs) candidate.logprobs.push(logprob);
          }
          break;
        }
        case "citation":
          partAt(event.candidate, event.index)?.citations.push(event.citation);
          break;
        case "signature": {
          const part = partAt(event.candidate, event.index);
          if (part !== undefined) part.signature = event.signature;
          break;
        }
        case "finish":
          candidateAt(event.candidate).finish = event.finish;
          break;
        case "usage":
          usage = event.usage;
          break;
        case "error":
          failure = event.failure;
          break;
        case "part_end":
        case "end":
          break;
      }
    },
    reply: () => ({ ...head, candidates: candidates.map(toCandidate), usage }),
    failure: () => failure,
  };
};

/** Tells a whole answer as the events of a stream, a part in one delta. */
export const toEvents = (reply: Reply): readonly ReplyEvent[] => {
  const { candidates, usage, ...head } = reply;
  const events: ReplyEvent[] = [{ kind: "start", ...head }];
  for (const { index: candidate, content, finish, logprobs } of candidates) {
    let tokens = logprobs;
    for (const [index, part] of content.entries()) {
      const at = { candidate, index };
      const grow = (open: OutputPart, text: string, signature: Signature | null = null): void => {
        events.push({ kind: "part", ...at, part: open });
        if (text !== "") {
          const isText = open.kind === "text" || open.kind === "refusal";
          events.push({ kind: "delta", ...at, text, logprobs: isText ? tokens : null });
          if (isText) tokens = null;
        }
        if (signature !== null) events.push({ kind: "signature", ...at, signature });
      };
      switch (part.kind) {
        case "text":
          grow({ ...part, text: "", citations: [] }, part.text);
          for (const citation of part.citations) events.push({ kind: "citation", ...at, citation });
          break;
        case "refusal":
          grow({ ...part, text: "" }, part.text);
          break;
        case "reasoning":
          grow({ ...part, text: "", signature: null }, part.text, part.signature);
          break;
        case "tool_call":
          grow({ ...part, arguments: "", signature: null }, part.arguments, part.signature);
          break;
        case "image":
        case "speech":
        case "native":
          events.push({ kind: "part", ...at, part });
      }
      events.push({ kind: "part_end", ...at });
    }
    events.push({ kind: "finish", candidate, finish });
  }
  if (usage !== null) events.push({ kind: "usage", usage });
  events.push({ kind: "end" });
  return events;
};
