import type { DialectName } from "../dialects/conversation.ts";
import type { Traits } from "../dialects/dialect.ts";

/** What some models of a provider want said differently; `models` is a glob. */
export interface Quirk {
  readonly models: string;
  readonly traits: Partial<Traits>;
  /** The only dialects of the provider that it answers in; left out, it answers in all of them. */
  readonly dialects?: readonly DialectName[];
}

/** The same traits for several globs. */
export const forAll = (models: readonly string[], traits: Partial<Traits>): readonly Quirk[] =>
  models.map((one) => ({ models: one, traits }));
