import { ProxyError } from "../../errors.ts";
import type { Fault } from "../fault.ts";
import type { Fixture, FixtureCounts, FixtureSet } from "../fixture.ts";
import { createKeptResponses, type KeptResponses } from "../kept-responses.ts";
import { createIds, type NameIds } from "../seed.ts";
import { createTally, noOutcomes, type OutcomeCounts, type Tally } from "../journal/totals.ts";

/** The scope of requests that name none. */
export const defaultScope = "default";

/** What a key begins with that names a scope. */
export const scopeKeyPrefix = "sk-qlite-";

/** Fixtures made while the mock runs; the set is null while there are none. */
export interface RuntimeFixtures {
  readonly list: readonly Fixture[];
  readonly set: FixtureSet | null;
}

export const noFixtures: RuntimeFixtures = { list: [], set: null };

/** How often the fixtures of each layer answered in a scope: ids are unique within a layer only. */
export interface LayerCounts {
  /** Of the scope's own fixtures. */
  readonly scope: FixtureCounts;
  /** Of those made at run time for every scope. */
  readonly shared: FixtureCounts;
  /** Of the files. */
  readonly files: FixtureCounts;
}

/** One test's share of the mock: whatever it does changes nothing in another. */
export interface Scope {
  readonly name: string;
  readonly counts: LayerCounts;
  /** The place of the next request, from 0. */
  next: number;
  /** The place of the next request that faults without a fixture are counted over, from 0. */
  nextCall: number;
  /** From which place on its own faults are counted, and those of every scope: where they were at the last change. */
  faultsFrom: number;
  sharedFrom: number;
  fixtures: RuntimeFixtures;
  faults: readonly Fault[];
  /** What its ids and draws are made of. */
  seed: number;
  /** The recordings it is answered from. */
  cassette: string;
  /** Ids of the request at a place. */
  idsAt: (ordinal: number) => NameIds;
  /** Begins the recordings anew. */
  readonly rewindTape: () => void;
  /** Requests, and how they ended. */
  requests: number;
  outcomes: OutcomeCounts;
  readonly warnings: Tally;
  /** How often a fault was asked for by header, by the hash of its text; bounded. */
  readonly askedFaults: Map<number, number>;
  /** The responses it was answered with. */
  readonly kept: KeptResponses;
}

export interface ScopeOptions {
  readonly seed?: number | undefined;
  readonly cassette?: string | undefined;
}

export interface Scopes {
  /** Opens it when it is not there. @throws {ProxyError} `invalid_request` - a name out of form, or more scopes than the limit */
  readonly at: (name: string) => Scope;
  /** null when there is none of that name. */
  readonly find: (name: string) => Scope | null;
  /** Opens it anew: what there was of that name is forgotten. @throws {ProxyError} as `at` */
  readonly open: (name: string, options: ScopeOptions) => Scope;
  /** Tells whether it was opened by `open`, and not by a request. */
  readonly isOpened: (name: string) => boolean;
  /** Tells whether there was one. */
  readonly close: (name: string) => boolean;
  /** Closes those that requests opened, and that hold nothing: no fixture, no fault, no request that nothing answered. */
  readonly release: () => void;
  readonly all: () => Iterable<Scope>;
}

const wellFormed = /^[A-Za-z0-9._-]{1,100}$/;

/** @throws {ProxyError} `invalid_request` - a name out of form */
export const checkScopeName = (name: string): string => {
  if (wellFormed.test(name)) return name;
  throw new ProxyError(
    "invalid_request",
    `The scope ${JSON.stringify(name.slice(0, 120))} is out of form: wanted 1 to 100 letters, digits, '-', '_' and '.'`,
    { param: "scope" },
  );
};

/** Forgets what the requests so far came to. */
export const absolveScope = (scope: Scope): void => {
  scope.requests = 0;
  scope.outcomes = noOutcomes();
  scope.warnings.clear();
};

const isEmpty = ({ fixtures, faults, outcomes }: Scope): boolean =>
  fixtures.list.length === 0 && faults.length === 0 && outcomes.unmatched === 0;

/** Forgets how often what answered, so that the next request is the first again; fixtures and faults stay. */
export const rewindScope = (scope: Scope): void => {
  scope.next = 0;
  scope.nextCall = 0;
  scope.faultsFrom = 0;
  scope.sharedFrom = 0;
  scope.counts.scope.clear();
  scope.counts.shared.clear();
  scope.counts.files.clear();
  scope.askedFaults.clear();
  scope.kept.clear();
  scope.rewindTape();
};

/** Of all scopes together. */
const keptLimits = { maxEntries: 10_000, maxBytes: 64 * 1024 * 1024 };

const noTape = (): void => {};

/** Makes the scopes of a mock; `limit` of them at most are remembered at a time. `rewindTape` is told of each that begins anew. */
export const createScopes = (seed: number, rewindTape: (scope: string) => void = noTape, limit = 10_000): Scopes => {
  const scopes = new Map<string, Scope>();
  const opened = new Set<string>();
  const toKept = createKeptResponses(keptLimits);
  const forget = (name: string): boolean => {
    scopes.get(name)?.kept.clear();
    return scopes.delete(name);
  };
  const create = (name: string, options: ScopeOptions): Scope => {
    checkScopeName(name);
    if (scopes.size >= limit && !scopes.has(name)) {
      throw new ProxyError(
        "invalid_request",
        `There are ${scopes.size.toLocaleString("en-US")} scopes already, the limit: delete those that are done with (DELETE /__qlite/mock/scopes/NAME), or free all that requests opened (POST /__qlite/mock/reset)`,
        { param: "scope" },
      );
    }
    const own = options.seed ?? seed;
    const scope: Scope = {
      name,
      counts: { scope: new Map(), shared: new Map(), files: new Map() },
      next: 0,
      nextCall: 0,
      faultsFrom: 0,
      sharedFrom: 0,
      fixtures: noFixtures,
      faults: [],
      seed: own,
      cassette: options.cassette ?? name,
      idsAt: createIds(own, name === defaultScope ? "" : name),
      rewindTape: () => rewindTape(name),
      requests: 0,
      outcomes: noOutcomes(),
      warnings: createTally(),
      askedFaults: new Map(),
      kept: toKept(),
    };
    scopes.get(name)?.kept.clear();
    scopes.set(name, scope);
    return scope;
  };
  return {
    at: (name) => scopes.get(name) ?? create(name, {}),
    find: (name) => scopes.get(name) ?? null,
    open: (name, options) => {
      const scope = create(name, options);
      opened.add(name);
      scope.rewindTape();
      return scope;
    },
    isOpened: (name) => opened.has(name),
    close: (name) => {
      opened.delete(name);
      return forget(name);
    },
    release: () => {
      for (const scope of scopes.values()) {
        if (!opened.has(scope.name) && isEmpty(scope)) forget(scope.name);
      }
    },
    all: () => scopes.values(),
  };
};
