// What a run has to say about its recordings at its end.
import type { TapeReport } from "../mock/tape.ts";

const mostNotes = 1000;

/** Lines that are told once each, the first thousand. */
const createNotes = () => {
  const lines = new Set<string>();
  return {
    add: (line: string): void => {
      if (lines.size < mostNotes) lines.add(line);
    },
    list: (): readonly string[] => [...lines],
  };
};

export const createReport = () => {
  const stale = createNotes();
  const refused = createNotes();
  /** What could not be recorded, by the recording that it would have been. */
  const failed = new Map<string, string>();
  return {
    stale: stale.add,
    refused: refused.add,
    failed: (recording: string, line: string): void => {
      if (failed.size < mostNotes || failed.has(recording)) failed.set(recording, line);
    },
    /** It could be recorded after all, as after a client's retry. */
    made: (recording: string): void => void failed.delete(recording),
    tell: (unused: readonly string[]): TapeReport => ({
      unused,
      stale: stale.list(),
      refused: [...refused.list(), ...failed.values()],
    }),
  };
};

const dayMs = 86_400_000;

/** How old a recording is, for people. */
export const describeAge = (recordedAt: number, nowMs: number): string => {
  const days = Math.floor((nowMs - recordedAt) / dayMs);
  return days === 1 ? "1 day" : `${days} days`;
};
