// A fixture on its way from another tool's file to one of ours.
import type { JsonObject } from "../../dialects/conversation.ts";
import type { Path } from "../../config/faults.ts";

/** A place in a sequence of answers to the same request. */
export interface Step {
  /** The same for all of a sequence. */
  readonly group: string;
  /** From 0. */
  readonly index: number;
  /** Whether the last one answers again and again. */
  readonly repeats: boolean;
}

export interface Draft {
  /** Where it comes from. */
  readonly path: Path;
  readonly match: JsonObject;
  readonly response: JsonObject;
  /** `faults`, `stream`, `priority`, `catch_all`. */
  readonly more: JsonObject;
  readonly step: Step | null;
}

/** A fixture as it is written, and where it comes from. */
export interface Made {
  readonly path: Path;
  readonly fixture: JsonObject;
}

/** A sequence that could not be put together: its members, and why. */
export interface Broken {
  readonly members: readonly Draft[];
  readonly why: string;
}

const isEmpty = (value: JsonObject): boolean => Object.keys(value).length === 0;

/** An answer of nothing but text is written as the text, unless that would be another word. */
const toResponse = (response: JsonObject): unknown => {
  const { text } = response;
  return typeof text === "string" && text !== "auto" && Object.keys(response).length === 1 ? text : response;
};

const toOne = ({ path, match, response, more }: Draft): Made => ({
  path,
  fixture: { ...(isEmpty(match) ? {} : { match }), response: toResponse(response), ...more },
});

const whyNot = (members: readonly Draft[]): string | null => {
  const [first] = members;
  const missing = members.findIndex(({ step }, place) => step?.index !== place);
  if (missing !== -1) return `the sequence has no answer ${missing} of its own, counted from 0`;
  const frame = JSON.stringify([first?.match, first?.more]);
  const isSame = members.every(({ match, more }) => JSON.stringify([match, more]) === frame);
  return isSame ? null : "the answers of the sequence differ in what they want or in how they come";
};

const toSequence = (members: readonly Draft[]): Made => {
  const [first] = members;
  const { match = {}, more = {}, path = [], step = null } = first ?? {};
  const turns = members.map(({ response }) => toResponse(response));
  const exhausted = step?.repeats === true ? { exhausted: "repeat" } : {};
  return { path, fixture: { ...(isEmpty(match) ? {} : { match }), turns, ...exhausted, ...more } };
};

/** Puts the answers of each sequence together, at the place of the first of them. */
export const joinSteps = (
  drafts: readonly Draft[],
): { readonly made: readonly Made[]; readonly broken: readonly Broken[] } => {
  const groups = Map.groupBy(drafts, ({ step }) => step?.group ?? null);
  const made: Made[] = [];
  const broken: Broken[] = [];
  const done = new Set<string>();
  for (const draft of drafts) {
    if (draft.step === null) {
      made.push(toOne(draft));
      continue;
    }
    const { group } = draft.step;
    if (done.has(group)) continue;
    done.add(group);
    const members = (groups.get(group) ?? []).toSorted((a, b) => (a.step?.index ?? 0) - (b.step?.index ?? 0));
    const why = whyNot(members);
    if (why === null) made.push(toSequence(members));
    else broken.push({ members, why });
  }
  return { made, broken };
};
