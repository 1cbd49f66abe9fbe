// POST /__qlite/mock/verify: were the requests made that should have been, and no others?
import * as z from "zod/mini";
import { block } from "../../config/fields.ts";
import { ProxyError } from "../../errors.ts";
import type { MockState } from "../engine-parts.ts";
import type { Noted } from "../journal/noted.ts";
import { matchSchema, toFilter, type Filter, type WrittenMatch } from "./filter.ts";
import { checkInput } from "./input.ts";
import type { Rehear } from "./rehear.ts";
import { checkQuery, scopeFor, toJson, type Resource } from "./request.ts";

const count = () => z.optional(z.int().check(z.gte(0)));

const expectSchema = block({ match: z.optional(matchSchema), count: count(), at_least: count(), at_most: count() });
const verifySchema = block({
  scope: z.optional(z.string()),
  expect: z.array(expectSchema).check(z.minLength(1), z.maxLength(1000)),
});

type Expectation = z.output<typeof expectSchema>;

interface Bounds {
  readonly least: number;
  readonly most: number;
}

const boundsOf = ({ count: exactly, at_least: least, at_most: most }: Expectation, at: number): Bounds => {
  if (exactly !== undefined) {
    if (least === undefined && most === undefined) return { least: exactly, most: exactly };
    throw new ProxyError("invalid_request", `expect[${at}]: count goes without at_least and at_most`);
  }
  const bounds = { least: least ?? (most === undefined ? 1 : 0), most: most ?? Infinity };
  if (bounds.least <= bounds.most) return bounds;
  throw new ProxyError("invalid_request", `expect[${at}]: at_least is more than at_most`);
};

const sayBounds = ({ least, most }: Bounds): string => {
  if (least === most) return `exactly ${least}`;
  if (most === Infinity) return `at least ${least}`;
  return least === 0 ? `at most ${most}` : `${least} to ${most}`;
};

const sayMatch = (match: WrittenMatch | undefined): string =>
  match === undefined || Object.keys(match).length === 0 ? "any request" : JSON.stringify(match).slice(0, 500);

const sayRequest = ({ method, path, scope, ordinal, outcome }: Noted): string =>
  `${method} ${path.split("?", 1)[0]} (scope ${scope}, request ${ordinal + 1}, ${outcome})`;

const mostShown = 3;

/** Those that came nearest, each with its differences. */
const sayNearest = (all: readonly Noted[], { holds, why }: Filter): readonly string[] =>
  all
    .filter((noted) => !holds(noted))
    .slice(-100)
    .map((noted) => ({ noted, differences: why(noted) }))
    .toSorted((a, b) => a.differences.length - b.differences.length)
    .slice(0, mostShown)
    .map(({ noted, differences }) => `nearest: ${sayRequest(noted)}: ${differences.join("; ")}`);

/** Makes the resource `verify`: 200 when all is as expected, else 409 and what is not. */
export const createVerify = (state: MockState, rehear: Rehear, redact: (text: string) => string): Resource => ({
  POST: async (asked) => {
    checkQuery(asked, ["scope"]);
    const written = checkInput(verifySchema, await asked.json());
    const scope = written.scope ?? scopeFor(asked);
    const all = state.journal.kept().filter((noted) => scope === null || noted.scope === scope);
    const results = written.expect.map((expectation, at) => {
      const bounds = boundsOf(expectation, at);
      const filter = toFilter(expectation.match ?? {}, rehear);
      const found = all.filter(filter.holds);
      const ok = found.length >= bounds.least && found.length <= bounds.most;
      const head = `expect[${at}] ${sayMatch(expectation.match)}: wanted ${sayBounds(bounds)}, found ${found.length}`;
      const details =
        found.length < bounds.least
          ? sayNearest(all, filter)
          : found.slice(0, mostShown).map((noted) => `found: ${sayRequest(noted)}`);
      const lines = ok ? [] : [head, ...details.map((line) => `  ${line}`)].map(redact);
      const ids = found.slice(0, 100).map(({ id }) => id);
      return { lines, result: { ok, wanted: sayBounds(bounds), found: found.length, ids } };
    });
    const ok = results.every(({ result }) => result.ok);
    const message = results.flatMap(({ lines }) => lines).join("\n");
    const told = results.map(({ result }) => result);
    return toJson(ok ? { ok, results: told } : { ok, message, results: told }, ok ? 200 : 409);
  },
});
