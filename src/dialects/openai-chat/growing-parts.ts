import type { Citation, OutputPart, Signature } from "../conversation.ts";
import type { ReplyEvent, TokenLogprob } from "../reply.ts";

/** The parts of one answer under way: at most one is open, and beginning the next ends it. */
export interface GrowingParts {
  readonly begin: (part: OutputPart) => void;
  readonly grow: (text: string, logprobs?: readonly TokenLogprob[] | null) => void;
  readonly cite: (citation: Citation) => void;
  /** Seals the open part as it ends, by what the last `seal` gives then. */
  readonly sealWith: (seal: () => Signature | null) => void;
  readonly end: () => void;
  /** The part as it began, null when none is open. */
  readonly open: () => OutputPart | null;
}

const noSeal = (): null => null;

/** Starts the parts of one candidate; none is open. */
export const createParts = (candidate: number, emit: (event: ReplyEvent) => void): GrowingParts => {
  let index = -1;
  let open: OutputPart | null = null;
  let seal: () => Signature | null = noSeal;

  const end = (): void => {
    if (open === null) return;
    const signature = seal();
    if (signature !== null) emit({ kind: "signature", candidate, index, signature });
    emit({ kind: "part_end", candidate, index });
    open = null;
    seal = noSeal;
  };

  return {
    begin: (part) => {
      end();
      index += 1;
      open = part;
      emit({ kind: "part", candidate, index, part });
    },
    grow: (text, logprobs = null) => emit({ kind: "delta", candidate, index, text, logprobs }),
    cite: (citation) => emit({ kind: "citation", candidate, index, citation }),
    sealWith: (next) => {
      seal = next;
    },
    end,
    open: () => open,
  };
};
