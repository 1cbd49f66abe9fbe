// What is changed while a mock runs: fixtures and faults of a scope, or of every scope.
import { ProxyError } from "../../errors.ts";
import type { MockState } from "../engine-parts.ts";
import type { Fault } from "../fault.ts";
import type { Fixture } from "../fixture.ts";
import { createFixtureSet } from "../fixtures/fixture-set.ts";
import { noFixtures, type RuntimeFixtures } from "./scopes.ts";

/** Of a scope, and of all scopes together. */
const mostFixtures = 10_000;
const mostFaults = 100;

const toRuntime = (list: readonly Fixture[]): RuntimeFixtures => {
  if (list.length > mostFixtures) {
    throw new ProxyError("invalid_request", `${list.length} fixtures made at run time, the limit is ${mostFixtures}`);
  }
  const ids = new Set<string>();
  for (const { id } of list) {
    if (ids.has(id)) {
      throw new ProxyError(
        "invalid_request",
        `There are two fixtures of the id ${id}: PUT fixtures/${id} replaces one`,
        {
          param: "id",
        },
      );
    }
    ids.add(id);
  }
  return list.length === 0 ? noFixtures : { list, set: createFixtureSet(list) };
};

/** Those of a scope, of every scope when it is null. */
export const runtimeOf = (state: MockState, scope: string | null): readonly Fixture[] =>
  scope === null ? state.shared.list : (state.scopes.find(scope)?.fixtures.list ?? []);

/**
 * Takes a list in place of the one before, whole or not at all; a scope that is not there is opened.
 *
 * @throws {ProxyError} `invalid_request` - two of one id, too many, a scope out of form
 */
export const setRuntime = (state: MockState, scope: string | null, list: readonly Fixture[]): void => {
  const runtime = toRuntime(list);
  if (scope === null) state.shared = runtime;
  else state.scopes.at(scope).fixtures = runtime;
};

/** Faults of a scope, of every scope when it is null. */
export const faultsOf = (state: MockState, scope: string | null): readonly Fault[] =>
  scope === null ? state.faults : (state.scopes.find(scope)?.faults ?? []);

/**
 * Takes faults in place of those before, all of them counted from the next request on.
 *
 * @throws {ProxyError} `invalid_request` - too many, a scope out of form
 */
export const setFaults = (state: MockState, scope: string | null, faults: readonly Fault[]): void => {
  if (faults.length > mostFaults) {
    throw new ProxyError("invalid_request", `${faults.length} faults, the limit is ${mostFaults}`);
  }
  if (scope === null) {
    state.faults = faults;
    for (const other of state.scopes.all()) other.sharedFrom = other.nextCall;
    return;
  }
  const own = state.scopes.at(scope);
  own.faults = faults;
  own.faultsFrom = own.nextCall;
};
