// Which faults strike a request, and what takes the answer's place.
import type { Call, Found } from "../request/decide.ts";
import type { MockState } from "../engine-parts.ts";
import type { Fault } from "../fault.ts";
import { sayStatus, type Speaker } from "../faults/failures.ts";
import { parseFaults } from "../faults/fault-schema.ts";
import { strikes } from "../faults/plan.ts";
import type { Said } from "../said.ts";
import { createDraw } from "../seed.ts";

/** The header by which a request asks for a fault of its own. */
export const faultHeader = "x-qlite-fault";

const none: readonly Fault[] = [];

/** Different headers that a scope counts. */
const mostAsked = 100;

/** The place of a request among those of its scope that ask for the same fault, from 0. */
const placeOfAsked = ({ askedFaults }: Call["scope"], text: string): number => {
  const hash = Bun.hash.xxHash32(text);
  const place = askedFaults.get(hash) ?? 0;
  if (place > 0 || askedFaults.size < mostAsked) askedFaults.set(hash, place + 1);
  return place;
};

/**
 * The faults that strike this request: of its fixture, its scope, of every scope, and those it asks for itself.
 *
 * @throws {ProxyError} `invalid_request` - a header that is no fault
 */
export const drawFaults = (
  { scope, ordinal, callPlace, request }: Call,
  found: Found | null,
  state: MockState,
  isFixed: boolean,
): readonly Fault[] => {
  const own = found === null ? none : found.match.fixture.faults;
  const header = request.headers.get(faultHeader);
  const asked = header === null ? none : parseFaults(header);
  // A list that nobody wrote is struck by nothing but what it asks for: a client looks there whether the service is up.
  const isSpared = isFixed && found === null;
  // A request that came before a fault was made is not counted for it.
  const ofScope = isSpared || callPlace < scope.faultsFrom ? none : scope.faults;
  const ofAll = isSpared || callPlace < scope.sharedFrom ? none : state.faults;
  if (own.length + asked.length + ofScope.length + ofAll.length === 0) return none;
  const drawOf = (what: string): (() => number) => createDraw(`${scope.seed}/${scope.name}/${ordinal}/${what}`);
  return [
    ...strikes(own, (found?.count.matched ?? 1) - 1, drawOf("fixture")),
    ...strikes(ofScope, callPlace - scope.faultsFrom, drawOf("scope")),
    ...strikes(ofAll, callPlace - scope.sharedFrom, drawOf("shared")),
    ...strikes(asked, header === null ? 0 : placeOfAsked(scope, header), drawOf("header")),
  ];
};

/** What stands for the answer of a request that gets none; nobody sees it. */
const unsaid: Said = { status: 200, headers: {}, body: { kind: "whole", bytes: "" } };

/**
 * The reply where a fault takes the answer's place, so that no turn is used up; null where the answer is wanted.
 *
 * A status is all there is to say. A connection closed before the head, or a page of a proxy, is delivered in its place.
 */
export const replacing = (
  faults: readonly Fault[],
  speaker: Speaker,
): { readonly said: Said; readonly faults: readonly Fault[] } | null => {
  for (const fault of faults) {
    const { effect, where } = fault;
    if (effect.kind === "status") return { said: sayStatus(effect, speaker), faults: none };
    if (effect.kind === "html_502" || (effect.kind === "close" && where.kind === "before")) {
      return { said: unsaid, faults };
    }
  }
  return null;
};
