import type { Asked } from "./asked.ts";
import type { Fault } from "./fault.ts";
import type { Answer, AnswerKind } from "./said.ts";
import type { NameIds } from "./seed.ts";
import type { StreamShape } from "./shape.ts";

/**
 * What one condition found: null when it holds, else what stands there in place of what is wanted, for people.
 *
 * Read behind the field and what it wants: `user: wanted /weather/, got "what is…"`.
 */
export type Objection = string | null;

/** Named texts a condition caught, such as the groups of a regular expression. */
export type Captures = Readonly<Record<string, string>>;

/** The texts of a request that an index is made over. */
export type IndexedText = "user" | "system" | "any_text" | "model";

/**
 * What must be true of a request for a condition to hold, in a form of which an index can be made.
 *
 * `isWhole` says that it is also enough.
 */
export type Gate =
  | { readonly kind: "exact"; readonly text: IndexedText; readonly value: string; readonly isWhole: boolean }
  /** `isFolded`: lower-case ASCII, looked for without regard to the case of ASCII letters. */
  | {
      readonly kind: "needle";
      readonly text: IndexedText;
      readonly value: string;
      readonly isFolded: boolean;
      readonly isWhole: boolean;
    }
  /** The condition itself, asked once for all fixtures that have it. */
  | { readonly kind: "shared" };

/** One key of `match`, compiled. */
export interface Condition {
  /** As it stands in the file: `user`, `headers.x-team`. */
  readonly field: string;
  /** As it stands in the file, shortened. */
  readonly wanted: string;
  readonly holds: (asked: Asked) => boolean;
  /** Why it does not hold; asked only for an explanation. */
  readonly objection: (asked: Asked) => Objection;
  /** null where it catches nothing. */
  readonly captures: ((asked: Asked) => Captures) | null;
  /** What it may catch. */
  readonly names?: readonly string[];
  /** The same for two conditions that say the same; without it a condition is like no other. */
  readonly key?: string;
  /** null, or absent, where an index cannot help. */
  readonly gate?: Gate | null;
  /** Whether it holds of a text, where it looks at one text alone. */
  readonly takes?: ((text: string) => boolean) | null;
  /** Set when it is plain that no request will do: why. */
  readonly never?: string | null;
}

/** What templates may name: `{{ match.city }}`, `{{ request.model }}`, `{{ n }}`. */
export interface TemplateValues {
  readonly asked: Asked;
  readonly match: Captures;
  /** How often this fixture answered in this scope before, from 0. */
  readonly count: number;
}

/** One answer of a fixture; `when` are the conditions it has beside those of its fixture. */
export interface Turn {
  readonly when: readonly Condition[];
  /** What it may answer; one of them must be in `Asked.says`. Without it, it is for every endpoint. */
  readonly kinds?: readonly AnswerKind[];
  /** @throws {ProxyError} `invalid_request` - what the request makes impossible, such as JSON against its own schema */
  readonly answer: (values: TemplateValues, ids: NameIds) => Answer;
}

/** An answer that a human wrote. */
export interface Fixture {
  /** Unique in its set; from file and place where none is written. */
  readonly id: string;
  /** Where it stands; null for one made at run time. */
  readonly source: { readonly file: string; readonly line: number } | null;
  readonly conditions: readonly Condition[];
  /** Of the requests of a scope for which all conditions hold, whoever answered them, only these, from 1; absent: all. */
  readonly nth?: readonly number[];
  /** Higher ones are asked first; of equal ones the order of the files holds. */
  readonly priority: number;
  /** Asked behind all others. */
  readonly isCatchAll: boolean;
  /** At least one. */
  readonly turns: readonly Turn[];
  /** What comes behind the last turn. A single `response` repeats for ever. */
  readonly exhausted: "fail" | "repeat" | "loop";
  readonly faults: readonly Fault[];
  /** What differs from the shape that holds for all. */
  readonly stream: Partial<StreamShape>;
}

/** What a scope remembers of a fixture. */
export interface FixtureCount {
  /** Requests it was found for, those that a fault answered among them. */
  matched: number;
  /** Answers it gave. */
  answered: number;
  /** The place of the turn that comes next, where it is not `answered`: turns whose `when` did not hold were left out. */
  next?: number;
  /** Requests for which its conditions held; counted by `find`, and only for a fixture with `nth`. */
  seen?: number;
}

export type FixtureCounts = Map<string, FixtureCount>;

/** A fixture that was found for a request. */
export interface Match {
  readonly fixture: Fixture;
  readonly turn: Turn;
  /** Its place among the turns, from 0. */
  readonly place: number;
  readonly captures: Captures;
}

/** Why a fixture was not taken, field by field. */
export interface NearMiss {
  readonly id: string;
  readonly source: Fixture["source"];
  readonly fields: readonly { readonly field: string; readonly wanted: string; readonly objection: Objection }[];
}

/** Fixtures in the order in which they are asked. */
export interface FixtureSet {
  readonly fixtures: readonly Fixture[];
  /** The first whose conditions hold and that has a turn left. Called once for each request: it counts for `nth`. */
  readonly find: (asked: Asked, counts: FixtureCounts) => Match | null;
  /** Those with the fewest objections, the nearest first. */
  readonly nearest: (asked: Asked, counts: FixtureCounts, most: number) => readonly NearMiss[];
}
