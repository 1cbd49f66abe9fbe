// Which requests of the journal are meant: by words of the journal, and by the words of a fixture's `match`.
import * as z from "zod/mini";
import { block } from "../../config/fields.ts";
import { ProxyError } from "../../errors.ts";
import { toMatcher } from "../../wire/glob.ts";
import { endpointNames } from "../asked.ts";
import type { Condition } from "../fixture.ts";
import type { Noted } from "../journal/noted.ts";
import { outcomeNames } from "../journal/totals.ts";
import { parseRuntime } from "./parse-runtime.ts";
import type { Rehear } from "./rehear.ts";

/** A test of a request; `why` tells people in what it is another, null when it is not. */
export interface Filter {
  readonly holds: (noted: Noted) => boolean;
  readonly why: (noted: Noted) => readonly string[];
}

const count = (text: string): boolean => /^\d{1,6}$/.test(text);

/** The query of `GET requests` and of the live journal. */
export const querySchema = block({
  scope: z.optional(z.string()),
  outcome: z.optional(z.enum(outcomeNames)),
  path: z.optional(z.string()),
  model: z.optional(z.string()),
  endpoint: z.optional(z.enum(endpointNames)),
  method: z.optional(z.string()),
  fixture: z.optional(z.string()),
  status: z.optional(z.string().check(z.refine(count, "must be a status, such as 200"))),
  /** The id of a request, or milliseconds of the mock's clock: those behind it. */
  since: z.optional(z.string()),
  limit: z.optional(z.string().check(z.refine(count, "must be a whole number"))),
});

export type Query = z.output<typeof querySchema>;

const pathOf = (noted: Noted): string => noted.path.split("?", 1)[0] ?? "";

const isMilliseconds = (text: string): boolean => /^\d+(?:\.\d+)?$/.test(text);

const toSince = (since: string, all: readonly Noted[]): ((noted: Noted) => boolean) => {
  if (isMilliseconds(since)) return ({ at }) => at >= Number(since);
  // Ids come again once the counters of a scope are reset.
  const from = all.findLast(({ id }) => id === since)?.place;
  if (from !== undefined) return ({ place }) => place > from;
  throw new ProxyError("invalid_request", `since: no request of the id ${since.slice(0, 100)} is kept`, {
    param: "since",
  });
};

/** The test of a query; `since` is looked up among `all`. @throws {ProxyError} `invalid_request` - an unknown request */
export const toQueryFilter = (query: Query, all: readonly Noted[]): ((noted: Noted) => boolean) => {
  const { scope, outcome, path, model, endpoint, method, fixture, status, since } = query;
  const isPath = path === undefined ? null : toMatcher(path);
  const isModel = model === undefined ? null : toMatcher(model);
  const isSince = since === undefined ? null : toSince(since, all);
  return (noted) =>
    (isSince === null || isSince(noted)) &&
    (scope === undefined || noted.scope === scope) &&
    (outcome === undefined || noted.outcome === outcome) &&
    (isPath === null || isPath(pathOf(noted))) &&
    (isModel === null || (noted.model !== null && isModel(noted.model))) &&
    (endpoint === undefined || noted.endpoint === endpoint) &&
    (method === undefined || noted.method === method.toUpperCase()) &&
    (fixture === undefined || noted.fixture === fixture) &&
    (status === undefined || noted.status === Number(status));
};

const journalWords = {
  scope: z.optional(z.string()),
  outcome: z.optional(z.enum(outcomeNames)),
  status: z.optional(z.number()),
  fixture: z.optional(z.string()),
  interaction: z.optional(z.string()),
  method: z.optional(z.string()),
};

/** What `find`, `count` and `verify` take: words of the journal, and any word of a fixture's `match`. */
export const matchSchema = z.looseObject(journalWords);

export type WrittenMatch = z.output<typeof matchSchema>;

type Word = keyof typeof journalWords;
const words: readonly Word[] = ["scope", "outcome", "status", "fixture", "interaction", "method"];
const isWord = (key: string): boolean => words.some((word) => word === key);

const whyNot = (conditions: readonly Condition[], noted: Noted, rehear: Rehear): readonly string[] => {
  if (conditions.length === 0) return [];
  const asked = rehear(noted);
  if (asked === null) return ["its body is cut, or is no request of its endpoint"];
  return conditions.flatMap(({ field, wanted, holds, objection }) =>
    holds(asked) ? [] : [`${field}: wanted ${wanted}, got ${objection(asked) ?? "another"}`],
  );
};

/** The test that a written match is. @throws {ProxyError} `invalid_request` - what is no match */
export const toFilter = (written: WrittenMatch, rehear: Rehear): Filter => {
  const rest = Object.fromEntries(Object.entries(written).filter(([key]) => !isWord(key)));
  const conditions =
    Object.keys(rest).length === 0
      ? []
      : parseRuntime([{ match: rest, response: "-" }], "match").flatMap((fixture) => fixture.conditions);
  const plain = words.flatMap((word) => {
    const wanted = written[word];
    return wanted === undefined ? [] : [[word, word === "method" ? String(wanted).toUpperCase() : wanted] as const];
  });
  const why = (noted: Noted): readonly string[] => [
    ...plain.flatMap(([word, wanted]) =>
      noted[word] === wanted ? [] : [`${word}: wanted ${wanted}, is ${noted[word]}`],
    ),
    ...whyNot(conditions, noted, rehear),
  ];
  return {
    holds: (noted) => {
      if (plain.some(([word, wanted]) => noted[word] !== wanted)) return false;
      if (conditions.length === 0) return true;
      const asked = rehear(noted);
      return asked !== null && conditions.every(({ holds }) => holds(asked));
    },
    why,
  };
};
