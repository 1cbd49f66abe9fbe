// /__qlite/mock/scopes: one test's share of the mock, and how a client gets into it.
import * as z from "zod/mini";
import { block } from "../../config/fields.ts";
import { ProxyError } from "../../errors.ts";
import type { Generate } from "../auto/generate.ts";
import type { MockState } from "../engine-parts.ts";
import { parseFaults } from "../faults/fault-schema.ts";
import { setFaults, setRuntime } from "../request/runtime.ts";
import { checkScopeName, scopeKeyPrefix, type Scope } from "../request/scopes.ts";
import { checkInput } from "./input.ts";
import { parseRuntime } from "./parse-runtime.ts";
import { checkQuery, toJson, type Resource } from "./request.ts";

const openSchema = block({
  name: z.string(),
  seed: z.optional(z.int().check(z.gte(0))),
  cassette: z.optional(
    z.string().check(z.regex(/^[A-Za-z0-9._-]{1,100}$/, "must be 1 to 100 letters, digits, -, _ and .")),
  ),
  fixtures: z.optional(z.unknown()),
  faults: z.optional(z.unknown()),
});

/** How a client gets into a scope, each way by itself. */
const addressesOf = (name: string, base: string, scopeHeaders: readonly string[]) => ({
  name,
  base_url: `${base}/@${name}/v1`,
  anthropic_base_url: `${base}/@${name}`,
  gemini_base_url: `${base}/@${name}`,
  api_key: `${scopeKeyPrefix}${name}`,
  headers: Object.fromEntries(scopeHeaders.slice(0, 1).map((header) => [header, name])),
});

const tell = ({ name, seed, cassette, requests, outcomes, fixtures, faults }: Scope) => ({
  name,
  seed,
  cassette,
  requests,
  outcomes,
  fixtures: fixtures.list.length,
  faults: faults.length,
});

/** Makes the resources `scopes` and `scopes/{name}`. */
export const createScopeResources = (
  state: MockState,
  scopeHeaders: readonly string[],
  generate: Generate,
): { readonly all: Resource; readonly one: Resource } => {
  const find = (name: string): Scope => {
    const scope = state.scopes.find(name);
    if (scope === null) throw new ProxyError("request_not_found", `There is no scope ${name.slice(0, 100)}`);
    return scope;
  };
  return {
    all: {
      GET: (asked) => {
        checkQuery(asked, []);
        return toJson({ scopes: [...state.scopes.all()].map(tell) });
      },
      POST: async (asked) => {
        checkQuery(asked, []);
        const { name, seed, cassette, fixtures, faults } = checkInput(openSchema, await asked.json());
        checkScopeName(name);
        // All is read before anything is changed.
        const list = fixtures === undefined ? [] : parseRuntime(fixtures, name, generate);
        const struck = faults === undefined ? [] : parseFaults(faults);
        state.scopes.open(name, { seed, cassette });
        setRuntime(state, name, list);
        setFaults(state, name, struck);
        return toJson(addressesOf(name, asked.base, scopeHeaders), 201);
      },
    },
    one: {
      GET: ({ path, base }) => {
        const scope = find(path[1] ?? "");
        return toJson({ ...addressesOf(scope.name, base, scopeHeaders), ...tell(scope) });
      },
      DELETE: ({ path }) => {
        const { name } = find(path[1] ?? "");
        state.scopes.close(name);
        return toJson({ deleted: name });
      },
    },
  };
};
