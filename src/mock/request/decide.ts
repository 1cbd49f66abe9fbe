// What answers a request: the scope's fixtures, those of every scope, those of the files, recordings, the fallback.
import type { ClientDialectName } from "../../dialects/conversation.ts";
import { ProxyError } from "../../errors.ts";
import type { Asked } from "../asked.ts";
import type { Heard } from "../endpoints/endpoint.ts";
import { nothingAt, type MockRoute } from "../endpoints/routes.ts";
import type { MockConnection, MockState } from "../engine-parts.ts";
import type { FixtureCount, FixtureCounts, FixtureSet, Match, NearMiss } from "../fixture.ts";
import type { Noted } from "../journal/noted.ts";
import type { ReadBody } from "./read-asked.ts";
import type { Scope } from "./scopes.ts";
import type { NameIds } from "../seed.ts";
import { placedOf } from "./placed.ts";

/** A request on its way through the mock. */
export interface Call {
  readonly request: Request;
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly route: MockRoute | undefined;
  readonly dialect: ClientDialectName;
  readonly scope: Scope;
  readonly ordinal: number;
  /** Its place among the requests that faults without a fixture are counted over, from 0. */
  readonly callPlace: number;
  readonly ids: NameIds;
  readonly requestId: string;
  readonly noted: Noted;
  /** How it came; absent for a call within this process. */
  readonly connection: MockConnection | undefined;
}

/** A fixture that was found, and where its counts stand. */
export interface Found {
  readonly match: Match;
  readonly count: FixtureCount;
}

/** A call that was understood. */
export interface Understood {
  readonly call: Call;
  readonly heard: Heard;
  readonly body: ReadBody;
  readonly asked: Asked;
  readonly isFixed: boolean;
}

export const toAsked = (
  {
    request,
    method,
    path,
    search,
    scope,
    ordinal,
  }: Pick<Call, "request" | "method" | "path" | "search" | "ordinal"> & {
    readonly scope: Pick<Scope, "name">;
  },
  { endpoint, dialect }: MockRoute,
  heard: Heard,
  body: ReadBody["fields"],
  provider: string | null,
): Asked => {
  let user: string | null = null;
  let system: string | null = null;
  return {
    method,
    path,
    query: search.slice(1),
    headers: request.headers,
    body,
    endpoint: endpoint.name,
    dialect,
    says: endpoint.says,
    model: heard.model,
    stream: heard.stream,
    conversation: heard.conversation,
    user: () => (user ??= heard.user()),
    system: () => (system ??= heard.system()),
    provider,
    scope: scope.name,
    ordinal,
  };
};

const countOf = (counts: FixtureCounts, id: string): FixtureCount => {
  const known = counts.get(id);
  if (known !== undefined) return known;
  const count: FixtureCount = { matched: 0, answered: 0 };
  counts.set(id, count);
  return count;
};

const toFound = (match: Match, counts: FixtureCounts): Found => {
  const count = countOf(counts, match.fixture.id);
  count.matched += 1;
  return { match, count };
};

/** The sets in the order in which they are asked, each with the counts of the scope. */
const layersOf = (
  state: MockState,
  { fixtures, counts }: Scope,
): readonly (readonly [FixtureSet | null, FixtureCounts])[] => [
  [fixtures.set, counts.scope],
  [state.shared.set, counts.shared],
  [state.fixtures, counts.files],
];

/**
 * The first fixture for a request, counted as matched.
 *
 * A list or a count, which the mock always has an answer to, is only matched by a fixture that names its address.
 */
export const findFixture = (state: MockState, { call: { scope }, asked, isFixed }: Understood): Found | null => {
  const files = state.fixtures;
  if (scope.fixtures.set !== null || state.shared.set !== null || isFixed) {
    for (const [all, counts] of layersOf(state, scope)) {
      const set = all !== null && isFixed ? placedOf(all) : all;
      const match = set === null ? null : set.find(asked, counts);
      if (match === null) continue;
      if (set === files || (all === files && isFixed)) state.usedIds.add(match.fixture.id);
      else state.used.add(match.fixture);
      return toFound(match, counts);
    }
    return null;
  }
  const match = files === null ? null : files.find(asked, scope.counts.files);
  if (match === null) return null;
  state.usedIds.add(match.fixture.id);
  return toFound(match, scope.counts.files);
};

/** Notes that a fixture's turn was given, so that the next one is the next. */
export const useTurn = ({ count, match }: Found): void => {
  count.answered += 1;
  count.next = match.place + 1;
};

const mostNear = 3;

const objections = ({ fields }: NearMiss): number =>
  fields.reduce((sum, { objection }) => sum + (objection === null ? 0 : 1), 0);

/** The fixtures that came nearest, of all layers. */
export const nearestOf = (state: MockState, { call: { scope }, asked }: Understood): readonly NearMiss[] =>
  layersOf(state, scope)
    .flatMap(([set, counts]) => (set === null ? [] : set.nearest(asked, counts, mostNear)))
    .toSorted((a, b) => objections(a) - objections(b))
    .slice(0, mostNear);

/** @throws {ProxyError} `unknown_url`, `method_not_allowed` */
export const checkRoute = ({ route, method, path, dialect }: Call): MockRoute => {
  if (route === undefined) throw new ProxyError("unknown_url", nothingAt(`${method} ${path}`, dialect));
  if (method === route.method || (method === "HEAD" && route.method === "GET")) return route;
  const { allow = route.method } = route;
  throw new ProxyError("method_not_allowed", `${method} is not allowed for ${path}, only ${allow}`, {
    headers: { allow },
  });
};

/** Takes the keys of a config, and those of scopes that the control API has opened. @throws {ProxyError} `invalid_api_key` */
export const checkKey = (key: string | null, keys: readonly string[], isOpened: (key: string) => boolean): void => {
  if (key !== null && (keys.includes(key) || isOpened(key))) return;
  throw new ProxyError(
    "invalid_api_key",
    key === null
      ? "There is no API key in the request, and this mock takes those of its config only"
      : "Incorrect API key provided",
  );
};
