import type { Asked } from "./asked.ts";
import type { Said } from "./said.ts";

/** How recording and replay go together; `CI=true` turns every one of them into `replay`. */
export const modes = ["replay", "once", "new", "all", "live", "diff"] as const;
export type Mode = (typeof modes)[number];

/** What VCR calls two of them. */
export const modeWords = { none: "replay", new_episodes: "new" } as const;

/** What a tape has for a request. */
export type Played =
  /** `warnings` are for people: a changed system prompt under the profile `conversation`, an old recording. */
  | {
      readonly kind: "replayed" | "recorded" | "live";
      /** The interaction, as `cassette show` names it. */
      readonly id: string;
      readonly said: Said;
      /** Whether it was recorded in the other form (whole or streamed) and turned into this one. */
      readonly isTranscoded: boolean;
      readonly warnings: readonly string[];
      /** Of what is `recorded`: whether it is on disk, once that is known. Never rejects. */
      readonly isKept?: Promise<boolean>;
    }
  /** Nothing; `nearest` tells people why, one line a difference. */
  | { readonly kind: "miss"; readonly nearest: readonly { readonly id: string; readonly diff: readonly string[] }[] };

/** Recordings: asked behind the fixtures. Sends to providers only in a mode that records. */
export interface Tape {
  readonly play: (asked: Asked, request: Request) => Played | Promise<Played>;
  /** Whether a cassette has no recordings and, in this mode, gets none. */
  readonly lacks: (cassette: string) => boolean;
  /** What a run has to say at its end: interactions nobody asked for, old ones, writes that were refused. */
  readonly report: () => TapeReport;
  /** Begins the recordings of a scope anew: the first answer of each comes first again. */
  readonly rewind: (scope: string) => void;
  /** Resolves when everything recorded is on disk. */
  readonly flush: () => Promise<void>;
}

export interface TapeReport {
  readonly unused: readonly string[];
  readonly stale: readonly string[];
  /**
   * Recordings that were not made: for a secret in them, a file that could not be written, or a provider that failed and
   * was not asked again with more luck. No secret stands in the text.
   */
  readonly refused: readonly string[];
}
