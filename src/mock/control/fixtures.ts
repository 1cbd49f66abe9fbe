// /__qlite/mock/fixtures: those of the files are shown, those made at run time can be changed.
import { ProxyError } from "../../errors.ts";
import { isObject } from "../../dialects/fields.ts";
import type { Generate } from "../auto/generate.ts";
import type { MockState } from "../engine-parts.ts";
import type { Fixture, FixtureCounts } from "../fixture.ts";
import { runtimeOf, setRuntime } from "../request/runtime.ts";
import { parseRuntime } from "./parse-runtime.ts";
import { checkQuery, scopeFor, toJson, type ControlRequest, type Resource } from "./request.ts";

/** One fixture, a list of them, or `{ fixtures: [...] }` as in a file. */
const toFile = (value: unknown): unknown =>
  isObject(value) && value["fixtures"] === undefined && value["defaults"] === undefined ? [value] : value;

const sumOf = (all: readonly FixtureCounts[], id: string) => {
  let matched = 0;
  let answered = 0;
  for (const counts of all) {
    matched += counts.get(id)?.matched ?? 0;
    answered += counts.get(id)?.answered ?? 0;
  }
  return { matched, answered };
};

type Layer = "files" | "shared" | "scope";

const idOf = ({ path }: ControlRequest): string => path[1] ?? "";

/** Makes the resources `fixtures` and `fixtures/{id}`. */
export const createFixtureResources = (
  state: MockState,
  generate: Generate,
): { readonly all: Resource; readonly one: Resource } => {
  let made = 0;
  const countsOf = (scope: string | null, layer: Layer): readonly FixtureCounts[] => {
    if (scope === null) return [...state.scopes.all()].map(({ counts }) => counts[layer]);
    const found = state.scopes.find(scope);
    return found === null ? [] : [found.counts[layer]];
  };
  const tell = (
    { id, source, priority, isCatchAll, turns, conditions }: Fixture,
    scope: string | null,
    layer: Layer,
  ) => ({
    id,
    scope: layer === "scope" ? scope : null,
    runtime: layer !== "files",
    file: source?.file ?? null,
    line: source?.line ?? null,
    priority,
    catch_all: isCatchAll,
    turns: turns.length,
    match: conditions.map(({ field, wanted }) => ({ field, wanted })),
    ...sumOf(countsOf(scope, layer), id),
  });
  const list = (scope: string | null) => [
    ...(scope === null ? [] : runtimeOf(state, scope).map((fixture) => tell(fixture, scope, "scope"))),
    ...state.shared.list.map((fixture) => tell(fixture, scope, "shared")),
    ...(state.fixtures?.fixtures ?? []).map((fixture) => tell(fixture, scope, "files")),
  ];
  const parse = (value: unknown, scope: string | null): readonly Fixture[] => {
    made += 1;
    return parseRuntime(toFile(value), `${scope ?? "runtime"}-${made}`, generate);
  };
  const change = async (asked: ControlRequest, keep: boolean): Promise<Response> => {
    checkQuery(asked, ["scope"]);
    const scope = scopeFor(asked);
    const fixtures = parse(await asked.json(), scope);
    setRuntime(state, scope, keep ? [...runtimeOf(state, scope), ...fixtures] : fixtures);
    return toJson({ ids: fixtures.map(({ id }) => id) }, keep ? 201 : 200);
  };
  const missing = (id: string, scope: string | null): ProxyError => {
    const isInFile = state.fixtures?.fixtures.some((fixture) => fixture.id === id) ?? false;
    const what = isInFile ? "it stands in a file, and is changed there" : "there is none";
    const where = scope === null ? "for every scope" : `in scope ${scope}`;
    return new ProxyError("request_not_found", `No fixture ${id} was made at run time ${where}: ${what}`);
  };

  return {
    all: {
      GET: (asked) => {
        checkQuery(asked, ["scope"]);
        return toJson({ fixtures: list(scopeFor(asked)) });
      },
      POST: (asked) => change(asked, true),
      PUT: (asked) => change(asked, false),
      DELETE: (asked) => {
        checkQuery(asked, ["scope"]);
        const scope = scopeFor(asked);
        const deleted = runtimeOf(state, scope).length;
        if (deleted > 0) setRuntime(state, scope, []);
        return toJson({ deleted });
      },
    },
    one: {
      GET: (asked) => {
        checkQuery(asked, ["scope"]);
        const scope = scopeFor(asked);
        const found = list(scope).find(({ id }) => id === idOf(asked));
        if (found === undefined) throw missing(idOf(asked), scope);
        return toJson(found);
      },
      PUT: async (asked) => {
        checkQuery(asked, ["scope"]);
        const scope = scopeFor(asked);
        const id = idOf(asked);
        const value = await asked.json();
        const [fixture, more] = parse(isObject(value) ? { ...value, id } : value, scope);
        if (fixture === undefined || more !== undefined) {
          throw new ProxyError("invalid_request", "PUT takes one fixture: { match, response }");
        }
        const before = runtimeOf(state, scope);
        const isNew = !before.some((other) => other.id === id);
        const after = isNew ? [...before, fixture] : before.map((other) => (other.id === id ? fixture : other));
        setRuntime(state, scope, after);
        return toJson({ ids: [fixture.id] }, isNew ? 201 : 200);
      },
      DELETE: (asked) => {
        checkQuery(asked, ["scope"]);
        const scope = scopeFor(asked);
        const before = runtimeOf(state, scope);
        const after = before.filter(({ id }) => id !== idOf(asked));
        if (after.length === before.length) throw missing(idOf(asked), scope);
        setRuntime(state, scope, after);
        return toJson({ deleted: 1 });
      },
    },
  };
};
