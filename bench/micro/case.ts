import { isDeepStrictEqual } from "node:util";

/** Several ways to do one thing, the product's own among them. */
export interface Case {
  readonly name: string;
  /** Each gives a result that must equal the others', at once or as a promise; the first one is what we ship. */
  readonly variants: Readonly<Record<string, () => unknown>>;
  /** What a result is compared as, where it is not plain data. */
  readonly toComparable?: (result: unknown) => unknown;
  /** How many of the things named in `name` one call does; its time is divided by it. */
  readonly per?: number;
}

/** Checks that all variants of a case give the same; throws, naming the one that does not. */
export const checkAgreement = async ({ name, variants, toComparable = (result) => result }: Case): Promise<void> => {
  const results: (readonly [string, unknown])[] = [];
  for (const [variant, run] of Object.entries(variants)) results.push([variant, await toComparable(await run())]);
  const [first, ...others] = results;
  for (const [variant, result] of others) {
    if (isDeepStrictEqual(result, first?.[1])) continue;
    throw new Error(`${name}: "${variant}" gives another result than "${first?.[0]}"`);
  }
};
