import type { Generate } from "./auto/generate.ts";
import type { MockClock } from "./clocks/clock.ts";
import type { ControlParts } from "./control/control-parts.ts";
import type { Fault } from "./fault.ts";
import type { Connection } from "./faults/connection.ts";
import type { FixtureSet } from "./fixture.ts";
import type { Journal } from "./journal/journal.ts";
import type { Redact } from "./journal/journal-entry.ts";
import type { RuntimeFixtures, Scopes } from "./request/scopes.ts";
import type { Fallback } from "./settings.ts";
import type { StreamShape } from "./shape.ts";
import type { Tape } from "./tape.ts";
import type { Verdict } from "./journal/verdict.ts";

/** What a server knows of the socket a request came by. */
export interface MockConnection {
  /** The client's address, the empty string when it is gone. */
  readonly address: () => string;
  /** Said before a reply that is not given at once; absent where silence ends nothing. */
  readonly allowSilence?: () => void;
  /** The gateway's provider in whose place it answers; absent where it stands alone. */
  readonly provider?: string;
  /** For faults that no reply can show; absent where there is no socket. */
  readonly socket?: Connection;
}

/** Everything a mock is made of, decided at start; what can be changed later stands in `MockState`. */
export interface EngineParts {
  readonly seed: number;
  readonly clock: MockClock;
  readonly generate: Generate;
  /** How answers come, where a fixture does not say otherwise. */
  readonly shape: StreamShape;
  /** The pieces after which every stream ends in its dialect's error; null for none. */
  readonly errorAfter: number | null;
  /** null without fixtures. */
  readonly fixtures: FixtureSet | null;
  readonly tape: Tape | null;
  readonly fallback: Fallback;
  /**
   * What to do with a request that can be read and that the official API would refuse. `bounds` refuses numbers out of
   * bounds and the like, and takes fields that the official API does not know: for a mock that is any provider.
   */
  readonly validate: "off" | "warn" | "error" | "bounds";
  /** Headers that name a scope, in lower case. */
  readonly scopeHeaders: readonly string[];
  /** Whether a path `/@name/…` and a key `sk-qlite-name` name a scope; both without it. */
  readonly scopeBy?: { readonly path: boolean; readonly key: boolean };
  readonly journal: { readonly max: number; readonly maxBodyBytes: number };
  /** Takes secrets out of what the journal tells. */
  readonly redact: Redact;
  /** API keys taken; null takes every one. */
  readonly keys: readonly string[] | null;
  /** Asks the real provider; null where there is no way to one. It is given the request without the prefix of a scope. */
  readonly live: ((request: Request) => Promise<Response>) | null;
  /** Whether only this machine reaches it: what holds for a request that comes without a connection. */
  readonly isLoopback: boolean;
  /** null for a mock without a control API. */
  readonly control: ControlParts | null;
}

/** What changes while a mock runs. */
export interface MockState {
  fixtures: FixtureSet | null;
  /** Made at run time for every scope. */
  shared: RuntimeFixtures;
  /** Made at run time for every scope. */
  faults: readonly Fault[];
  fallback: Fallback;
  readonly scopes: Scopes;
  readonly journal: Journal;
  /** Ids of the fixtures of files that a request was matched by, in whatever scope. */
  readonly usedIds: Set<string>;
  /** Those made at run time that were used. */
  readonly used: WeakSet<object>;
}

/** An upstream as a function: what `fetch` is to a server. */
export interface MockUpstream {
  readonly fetch: (request: Request, connection?: MockConnection) => Response | Promise<Response>;
}

/** The mock, and what its doors need of it. */
export interface MockEngine extends MockUpstream {
  readonly state: MockState;
  /** Takes a new set in place of the old one; counts of fixtures that keep their id go on. */
  readonly setFixtures: (fixtures: FixtureSet | null) => void;
  /** What the run comes to so far: of all scopes, or of one, which never fails for the recordings. */
  readonly verdict: (scope?: string) => Verdict;
  /** Ends the streams of the control API, which would otherwise last for ever. */
  readonly close: () => void;
}
