// From what was understood to what goes out: the answer said, and the faults that strike it.
import { toFailure } from "../../dialects/failure.ts";
import type { ProxyError } from "../../errors.ts";
import { findFixture, nearestOf, useTurn, type Call, type Found, type Understood } from "../request/decide.ts";
import type { SayOptions } from "../endpoints/endpoint.ts";
import { sayJson } from "../endpoints/say.ts";
import { toErrorBody } from "../endpoints/spoken.ts";
import type { EngineParts, MockState } from "../engine-parts.ts";
import type { Fault } from "../fault.ts";
import { unrecord } from "./unrecord.ts";
import { drawFaults, replacing } from "./faults-of.ts";
import { describeFault } from "../faults/describe-fault.ts";
import { isLocal } from "./is-local.ts";
import { askLive } from "./live.ts";
import { fixtureInvalid, noMatch, type NearestRecordings } from "./miss.ts";
import { noRecordings, playTape } from "./play.ts";
import type { Said } from "../said.ts";
import type { StreamShape } from "../shape.ts";
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
  /** Of what is recorded as it goes out: whether it is on disk, once that is known. */
  readonly isKept?: Promise<boolean>;
}

/** How an answer to an understood request goes out: in which words and pieces, struck by what. */
interface Plan {
  readonly understood: Understood;
  readonly options: SayOptions;
  readonly faults: readonly Fault[];
}

type Outcome = "matched" | "auto" | "refused" | "live" | "replayed" | "recorded";

const send = (
  { understood, options, faults }: Plan,
  said: Said,
  source: Source,
  outcome: Outcome,
  isTranscoded: boolean,
): Outgoing => {
  if (faults.length === 0) understood.call.noted.outcome = outcome;
  const isOurs = source === "fixture" || source === "mock";
  const waitMs = isOurs && said.body.kind === "whole" ? options.nextWaitMs() : 0;
  return { said, source, isTranscoded, faults, waitMs };
};

const sendAuto = (plan: Plan, { generate }: EngineParts): Outgoing => {
  const { options, understood } = plan;
  const { heard } = understood;
  const said = heard.say(heard.auto(options.ids, generate), options);
  return send(plan, said, "mock", said.status < 400 ? "auto" : "refused", false);
};

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

const sayFixture = (found: Found, { understood: { call, heard, asked }, options }: Plan): Said => {
  const {
    match: { turn, captures },
    count,
  } = found;
  try {
    return heard.say(turn.answer({ asked, match: captures, count: count.answered }, options.ids), options);
  } catch (thrown) {
    const { id, source } = found.match.fixture;
    call.noted.nearest = [{ id, source, fields: [] }];
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
  const miss = {
    asked,
    nearest,
    recordings,
    hasFixtures: [call.scope.fixtures.set, state.shared.set, state.fixtures].some((set) => set !== null),
    hasTape: parts.tape !== null,
    showsPrompts: isLocal(call.connection, parts.isLoopback),
  };
  return noMatch(miss, parts.redact.redact);
};

/** What a tape, or a provider, has for a request that no fixture was found for; a promise of it, or of a refusal. */
const ask = async (plan: Plan, parts: EngineParts, state: MockState) => {
  const { understood } = plan;
  const played = parts.tape === null ? noRecordings : await playTape(parts.tape, understood);
  if (played.kind !== "miss") {
    const { noted } = understood.call;
    noted.interaction = played.id;
    noted.warnings = [...noted.warnings, ...played.warnings];
    void played.isKept?.then((isKept) => {
      if (!isKept) unrecord(understood.call, state);
    });
    const source = played.kind === "replayed" ? "cassette" : played.kind;
    const outgoing = send(plan, played.said, source, played.kind, played.isTranscoded);
    return played.isKept === undefined ? outgoing : { ...outgoing, isKept: played.isKept };
  }
  if (state.fallback === "live" && parts.live !== null) {
    return send(plan, await askLive(parts.live, understood), "live", "live", false);
  }
  if (state.fallback === "auto") return sendAuto(plan, parts);
  throw refuseMiss(understood, played.nearest, parts, state);
};

/**
 * Decides what answers, and says it; at once unless a recording or a provider is asked.
 *
 * @throws {ProxyError} `mock_no_match`, `mock_fixture_invalid`, and whatever the endpoint refuses
 */
export const answer = (understood: Understood, parts: EngineParts, state: MockState): Outgoing | Promise<Outgoing> => {
  const { call, heard, isFixed } = understood;
  const { noted, ids } = call;
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
  const nextWaitMs = paceOf(shape, isFixed && !heard.stream, call);
  const options: SayOptions = { ids, cut: { chunk: shape.chunk, errorAfter: parts.errorAfter }, nextWaitMs };
  const plan: Plan = { understood, options, faults };
  // What a person wrote, a service said or a provider is to judge may be of a service, whose seals only it can open.
  const isOurs = found === null && parts.tape === null && state.fallback === "auto";
  if (parts.validate !== "off") heard.checkSeals?.(isOurs ? "own" : "any");
  if (found !== null) {
    const said = sayFixture(found, plan);
    useTurn(found);
    return send(plan, said, "fixture", "matched", false);
  }
  if (isFixed || (parts.tape === null && state.fallback === "auto")) return sendAuto(plan, parts);
  return ask(plan, parts, state);
};

/** A failure in the words of the request's dialect. */
export const sayRefusal = (error: ProxyError, { dialect, requestId }: Pick<Call, "dialect" | "requestId">): Said =>
  sayJson(toErrorBody(dialect, toFailure(error), requestId), error.row.status, error.headers);
