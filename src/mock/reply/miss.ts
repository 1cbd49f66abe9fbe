// The words of a miss: what was asked, what came nearest, and where to look.
import { ProxyError } from "../../errors.ts";
import type { Asked } from "../asked.ts";
import type { NearMiss } from "../fixture.ts";
import type { Played } from "../tape.ts";

export type NearestRecordings = Extract<Played, { kind: "miss" }>["nearest"];

export interface Miss {
  readonly asked: Asked;
  readonly nearest: readonly NearMiss[];
  readonly recordings: NearestRecordings;
  /** Whether there are fixtures, or recordings, that could have answered. */
  readonly hasFixtures: boolean;
  readonly hasTape: boolean;
  /** Whether whoever asked may be shown prompts: it is on this machine. */
  readonly showsPrompts: boolean;
}

const mostUserText = 120;
const mostObjection = 160;
const mostDiffLines = 12;

const shorten = (text: string, most: number): string => {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= most ? line : `${line.slice(0, most - 1)}…`;
};

const placeOf = ({ id, source }: NearMiss): string => (source === null ? id : `${id} (${source.file}:${source.line})`);

const sayMiss = (miss: NearMiss, showsPrompts: boolean): string => {
  const failed = miss.fields.filter(({ objection }) => objection !== null);
  const held = miss.fields.filter(({ objection }) => objection === null).map(({ field }) => field);
  const differ = failed.map(({ field, wanted, objection }) =>
    showsPrompts
      ? `${field}: wanted ${shorten(wanted, mostObjection)}, got ${shorten(objection ?? "", mostObjection)}`
      : field,
  );
  const rest = held.length === 0 ? "" : ` (holds: ${held.join(", ")})`;
  return differ.length === 0 ? `${placeOf(miss)}${rest}` : `${placeOf(miss)}: ${differ.join("; ")}${rest}`;
};

const sayAsked = ({ asked, showsPrompts }: Miss): string => {
  const { method, path, endpoint, model, scope, ordinal } = asked;
  const parts = [`${method} ${path}`, `endpoint ${endpoint}`];
  if (model !== null) parts.push(`model ${JSON.stringify(shorten(model, mostUserText))}`);
  parts.push(`scope ${scope}`, `request ${ordinal + 1} of it`);
  if (showsPrompts) {
    const user = asked.user();
    if (user !== "") parts.push(`user ${JSON.stringify(shorten(user, mostUserText))}`);
  }
  return parts.join(", ");
};

const sayRecording = ({ id, diff }: NearestRecordings[number], showsPrompts: boolean): string => {
  if (!showsPrompts || diff.length === 0) return id;
  const lines = diff.slice(0, mostDiffLines).map((line) => `    ${line.slice(0, 240)}`);
  const rest = diff.length > mostDiffLines ? [`    … ${diff.length - mostDiffLines} more`] : [];
  return [id, ...lines, ...rest].join("\n");
};

const sayAdvice = ({ recordings, hasFixtures, hasTape }: Miss): readonly string[] => {
  const accept = recordings.length === 0 ? "" : "; if an edit was meant: qlite cassette accept";
  const explain = "qlite mock explain request.json (the body of the request), or ";
  return [
    ...(hasTape ? [`To record it: qlite record -- <command>${accept}`] : []),
    // It knows of fixtures alone.
    `Look further: ${hasTape && !hasFixtures ? "" : explain}GET /__qlite/mock/unmatched`,
  ];
};

/** What a miss says to people, the whole of it. Without prompts where those would leave the machine. */
export const sayNoMatch = (miss: Miss): string => {
  const { nearest, recordings, showsPrompts, hasFixtures, hasTape } = miss;
  const lines = [`mock_no_match: nothing here answers ${sayAsked(miss)}.`];
  const [first, ...others] = nearest;
  if (first !== undefined) lines.push(`Nearest fixture: ${sayMiss(first, showsPrompts)}`);
  for (const other of others) lines.push(`Then: ${sayMiss(other, showsPrompts)}`);
  if (first === undefined && !hasFixtures) lines.push("There are no fixtures.");
  for (const recording of recordings.slice(0, 1)) {
    lines.push(`Nearest recording: ${sayRecording(recording, showsPrompts)}`);
  }
  if (recordings.length === 0 && hasTape) lines.push("No recording is like it.");
  lines.push(...sayAdvice(miss));
  return lines.join("\n");
};

const noRetry = { "x-should-retry": "false" };

/** The refusal of a request that nothing was found for; its text ends up in logs of tests. */
export const noMatch = (miss: Miss, redact: (text: string) => string): ProxyError =>
  new ProxyError("mock_no_match", redact(sayNoMatch(miss)), { headers: noRetry });

/** The refusal where a fixture was found and cannot be said: the fixture is at fault, not the request. */
export const fixtureInvalid = (id: string, thrown: unknown): ProxyError => {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  const param = thrown instanceof ProxyError && thrown.param !== null ? { param: thrown.param } : {};
  return new ProxyError("mock_fixture_invalid", `mock_fixture_invalid: the fixture ${id} cannot answer this: ${why}`, {
    cause: thrown,
    headers: noRetry,
    ...param,
  });
};
