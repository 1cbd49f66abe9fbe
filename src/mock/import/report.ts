// What an import tells: nothing is left out in silence.

/** Something that did not come over as it was. */
export interface Note {
  /** As people are shown it. */
  readonly file: string;
  /** Counted from 1; null where the format has no lines that say anything. */
  readonly line: number | null;
  /** In the file, such as `fixtures[3].match.predicate`; empty for the file as a whole. */
  readonly place: string;
  /** Left out altogether, carried over in part, or changed in a way that changes no answer. */
  readonly kind: "left_out" | "partly" | "note";
  readonly what: string;
  /** What a person can do about it; empty for a note. */
  readonly todo: string;
}

/** What was written. */
export interface Written {
  readonly file: string;
  /** Fixtures or recordings in it. */
  readonly count: number;
  /** The scope a cassette is played in, null for fixtures. */
  readonly scope: string | null;
}

export interface ImportReport {
  readonly format: string;
  readonly written: readonly Written[];
  readonly notes: readonly Note[];
  /** Requests to something else than an LLM's API, which are none of ours. */
  readonly passedOver: number;
  /** Why nothing was written; empty when all went well. */
  readonly faults: readonly string[];
}

/** Tells of one place of a file. */
export type Tell = (kind: Note["kind"], path: readonly PropertyKey[], what: string, todo?: string) => void;

const placeOf = ({ file, line, place }: Note): string =>
  `${file}${line === null ? "" : `:${line}`}${place === "" ? "" : ` ${place}`}`;

const headings = { left_out: "Left out", partly: "Carried over in part", note: "Notes" } as const;

const count = (amount: number, one: string, many: string): string => `${amount} ${amount === 1 ? one : many}`;

const toLine = ({ file, count: amount, scope }: Written): string => {
  if (scope === null) return `  ${file}: ${count(amount, "fixture", "fixtures")}`;
  const recordings = count(amount, "recording", "recordings");
  const how = scope === "default" ? "asked without a scope" : `asked in the scope ${scope}: <mock>/@${scope}/v1`;
  return `  ${file}: ${recordings}, ${how}`;
};

/** Whether everything came over. */
export const isWhole = ({ notes, faults }: ImportReport): boolean =>
  faults.length === 0 && notes.every(({ kind }) => kind === "note");

/** The report for people. */
export const toText = (report: ImportReport): string => {
  const { faults, written, notes, passedOver } = report;
  if (faults.length > 0) return [...faults, "Nothing was written."].join("\n");
  const parts = [written.length === 0 ? "Nothing was written." : ["Written:", ...written.map(toLine)].join("\n")];
  if (passedOver > 0)
    parts.push(
      `Passed over: ${count(passedOver, "request", "requests")} of which no recording is kept: to other services, lists of models, counts of tokens.`,
    );
  for (const kind of ["left_out", "partly", "note"] as const) {
    const own = notes.filter((note) => note.kind === kind);
    if (own.length === 0) continue;
    const lines = own.map((note) => `  ${placeOf(note)}: ${note.what}${note.todo === "" ? "" : `; ${note.todo}`}`);
    parts.push([`${headings[kind]}:`, ...lines].join("\n"));
  }
  if (isWhole(report)) parts.push("All was carried over.");
  return parts.join("\n\n");
};
