import { toAsked } from "../../src/mock/request/decide.ts";
import { findRoute } from "../../src/mock/endpoints/routes.ts";
import type { FixtureSet } from "../../src/mock/fixture.ts";
import { createFixtureSet, createPlainSet } from "../../src/mock/fixtures/fixture-set.ts";
import { parseFixtures } from "../../src/mock/fixtures/parse-fixtures.ts";
import type { Case } from "./case.ts";

const kinds: Readonly<Record<string, (index: number) => unknown>> = {
  "a piece of the user's text": (index) => ({ user: `question number ${index}.` }),
  "the whole text": (index) => ({ user: { exact: `Please answer question number ${index}. Be brief.` } }),
  "a regex without case": (index) => ({ user: `/QUESTION number (?<n>${index})\\./i` }),
  "a model and a piece": (index) => ({ model: "gpt-*", user: `question number ${index}.` }),
};

const askOf = (content: string) => {
  const headers = new Headers();
  const route = findRoute("/v1/chat/completions", headers)!;
  const body = { model: "gpt-5.4", messages: [{ role: "user", content }] };
  const heard = route.endpoint.hear({ path: "/v1/chat/completions", query: "", headers, body });
  const request = new Request("http://mock/");
  const call = {
    request,
    method: "POST",
    path: "/v1/chat/completions",
    search: "",
    scope: { name: "default" },
    ordinal: 0,
  };
  return toAsked(call, route, heard, body, null);
};

const short = askOf("Please answer question number 990. Be brief.");
const long = askOf(
  `${"The quick brown fox asks no question at all. ".repeat(1400)}Please answer question number 990. Be brief.`,
);
const missed = askOf("Please answer question number 1990, if you can.");

const find = (set: FixtureSet, asked: typeof short) => () => set.find(asked, new Map())?.fixture.id ?? null;

/** The fixture that fits is the 991st of 1,000; the counts of a scope are empty. */
export const fixtureCases: readonly Case[] = Object.entries(kinds).flatMap(([kind, toMatch]) => {
  const written = Array.from({ length: 1000 }, (_, index) => ({
    id: `f${index}`,
    match: toMatch(index),
    response: "yes",
  }));
  const parsed = parseFixtures(written, "bench", { allowFunctions: false });
  if (parsed.kind === "faulty") throw new Error(parsed.faults[0]?.message);
  const indexed = createFixtureSet(parsed.fixtures);
  const plain = createPlainSet(parsed.fixtures);
  const asked =
    kind === "the whole text"
      ? ([["a short text", short]] as const)
      : ([
          ["a short text", short],
          ["64 KB", long],
          ["a miss", missed],
        ] as const);
  return asked.map(([name, one]) => ({
    name: `fixtures: 1,000 by ${kind}, ${name}`,
    variants: { "the index": find(indexed, one), "each in turn": find(plain, one) },
  }));
});
