import type { Verdict } from "../journal/verdict.ts";
import { toProblems, type Problem, type Strictness } from "./problems.ts";
import { toCounts } from "./summary.ts";

/** Text as it may stand in XML 1.0; letters it cannot hold become a question mark. */
const escape = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "?")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\n", "&#10;");

const titles: Readonly<Record<Exclude<Problem["kind"], "warning">, string>> = {
  unmatched: "every request was answered",
  refused: "every recording could be made",
  stale: "no recording has grown old",
  unused: "every fixture and recording was asked for",
};

const textOf = ({ title, details, place }: Problem): string =>
  [title, ...(place === null ? [] : [`at ${place.file}:${place.line ?? 1}`]), ...details].join("\n");

/**
 * A JUnit report: a test case for each promise of a run, with a failure for each time it was broken.
 *
 * @see https://github.com/testmoapp/junitxml (read 2026-11-22)
 */
export const toJunit = (verdict: Verdict, strictness: Strictness, seconds: number): string => {
  const problems = toProblems(verdict, strictness);
  const cases = Object.entries(titles).map(([kind, title]) => {
    const broken = problems.filter((problem) => problem.kind === kind && problem.isFailure);
    const failures = broken.map(
      (problem) =>
        `      <failure type="${kind}" message="${escape(problem.title)}">${escape(textOf(problem))}</failure>`,
    );
    const head = `    <testcase classname="qlite" name="${escape(title)}" time="0"`;
    return {
      isBroken: broken.length > 0,
      xml: failures.length === 0 ? `${head}/>` : [`${head}>`, ...failures, "    </testcase>"].join("\n"),
    };
  });
  const failed = cases.filter(({ isBroken }) => isBroken).length;
  const totals = `tests="${cases.length}" failures="${failed}" errors="0" skipped="0" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="qlite" ${totals}>`,
    `  <testsuite name="qlite mock" ${totals}>`,
    ...cases.map(({ xml }) => xml),
    `    <system-out>${escape([toCounts(verdict), ...problems.map(({ title }) => title)].join("\n"))}</system-out>`,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
};
