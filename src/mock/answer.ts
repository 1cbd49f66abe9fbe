// From what was understood to what goes out: the answer said, and the faults that strike it.
import { toFailure } from "../dialects/failure.ts";
import type { ProxyError } from "../errors.ts";
import { findFixture, nearestOf, useTurn, type Call, type Found, type Understood } from "./decide.ts";
import type { SayOptions } from "./endpoints/endpoint.ts";
import { sayJson } from "./endpoints/say.ts";
import { toErrorBody } from "./endpoints/spoken.ts";
import type { EngineParts, MockState } from "./engine-parts.ts";
import type { Fault } from "./fault.ts";
import { drawFaults, replacing } from "./faults-of.ts";
import { describeFault } from "./faults/describe-fault.ts";
import { isLocal } from "./is-local.ts";
import { askLive } from "./live.ts";
import { fixtureInvalid, noMatch, type NearestRecordings } from "./miss.ts";
import { noRecordings, playTape } from "./play.ts";
import type { Said } from "./said.ts";
import type { StreamShape } from "./shape.ts";
import { paceOf } from "./pace.ts";

/** Where an answer came from, as `x-qlite-source` tells it. */
export type Source = "fixture" | "cassette" | "recorded" | "live" | "mock" | "error";

/** A reply, and what goes with it. */
export interface Outgoing {
  readonly said: Said;
  readonly source: Source;
  readonly isTranscoded: boolean;
  /** Those that strike it as it goes out. */
  readonly faults: readonly Fault[];
  /** Before a whole reply, in milliseconds. */
  readonly waitMs: number;
}

type Send = (
  said: Said,
  source: Source,
  outcome: "matched" | "auto" | "live" | "replayed" | "recorded",
  isTranscoded: boolean,
) => Outgoing;

const shapeOf = (shape: StreamShape, found: Found | null): StreamShape => {
  const own = found?.match.fixture.stream;
  if (own === undefined || (own.chunk === undefined && own.ttft === undefined && own.gap === undefined)) return shape;
  return { ...shape, ...own };
};

const nameOf = ({
  match: {
    fixture: { id, source },
  },
}: Found): string => (source === null ? id : `${id} (${source.file}:${source.line})`);

const sayFixture = (found: Found, { heard, asked }: Understood, options: SayOptions): Said => {
  const {
    match: { turn, captures },
    count,
  } = found;
  try {
    return heard.say(turn.answer({ asked, match: captures, count: count.answered }, options.ids), options);
  } catch (thrown) {
    throw fixtureInvalid(nameOf(found), thrown);
  }
};

const refuseMiss = (
  understood: Understood,
  recordings: NearestRecordings,
  parts: EngineParts,
  state: MockState,
): ProxyError => {
  const { call, asked } = understood;
  const nearest = nearestOf(state, understood);
  call.noted.nearest = nearest;
  call.noted.diff = recordings.flatMap(({ id, diff }) => diff.map((line) => `${id}: ${line}`));
  return noMatch({
    asked,
    nearest,
    recordings,
    hasFixtures: [call.scope.fixtures.set, state.shared.set, state.fixtures].some((set) => set !== null),
    hasTape: parts.tape !== null,
    showsPrompts: isLocal(call.connection, parts.isLoopback),
  });
};

/** What a tape, or a provider, has for a request that no fixture was found for; a promise of it, or of a refusal. */
const ask = async (understood: Understood, send: Send, auto: () => Outgoing, parts: EngineParts, state: MockState) => {
  const played = parts.tape === null ? noRecordings : await playTape(parts.tape, understood);
  if (played.kind !== "miss") {
    const { noted } = understood.call;
    noted.interaction = played.id;
    noted.warnings = played.warnings;
    const source = played.kind === "replayed" ? "cassette" : played.kind;
    return send(played.said, source, played.kind, played.isTranscoded);
  }
  if (state.fallback === "live" && parts.live !== null) {
    return send(await askLive(parts.live, understood), "live", "live", false);
  }
  understood.heard.checkSeals?.();
  if (state.fallback === "auto") return auto();
  throw refuseMiss(understood, played.nearest, parts, state);
};

/**
 * Decides what answers, and says it; at once unless a recording or a provider is asked.
 *
 * @throws {ProxyError} `mock_no_match`, `mock_fixture_invalid`, and whatever the endpoint refuses
 */
export const answer = (understood: Understood, parts: EngineParts, state: MockState): Outgoing | Promise<Outgoing> => {
  const { call, heard, isFixed } = understood;
  const { noted, ids, scope } = call;
  const found = findFixture(state, understood);
  const faults = drawFaults(call, found, state, isFixed);
  if (found !== null) noted.fixture = found.match.fixture.id;
  if (faults.length > 0) {
    noted.outcome = "faulted";
    noted.faults = faults.map(describeFault);
    const replaced = replacing(faults, call);
    if (replaced !== null) {
      return { ...replaced, source: found === null ? "error" : "fixture", isTranscoded: false, waitMs: 0 };
    }
  }
  const shape = shapeOf(parts.shape, found);
  const nextWaitMs = paceOf(shape, isFixed, () => `${scope.seed}/${scope.name}/${call.ordinal}/pace`);
  const options: SayOptions = { ids, cut: { chunk: shape.chunk, errorAfter: parts.errorAfter }, nextWaitMs };
  const send: Send = (said, source, outcome, isTranscoded) => {
    if (faults.length === 0) noted.outcome = outcome;
    const isOurs = source === "fixture" || source === "mock";
    return { said, source, isTranscoded, faults, waitMs: isOurs && said.body.kind === "whole" ? nextWaitMs() : 0 };
  };
  if (found !== null || (parts.tape === null && state.fallback !== "live")) heard.checkSeals?.();
  if (found !== null) {
    const said = sayFixture(found, understood, options);
    useTurn(found);
    return send(said, "fixture", "matched", false);
  }
  const auto = (): Outgoing => send(heard.say(heard.auto(ids, parts.generate), options), "mock", "auto", false);
  if (isFixed || (parts.tape === null && state.fallback === "auto")) return auto();
  return ask(understood, send, auto, parts, state);
};

/** A failure in the words of the request's dialect. */
export const sayRefusal = (error: ProxyError, { dialect, requestId }: Pick<Call, "dialect" | "requestId">): Said =>
  sayJson(toErrorBody(dialect, toFailure(error), requestId), error.row.status, error.headers);
