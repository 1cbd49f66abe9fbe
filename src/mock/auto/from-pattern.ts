import { readRegex, type Part } from "../fixtures/regex/regex-tree.ts";

/** Longer texts are not made. */
const mostLength = 10_000;

/** Characters in the order in which one of a set is looked for. */
const characters = Array.from(
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _-.,:;/+*!?@#$%&=~'\"()[]{}<>|\\^`\tß€語",
);

const parse = (source: string): RegExp | null => {
  try {
    return new RegExp(source, "u");
  } catch {
    return null;
  }
};

/** Those of the characters that are in a set, or a class such as `\\w`. */
const charactersOf = (source: string): readonly string[] => {
  const set = source === "" ? null : parse(`^${source}$`);
  return set === null ? characters : characters.filter((character) => set.test(character));
};

/** How a text of a pattern is made. */
export interface PatternOptions {
  /** A whole number from 0 to below `count`. */
  readonly pick: (count: number) => number;
  /** How often more than it must a repetition without an end is repeated. */
  readonly more: number;
}

/**
 * A text that fits a regular expression, null where none is found: one with looks ahead, edges or references back may
 * have one all the same.
 */
export const fromPattern = (pattern: string, { pick, more }: PatternOptions): string | null => {
  const regex = parse(pattern);
  if (regex === null) return null;
  let length = 0;
  const sets = new Map<string, readonly string[]>();

  const one = (source: string): string => {
    const fitting = sets.get(source) ?? charactersOf(source);
    sets.set(source, fitting);
    return fitting[pick(fitting.length)] ?? "";
  };

  const repeat = (part: Part, least: number, most: number): string => {
    const times = Math.min(most, least + (most === Infinity ? Math.max(more, least === 0 ? pick(3) : 0) : more));
    let text = "";
    for (let at = 0; at < times; at += 1) {
      if (length >= mostLength) break;
      text += make(part);
    }
    return text;
  };

  const make = (part: Part): string => {
    switch (part.kind) {
      case "sequence":
        return part.parts.map(make).join("");
      case "either": {
        const branch = part.branches[pick(part.branches.length)];
        return branch === undefined ? "" : make(branch);
      }
      case "repeat":
        return repeat(part.part, part.least, part.most);
      case "char":
      case "any": {
        const text = part.kind === "char" ? part.text : one(part.source);
        length += text.length;
        return text;
      }
      case "flagged":
        return make(part.part);
      case "start":
      case "end":
      case "edge":
      case "look":
      case "again":
        return "";
    }
  };

  const text = make(readRegex(regex));
  return regex.test(text) ? text : null;
};
