// The mock of this process, spoken to directly.
import { ProxyError } from "../errors.ts";
import { isObject } from "../dialects/fields.ts";
import { toFilter } from "../mock/control/filter.ts";
import { createRehear } from "../mock/control/rehear.ts";
import type { MockEngine } from "../mock/engine-parts.ts";
import type { Fixture } from "../mock/fixture.ts";
import { parseFixtures } from "../mock/fixtures/parse-fixtures.ts";
import { runtimeOf, setFaults, setRuntime } from "../mock/request/runtime.ts";
import { rewindScope } from "../mock/request/scopes.ts";
import type { Backend } from "./backend.ts";

/** @throws {Error} everything that is wrong with it, a line each */
const parse = (id: string, written: object): Fixture => {
  const parsed = parseFixtures([{ ...written, id }], id, { allowFunctions: true });
  if (parsed.kind === "ok" && parsed.fixtures[0] !== undefined) return parsed.fixtures[0];
  const faults = parsed.kind === "faulty" ? parsed.faults : [];
  const lines = faults.map(({ path, message }) => `\n  ${path.replace(/^\[0\]\.?/, "")}: ${message}`);
  throw new Error(`the fixture ${id} is faulty:${lines.join("")}`);
};

/** Makes the backend over an engine of this process. */
export const createLocalBackend = ({ state, verdict }: MockEngine): Backend => {
  const rehear = createRehear();
  const { scopes, journal } = state;
  return {
    open: (scope, options) => void scopes.open(scope, options),
    drop: (scope) => void scopes.close(scope),
    put: (scope, id, written) => {
      const fixture = parse(id, written);
      const before = runtimeOf(state, scope);
      const isNew = !before.some((other) => other.id === id);
      setRuntime(
        state,
        scope,
        isNew ? [...before, fixture] : before.map((other) => (other.id === id ? fixture : other)),
      );
    },
    requests: (scope) =>
      journal
        .kept()
        .filter((noted) => scope === null || noted.scope === scope)
        .map(journal.tell),
    whyNot: ({ id, at, scope }, match) => {
      const noted = journal.kept().findLast((other) => other.id === id && other.at === at && other.scope === scope);
      if (noted === undefined) return ["it is no longer in the journal"];
      if (!isObject(match)) return [];
      try {
        return toFilter(match, rehear).why(noted);
      } catch (thrown) {
        throw thrown instanceof ProxyError ? new Error(`expect: ${thrown.message}`, { cause: thrown }) : thrown;
      }
    },
    verdict: (scope) => verdict(scope ?? undefined),
    reset: (scope) => {
      journal.clear(scope);
      setRuntime(state, scope, []);
      setFaults(state, scope, []);
      for (const each of scopes.all()) {
        if (scope !== null && each.name !== scope) continue;
        rewindScope(each);
      }
      if (scope === null) scopes.release();
    },
  };
};
