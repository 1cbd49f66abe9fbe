// How two requests differ, told so that a person sees it at a glance.
import type { Keyed, Keys } from "./key.ts";
import { toCanonical, toReadable, type Section } from "./section.ts";

const longestLine = 160;
const mostLines = 8;

/** Cuts a long line around what differs in it. */
const around = (line: string, from: number, to: number): string => {
  if (line.length <= longestLine) return line;
  const start = Math.max(0, Math.min(from - 40, line.length - longestLine));
  const end = Math.min(line.length, Math.max(start + longestLine, Math.min(to + 40, start + longestLine)));
  return `${start > 0 ? "…" : ""}${line.slice(start, end)}${end < line.length ? "…" : ""}`;
};

const sharedStart = <T>(one: ArrayLike<T>, other: ArrayLike<T>): number => {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at += 1;
  return at;
};

const sharedEnd = <T>(one: ArrayLike<T>, other: ArrayLike<T>, from: number): number => {
  const most = Math.min(one.length, other.length) - from;
  let count = 0;
  while (count < most && one[one.length - 1 - count] === other[other.length - 1 - count]) count += 1;
  return count;
};

const clip = (lines: readonly string[], sign: string): readonly string[] => {
  const shown = lines.slice(0, mostLines).map((line) => `${sign} ${line}`);
  return lines.length > mostLines ? [...shown, `${sign} … ${lines.length - mostLines} more lines`] : shown;
};

const context = (line: string | undefined): readonly string[] =>
  line === undefined || line === "" ? [] : [`  ${around(line, 0, longestLine)}`];

/**
 * The difference of two texts as one hunk: what is equal at both ends is left out but for a line, then the lines of the first
 * (`-`) and of the second (`+`).
 */
export const toHunk = (before: string, after: string): readonly string[] => {
  const old = before.split("\n");
  const now = after.split("\n");
  const start = sharedStart(old, now);
  const end = sharedEnd(old, now, start);
  const gone = old.slice(start, old.length - end);
  const come = now.slice(start, now.length - end);
  const [one = ""] = gone;
  const [other = ""] = come;
  const from = sharedStart(one, other);
  const show = (line: string, at: number): string =>
    at === 0 ? around(line, from, line.length - sharedEnd(one, other, from)) : around(line, 0, longestLine);
  return [
    ...context(old[start - 1]),
    ...clip(gone.map(show), "-"),
    ...clip(come.map(show), "+"),
    ...context(end === 0 ? undefined : old[old.length - end]),
  ];
};

/** A section that is not the same on both sides. */
interface Change {
  readonly name: string;
  readonly recorded: Section | null;
  readonly asked: Section | null;
}

const idOf = ({ id, name }: Section): string => id ?? name;

const changesOf = (recorded: readonly Section[], asked: readonly Section[]): readonly Change[] => {
  const before = new Map(recorded.map((section) => [idOf(section), section]));
  const after = new Map(asked.map((section) => [idOf(section), section]));
  return [...new Set([...after.keys(), ...before.keys()])]
    .map((id) => ({ recorded: before.get(id) ?? null, asked: after.get(id) ?? null }))
    .map(({ recorded: one, asked: other }) => ({ name: (other ?? one)?.name ?? "", recorded: one, asked: other }))
    .filter(({ recorded: one, asked: other }) =>
      one === null || other === null ? true : toCanonical(one.value) !== toCanonical(other.value),
    );
};

const short = (section: Section | null): string => {
  if (section === null) return "nothing";
  const text = toReadable(section.value).replaceAll(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const isLong = ({ recorded, asked }: Change): boolean =>
  [recorded, asked].some((section) => section !== null && /[\n]|.{60}/s.test(toReadable(section.value)));

const tell = (change: Change): readonly string[] => {
  const { name, recorded, asked } = change;
  if (recorded === null)
    return [
      `${name} is only in the request:`,
      ...clip(
        toReadable(asked?.value)
          .split("\n")
          .map((line) => around(line, 0, 0)),
        "+",
      ),
    ];
  if (asked === null)
    return [
      `${name} is only in the recording:`,
      ...clip(
        toReadable(recorded.value)
          .split("\n")
          .map((line) => around(line, 0, 0)),
        "-",
      ),
    ];
  return [`${name} differs (- recorded, + asked):`, ...toHunk(toReadable(recorded.value), toReadable(asked.value))];
};

/** Tells the first difference in full and the others by name. */
const explain = (changes: readonly Change[]): readonly string[] => {
  const first = changes.find(({ name }) => name.startsWith("messages[")) ?? changes.find(isLong) ?? changes[0];
  if (first === undefined) return [];
  const others = changes.filter((change) => change !== first);
  const named = others
    .slice(0, mostLines)
    .map((change) =>
      isLong(change)
        ? change.name
        : `${change.name} (recorded ${short(change.recorded)}, asked ${short(change.asked)})`,
    );
  if (others.length > mostLines) named.push(`${others.length - mostLines} more`);
  return [...tell(first), ...(named.length === 0 ? [] : [`also different: ${named.join(", ")}`])];
};

/** How the sections of a request differ from those of a recording; no line where they do not. */
export const toDifference = (recorded: readonly Section[], asked: readonly Section[]): readonly string[] =>
  explain(changesOf(recorded, asked));

/** Each section that differs costs one, and up to one more by how much of its text does. */
const distanceOf = (changes: readonly Change[]): number =>
  changes.reduce((sum, { recorded, asked }) => {
    if (recorded === null || asked === null) return sum + 2;
    const one = toReadable(recorded.value).slice(0, 20_000);
    const other = toReadable(asked.value).slice(0, 20_000);
    const start = sharedStart(one, other);
    const same = start + sharedEnd(one, other, start);
    return sum + 1 + (1 - same / Math.max(1, one.length, other.length));
  }, 0);

export interface Near<T> {
  readonly candidate: T;
  readonly diff: readonly string[];
}

/** Looked at for an explanation; of more recordings the newest. */
const mostCandidates = 500;

/** The recordings that are most like a request, the nearest first, each with what differs. */
export const findNearest = <T extends Keyed>(
  asked: Keyed,
  candidates: readonly T[],
  { counting }: Pick<Keys, "counting">,
  most: number,
): readonly Near<T>[] => {
  const wanted = counting(asked.sections);
  return candidates
    .slice(-mostCandidates)
    .map((candidate) => {
      const changes = changesOf(counting(candidate.sections), wanted);
      return { candidate, changes, distance: distanceOf(changes) };
    })
    .sort((one, other) => one.distance - other.distance)
    .slice(0, most)
    .map(({ candidate, changes }) => ({ candidate, diff: explain(changes) }));
};
