import type { Citation, OutputPart, Signature } from "../conversation.ts";
import type { ReplyEvent, TokenLogprob } from "../reply.ts";

/** A part under way, wherever in the line it stands. */
export interface Growing {
  readonly part: OutputPart;
  readonly delta: (text: string, logprobs: readonly TokenLogprob[] | null) => void;
  readonly citation: (citation: Citation) => void;
  readonly signature: (signature: Signature) => void;
  /** Says what a later event repeats whole and the deltas had left out. */
  readonly settle: (text: string, logprobs: readonly TokenLogprob[] | null, citations: readonly Citation[]) => void;
  readonly hasText: () => boolean;
  readonly close: () => void;
}

export interface PartQueue {
  /** Begins a part; it is told at once when no other is open, and else when those before it have ended. */
  readonly open: (part: OutputPart) => Growing;
  readonly closeAll: () => void;
  /** Whether parts wait behind the one that is open. */
  readonly hasWaiting: () => boolean;
}

interface Held {
  readonly events: ReplyEvent[];
  isClosed: boolean;
}

/**
 * Puts parts in a line, so that one ends before the next begins even where a server sends them through each other.
 * What waits is held until its turn; it is never more than the answer itself.
 */
export const createPartQueue = (emit: (event: ReplyEvent) => void): PartQueue => {
  const line: Held[] = [];
  let parts: Growing[] = [];
  let nextIndex = 0;

  const send = (held: Held, event: ReplyEvent): void => {
    if (line[0] === held) emit(event);
    else held.events.push(event);
  };
  const advance = (): void => {
    while (line[0]?.isClosed === true) {
      line.shift();
      for (const event of line[0]?.events.splice(0) ?? []) emit(event);
    }
  };

  const open = (part: OutputPart): Growing => {
    const candidate = 0;
    const index = nextIndex++;
    const at = { candidate, index };
    const held: Held = { events: [], isClosed: false };
    let chars = 0;
    let tokens = 0;
    let marks = 0;
    line.push(held);
    send(held, { kind: "part", ...at, part });
    const delta: Growing["delta"] = (text, logprobs) => {
      if (held.isClosed || (text === "" && logprobs === null)) return;
      chars += text.length;
      tokens += logprobs?.length ?? 0;
      send(held, { kind: "delta", candidate, index, text, logprobs });
    };
    const citation = (one: Citation): void => {
      if (held.isClosed) return;
      marks += 1;
      send(held, { kind: "citation", ...at, citation: one });
    };
    const growing: Growing = {
      part,
      delta,
      citation,
      signature: (signature) => {
        if (!held.isClosed) send(held, { kind: "signature", ...at, signature });
      },
      settle: (text, logprobs, citations) => {
        const late = logprobs?.slice(tokens) ?? [];
        delta(text.slice(chars), late.length === 0 ? null : late);
        for (const one of citations.slice(marks)) citation(one);
      },
      hasText: () => chars > 0,
      close: () => {
        if (held.isClosed) return;
        send(held, { kind: "part_end", ...at });
        held.isClosed = true;
        parts = parts.filter((one) => one !== growing);
        advance();
      },
    };
    parts.push(growing);
    return growing;
  };

  return {
    open,
    closeAll: () => {
      for (const growing of parts) growing.close();
    },
    hasWaiting: () => line.length > 1,
  };
};
