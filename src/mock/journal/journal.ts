import { toEntry, type Redact } from "./journal-entry.ts";
import type { Noted } from "./noted.ts";
import { createTally, noOutcomes, type OutcomeCounts } from "./totals.ts";
import type { JournalEntry, MockOutcome } from "./verdict.ts";

export interface JournalOptions {
  /** Entries kept; 0 keeps none but the first unmatched. */
  readonly max: number;
  /** Of each body, in bytes of its text; what is longer is cut. */
  readonly maxBodyBytes: number;
  /** Of all that is kept, about, in bytes. */
  readonly maxBytes?: number;
  readonly redact: Redact;
}

export interface Journal {
  /** Takes a request in as it begins. */
  readonly open: (noted: Noted) => void;
  /** The body of an open request. */
  readonly read: (noted: Noted, text: string) => void;
  /** Counts an open request by its outcome, once, and tells whoever follows. */
  readonly close: (noted: Noted) => void;
  /** Counts a request that was closed by another outcome than it had. */
  readonly recount: (from: MockOutcome, to: MockOutcome) => void;
  /** Tells of the run what no request could any more. */
  readonly warn: (warning: string) => void;
  /** Those kept, the oldest first. */
  readonly kept: () => readonly Noted[];
  /** The first unmatched, the oldest first, also when the others have long gone. */
  readonly unmatched: () => readonly Noted[];
  readonly tell: (noted: Noted) => JournalEntry;
  /** Calls `listener`, which must not throw, with each entry as it ends; gives the function that ends it. */
  readonly follow: (listener: (noted: Noted) => void) => () => void;
  /** Of the whole run. */
  readonly totals: () => {
    readonly requests: number;
    readonly outcomes: OutcomeCounts;
    readonly warnings: readonly string[];
  };
  /** Drops the entries kept; what the verdict needs stays. */
  readonly clear: (scope: string | null) => void;
  /** Forgets the run: counters, unmatched and warnings. */
  readonly absolve: () => void;
}

const mostUnmatched = 100;
/** About what an entry takes beside its body. */
const entryBytes = 2048;

const sizeOf = (noted: Noted): number => entryBytes + noted.body.length;

/** The beginning of a text, in a string of its own: a slice would hold on to the whole. */
const cut = (text: string, bytes: number): string => {
  const buffer = Buffer.from(text.slice(0, bytes));
  let end = Math.min(bytes, buffer.length);
  // not in the middle of a character
  while (end > 0 && end < buffer.length && ((buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return buffer.toString("utf8", 0, end);
};

/**
 * Keeps the last requests, bounded by number and by bytes; counts all of them.
 *
 * An entry is told as it stands: of a reply under way what has gone out so far.
 */
export const createJournal = (options: JournalOptions): Journal => {
  const { max, maxBodyBytes, maxBytes = 64 * 1024 * 1024, redact } = options;
  // A ring: the oldest stands at `first`.
  let ring: (Noted | undefined)[] = [];
  let first = 0;
  let count = 0;
  let bytes = 0;
  let place = 0;
  let requests = 0;
  let outcomes = noOutcomes();
  let unmatched: Noted[] = [];
  const warnings = createTally();
  const listeners = new Set<(noted: Noted) => void>();

  const isTooMuch = (): boolean => bytes > maxBytes && count > 1;
  const dropOldest = (): void => {
    const oldest = ring[first];
    if (oldest !== undefined) bytes -= sizeOf(oldest);
    ring[first] = undefined;
    first = (first + 1) % max;
    count -= 1;
  };
  const keep = (noted: Noted): void => {
    if (count === max) dropOldest();
    ring[(first + count) % max] = noted;
    count += 1;
    bytes += sizeOf(noted);
  };
  const kept = (): readonly Noted[] => {
    const found: Noted[] = [];
    for (let at = 0; at < count; at += 1) {
      const noted = ring[(first + at) % max];
      if (noted !== undefined) found.push(noted);
    }
    return found;
  };
  const isKept = (noted: Noted): boolean => {
    const oldest = ring[first];
    return count > 0 && oldest !== undefined && noted.place >= oldest.place;
  };

  return {
    open: (noted) => {
      requests += 1;
      place += 1;
      noted.place = place;
      if (max > 0) keep(noted);
    },
    read: (noted, text) => {
      const isLong =
        text.length > maxBodyBytes || (text.length * 3 > maxBodyBytes && Buffer.byteLength(text) > maxBodyBytes);
      if (isKept(noted)) bytes -= sizeOf(noted);
      noted.body = isLong ? cut(text, maxBodyBytes) : text;
      noted.isBodyCut = isLong;
      if (!isKept(noted)) return;
      bytes += sizeOf(noted);
      while (isTooMuch()) dropOldest();
    },
    close: (noted) => {
      outcomes[noted.outcome] += 1;
      if (noted.outcome === "unmatched" && unmatched.length < mostUnmatched) unmatched.push(noted);
      for (const warning of noted.warnings) warnings.add(warning);
      for (const listener of listeners) listener(noted);
    },
    recount: (from, to) => {
      // What was before the run was absolved is not counted any more.
      if (outcomes[from] === 0) return;
      outcomes[from] -= 1;
      outcomes[to] += 1;
    },
    warn: warnings.add,
    kept,
    unmatched: () => unmatched,
    tell: (noted) => toEntry(noted, redact),
    follow: (listener) => {
      const own = (noted: Noted): void => listener(noted);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
    totals: () => ({
      requests,
      outcomes: { ...outcomes },
      warnings: warnings.told(),
    }),
    clear: (scope) => {
      const rest = scope === null ? [] : kept().filter((noted) => noted.scope !== scope);
      ring = [];
      first = 0;
      count = 0;
      bytes = 0;
      for (const noted of rest) keep(noted);
    },
    absolve: () => {
      requests = 0;
      outcomes = noOutcomes();
      unmatched = [];
      warnings.clear();
    },
  };
};
