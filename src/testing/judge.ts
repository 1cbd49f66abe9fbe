import { toProblems, type Problem } from "../mock/report/problems.ts";
import { toCounts } from "../mock/report/summary.ts";
import type { Verdict } from "../mock/journal/verdict.ts";

/** What has been told already, by scopes that are closed; it is not told again. */
export interface Told {
  readonly ids: ReadonlySet<string>;
  readonly count: number;
}

export const nothingTold: Told = { ids: new Set(), count: 0 };

/** An entry among those of all scopes; ids alone repeat when a scope is opened again. */
export const nameOf = ({ scope, id, at }: Verdict["unmatched"][number]): string => `${scope} ${id} ${at}`;

const show = ({ title, details, place }: Problem): readonly string[] => [
  `  ${title}${place === null ? "" : ` [${place.file}${place.line === null ? "" : `:${place.line}`}]`}`,
  ...details.map((line) => `    ${line}`),
];

/** What makes a test fail, for people; null when all is well. `unwritten` are the `on` without a reply. */
export const judge = (
  whose: string,
  verdict: Verdict,
  unwritten: readonly string[],
  { ids, count }: Told,
  failUnused: boolean,
): string | null => {
  const own: Verdict = {
    ...verdict,
    outcomes: { ...verdict.outcomes, unmatched: Math.max(0, verdict.outcomes.unmatched - count) },
    unmatched: verdict.unmatched.filter((entry) => !ids.has(nameOf(entry))),
    unused: failUnused ? verdict.unused : verdict.unused.filter(({ file }) => file === null),
    unusedRecordings: failUnused ? verdict.unusedRecordings : [],
  };
  const problems = toProblems(own, { failsUnused: true, failsStale: false }).filter(({ isFailure }) => isFailure);
  const lines = [
    ...problems.flatMap(show),
    ...unwritten.map((id) => `  fixture ${id} has no reply: write .reply("...") or .fail({ ... }) behind it`),
  ];
  return lines.length === 0 ? null : [`${whose} did not go as written (${toCounts(verdict)})`, ...lines].join("\n");
};
