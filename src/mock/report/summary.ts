import type { MockOutcome, Verdict } from "../journal/verdict.ts";
import { toProblems, type Problem, type Strictness } from "./problems.ts";

const order: readonly MockOutcome[] = [
  "matched",
  "replayed",
  "recorded",
  "live",
  "auto",
  "faulted",
  "refused",
  "aborted",
  "unmatched",
];

const mostUnused = 10;

const isMinor = ({ kind, isFailure }: Problem): boolean => kind === "unused" && !isFailure;

const show = ({ isFailure, title, details, place }: Problem): readonly string[] => [
  `  ${isFailure ? "FAIL" : "note"}  ${title}${place === null ? "" : ` [${place.file}${place.line === null ? "" : `:${place.line}`}]`}`,
  ...details.map((line) => `        ${line}`),
];

/** Counts of how requests ended, such as `12 requests: 10 matched, 2 unmatched`. */
export const toCounts = ({ requests, outcomes }: Verdict): string => {
  const counts = order.flatMap((outcome) => (outcomes[outcome] === 0 ? [] : [`${outcomes[outcome]} ${outcome}`]));
  const total = `${requests} ${requests === 1 ? "request" : "requests"}`;
  return counts.length === 0 ? total : `${total}: ${counts.join(", ")}`;
};

/** What a run comes to, for people: a line of counts, then each problem, failures first. Ends without a line break. */
export const toSummary = (verdict: Verdict, strictness: Strictness): string => {
  const problems = toProblems(verdict, strictness);
  const minor = problems.filter(isMinor);
  const shown = [...problems.filter((problem) => !isMinor(problem)), ...minor.slice(0, mostUnused)];
  const rest = minor.length - mostUnused;
  return [
    `qlite mock: ${toCounts(verdict)}`,
    ...shown.flatMap(show),
    ...(rest > 0 ? [`  note  ${rest} more fixtures and recordings were asked for by nothing`] : []),
  ].join("\n");
};
