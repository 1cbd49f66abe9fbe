// /__qlite/mock/{health,mode,faults,reset,clock/advance,verdict}: the mock as a whole.
import * as z from "zod/mini";
import { block } from "../../config/fields.ts";
import { isObject } from "../../dialects/fields.ts";
import { ProxyError } from "../../errors.ts";
import type { EngineParts, MockState } from "../engine-parts.ts";
import { describeFault } from "../faults/describe-fault.ts";
import { parseFaults } from "../faults/fault-schema.ts";
import { faultsOf, setFaults, setRuntime } from "../request/runtime.ts";
import { absolveScope, rewindScope, type Scope } from "../request/scopes.ts";
import { fallbacks } from "../settings.ts";
import { modes } from "../tape.ts";
import { exitCodeOf, type Verdict } from "../journal/verdict.ts";
import type { ControlParts } from "./control-parts.ts";
import { checkInput } from "./input.ts";
import { checkQuery, scopeFor, toJson, type ControlRequest, type Resource } from "./request.ts";

const modeSchema = block({ mode: z.optional(z.enum(modes)), fallback: z.optional(z.enum(fallbacks)) });
const advanceSchema = block({ ms: z.number().check(z.gte(0), z.lte(86_400_000 * 366)) });
const flag = () => z.optional(z.boolean());
const resetSchema = block({
  scope: z.optional(z.string()),
  requests: flag(),
  counters: flag(),
  runtime_fixtures: flag(),
  faults: flag(),
  verdict: flag(),
});

type Reset = z.output<typeof resetSchema>;

const resetAll = (state: MockState, name: string | null, wanted: Reset): void => {
  const scope = name === null ? null : state.scopes.find(name);
  const scopes: readonly Scope[] = name === null ? [...state.scopes.all()] : scope === null ? [] : [scope];
  if (wanted.requests === true) state.journal.clear(name);
  if (wanted.runtime_fixtures === true) {
    if (name === null) setRuntime(state, null, []);
    for (const { name: each } of scopes) setRuntime(state, each, []);
  }
  if (wanted.faults === true) {
    if (name === null) setFaults(state, null, []);
    for (const { name: each } of scopes) setFaults(state, each, []);
  }
  if (wanted.counters === true) for (const each of scopes) rewindScope(each);
  if (wanted.verdict === true && name === null) {
    state.journal.absolve();
    state.usedIds.clear();
    for (const each of scopes) absolveScope(each);
  }
  // Only now is it known which of them are still needed.
  if (wanted.counters === true && name === null) state.scopes.release();
};

/** One fault, a list of them, or `{ scope, faults }`. */
const writtenFaults = async (asked: ControlRequest) => {
  checkQuery(asked, ["scope"]);
  const value = await asked.json();
  if (!isObject(value)) return { scope: scopeFor(asked), faults: parseFaults(value) };
  const { scope: named, faults, ...fault } = value;
  const scope = scopeFor(typeof named === "string" ? { ...asked, query: { scope: named } } : asked);
  return { scope, faults: parseFaults(faults ?? fault) };
};

/** Makes the resources of the mock as a whole. */
export const createHouse = (
  control: ControlParts,
  { clock, seed, tape }: EngineParts,
  state: MockState,
  verdict: (scope?: string) => Verdict,
): Readonly<Record<"health" | "mode" | "faults" | "reset" | "advance" | "verdict", Resource>> => {
  const tellMode = () => ({ mode: control.mode?.current() ?? null, fallback: state.fallback });
  const tellFaults = (scope: string | null) => ({
    scope,
    faults: faultsOf(state, scope).map((fault) => ({ description: describeFault(fault), fault })),
  });
  return {
    health: {
      GET: (asked) => {
        checkQuery(asked, []);
        return toJson({
          status: "ok",
          seed,
          fixtures: state.fixtures?.fixtures.length ?? 0,
          scopes: [...state.scopes.all()].length,
          requests: state.journal.totals().requests,
          recordings: tape !== null,
          clock_ms: clock.now(),
          ...tellMode(),
        });
      },
    },
    mode: {
      GET: () => toJson(tellMode()),
      PUT: async (asked) => {
        checkQuery(asked, []);
        const { mode, fallback } = checkInput(modeSchema, await asked.json());
        if (mode !== undefined) {
          if (control.mode === null) {
            throw new ProxyError("invalid_request", "mode: there are no recordings to use; start with --cassettes");
          }
          control.mode.change(mode);
        }
        if (fallback !== undefined) state.fallback = fallback;
        return toJson(tellMode());
      },
    },
    faults: {
      GET: (asked) => {
        checkQuery(asked, ["scope"]);
        return toJson(tellFaults(scopeFor(asked)));
      },
      POST: async (asked) => {
        const { scope, faults } = await writtenFaults(asked);
        setFaults(state, scope, [...faultsOf(state, scope), ...faults]);
        return toJson(tellFaults(scope), 201);
      },
      DELETE: (asked) => {
        checkQuery(asked, ["scope"]);
        const scope = scopeFor(asked);
        const deleted = faultsOf(state, scope).length;
        if (deleted > 0) setFaults(state, scope, []);
        return toJson({ deleted });
      },
    },
    reset: {
      POST: async (asked) => {
        checkQuery(asked, ["scope"]);
        const { scope: named, ...flags } = checkInput(resetSchema, await asked.json());
        const isBare = Object.values(flags).every((value) => value === undefined);
        const wanted: Reset = isBare ? { requests: true, counters: true } : flags;
        resetAll(state, named ?? scopeFor(asked), wanted);
        return toJson({
          reset: Object.entries(wanted).flatMap(([name, isWanted]) => (isWanted === true ? [name] : [])),
        });
      },
    },
    advance: {
      POST: async (asked) => {
        checkQuery(asked, []);
        const { ms } = checkInput(advanceSchema, await asked.json());
        if (clock.advance === undefined) {
          throw new ProxyError("invalid_request", "The clock goes by itself; start with --clock virtual to move it");
        }
        await clock.advance(ms);
        return toJson({ clock_ms: clock.now() });
      },
    },
    verdict: {
      GET: (asked) => {
        checkQuery(asked, ["scope"]);
        const told = verdict(scopeFor(asked) ?? undefined);
        return toJson({ ...told, exitCode: exitCodeOf(told, { failsUnused: false, failsStale: false }) });
      },
    },
  };
};
