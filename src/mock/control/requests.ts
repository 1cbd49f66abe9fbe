// /__qlite/mock/requests, unmatched, unused: what the journal has.
import * as z from "zod/mini";
import { block } from "../../config/fields.ts";
import type { MockState } from "../engine-parts.ts";
import type { Noted } from "../journal/noted.ts";
import { unusedOf } from "../journal/judge.ts";
import { matchSchema, querySchema, toFilter, toQueryFilter } from "./filter.ts";
import { checkInput } from "./input.ts";
import type { Rehear } from "./rehear.ts";
import { checkQuery, scopeFor, toJson, type ControlRequest, type Resource } from "./request.ts";

const mostListed = 10_000;

const findSchema = block({
  match: z.optional(matchSchema),
  limit: z.optional(z.int().check(z.gte(0), z.lte(mostListed))),
});

/** Of a list the last so many, in their order. */
const lastOf = <T>(list: readonly T[], most: number): readonly T[] => list.slice(Math.max(0, list.length - most));

/** Makes the resources that read the journal. */
export const createRequestResources = (
  state: MockState,
  rehear: Rehear,
): Readonly<Record<"requests" | "find" | "count" | "unmatched" | "unused", Resource>> => {
  const { journal } = state;
  const tellAll = (list: readonly Noted[], most: number): Response =>
    toJson({ total: list.length, requests: lastOf(list, most).map(journal.tell) });
  const found = async (asked: ControlRequest) => {
    checkQuery(asked, ["scope"]);
    const scope = scopeFor(asked);
    const { match = {}, limit = mostListed } = checkInput(findSchema, await asked.json());
    const { holds } = toFilter(match, rehear);
    return { limit, list: journal.kept().filter((noted) => (scope === null || noted.scope === scope) && holds(noted)) };
  };
  return {
    requests: {
      GET: (asked) => {
        const scope = scopeFor(asked);
        const query = checkInput(querySchema, scope === null ? asked.query : { ...asked.query, scope });
        const all = journal.kept();
        return tellAll(all.filter(toQueryFilter(query, all)), Number(query.limit ?? mostListed));
      },
    },
    find: {
      POST: async (asked) => {
        const { list, limit } = await found(asked);
        return tellAll(list, limit);
      },
    },
    count: { POST: async (asked) => toJson({ count: (await found(asked)).list.length }) },
    unmatched: {
      GET: (asked) => {
        checkQuery(asked, ["scope"]);
        const scope = scopeFor(asked);
        const list = journal.unmatched().filter((noted) => scope === null || noted.scope === scope);
        const { outcomes } = scope === null ? journal.totals() : (state.scopes.find(scope) ?? journal.totals());
        return toJson({ total: outcomes.unmatched, requests: list.map(journal.tell) });
      },
    },
    unused: {
      GET: (asked) => {
        checkQuery(asked, ["scope"]);
        return toJson({ fixtures: unusedOf(state, scopeFor(asked)) });
      },
    },
  };
};
