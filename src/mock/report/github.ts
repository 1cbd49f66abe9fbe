import type { Verdict } from "../journal/verdict.ts";
import { toProblems, type Strictness } from "./problems.ts";

const escapeData = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");

/** GitHub shows ten annotations of each level and step; more are only in the log. */
const most = 10;

/**
 * Workflow commands that show each problem where its fixture stands, a line each.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands (read 2026-11-22)
 */
export const toAnnotations = (verdict: Verdict, strictness: Strictness): readonly string[] =>
  toProblems(verdict, strictness)
    .slice(0, most * 2)
    .map(({ isFailure, title, details, place }) => {
      const at = place === null ? "" : `file=${escapeProperty(place.file)},line=${place.line ?? 1},`;
      const text = escapeData([title, ...details].join("\n"));
      return `::${isFailure ? "error" : "warning"} ${at}title=qlite mock::${text}`;
    });
