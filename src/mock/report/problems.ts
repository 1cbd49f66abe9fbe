import type { NearMiss } from "../fixture.ts";
import type { JournalEntry, Verdict } from "../journal/verdict.ts";

/** One thing that makes a run fail, or that somebody should know. */
export interface Problem {
  readonly kind: "unmatched" | "unused" | "stale" | "refused" | "warning";
  readonly isFailure: boolean;
  /** One line. */
  readonly title: string;
  /** Further lines, in the order in which they help. */
  readonly details: readonly string[];
  /** Where to look, null where there is no place. */
  readonly place: { readonly file: string; readonly line: number | null } | null;
}

export interface Strictness {
  /** Whether a fixture or recording that nothing asked for fails the run. */
  readonly failsUnused: boolean;
  /** Whether a recording that has grown old does. */
  readonly failsStale: boolean;
}

const nameOf = ({ id, source }: NearMiss): string => (source === null ? id : `${id} (${source.file}:${source.line})`);

/** What an unmatched request differs in from the fixtures that came nearest. */
const whyNot = ({ nearest, diff }: JournalEntry): readonly string[] => [
  ...nearest.flatMap((miss) => [
    `nearest: ${nameOf(miss)}`,
    ...miss.fields.flatMap(({ field, wanted, objection }) =>
      objection === null ? [] : [`  ${field}: wanted ${wanted}, got ${objection}`],
    ),
  ]),
  ...diff,
];

const toUnmatched = (entry: JournalEntry): Problem => {
  const { method, path, model, scope, ordinal, nearest, fixture, warnings } = entry;
  const how = fixture === null ? "was answered by nothing" : `could not be answered by fixture ${fixture}`;
  return {
    kind: "unmatched",
    isFailure: true,
    title: `${method} ${path}${model === null ? "" : ` (${model})`} ${how}: request ${ordinal + 1} of scope ${scope}`,
    details: fixture === null ? whyNot(entry) : warnings,
    place: nearest[0]?.source ?? null,
  };
};

/** Gives everything a verdict has to say, failures first. */
export const toProblems = (verdict: Verdict, { failsUnused, failsStale }: Strictness): readonly Problem[] => {
  const plain = (kind: Problem["kind"], isFailure: boolean, text: string): Problem => {
    const [title = "", ...details] = text.split("\n");
    return { kind, isFailure, title, details, place: null };
  };
  const told = new Set([
    ...verdict.stale,
    ...verdict.unmatched.flatMap(({ fixture, warnings }) => (fixture === null ? [] : warnings)),
  ]);
  const hidden = verdict.outcomes.unmatched - verdict.unmatched.length;
  const problems: Problem[] = [
    ...verdict.unmatched.map(toUnmatched),
    ...(hidden > 0 ? [plain("unmatched", true, `${hidden} further requests were answered by nothing`)] : []),
    ...verdict.refusedRecordings.map((text) => plain("refused", true, `not recorded: ${text}`)),
    ...verdict.stale.map((id) => plain("stale", failsStale, `recording ${id}`)),
    ...verdict.unused.map(({ id, file, line }): Problem => ({
      ...plain("unused", failsUnused, `fixture ${id} was asked for by nothing`),
      place: file === null ? null : { file, line },
    })),
    ...verdict.unusedRecordings.map((id) => plain("unused", failsUnused, `recording ${id} was asked for by nothing`)),
    ...verdict.warnings.filter((text) => !told.has(text)).map((text) => plain("warning", false, text)),
  ];
  return problems.toSorted((a, b) => Number(b.isFailure) - Number(a.isFailure));
};
