import { createGenerate } from "./auto/generate.ts";
import type { MockClock } from "./clocks/clock.ts";
import { createEngine, type MockUpstream } from "./engine.ts";
import { redactNothing } from "./journal/journal-entry.ts";
import type { Wait } from "./shape.ts";

export interface MockOptions {
  /** Waited once before a whole reply and before every write of a stream, in milliseconds; 0 to 3,600,000. */
  readonly latencyMs?: number;
  /** Content chunks of a stream, exactly as many where there are as many characters; 1 to 100,000. */
  readonly chunks?: number;
  /** Words of a text, each counted as a token, more only where there are more chunks than characters; 1 to 100,000. */
  readonly responseTokens?: number;
  /** Content chunks after which a stream ends in its dialect's error; 0 to 100,000, none without it. */
  readonly errorAfter?: number;
  /** What the ids are made of; a whole number from 0. */
  readonly seed?: number;
}

const checkOption = (name: string, value: number, min: number, max: number): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} is ${value}, wanted a whole number from ${min} to ${max}`);
};

/**
 * Makes a deterministic stand-in for OpenAI, Anthropic and Gemini, found by the end of a request's path.
 *
 * Every answer carries `x-qlite-source: mock` and an `x-request-id`; ids depend on seed and order of arrival alone, so
 * two mocks of one seed that are asked the same answer the same bytes. Keys are not looked at, and every model name is
 * served. Between requests their count is kept, and the responses that are not to be forgotten (`store`). Streams are made write by write as they are read;
 * an aborted request rejects with the signal's reason, as `fetch` does, and errors a body under way.
 *
 * @throws {RangeError} when an option is out of bounds
 */
export const createMockUpstream = (options: MockOptions, clock: MockClock): MockUpstream => {
  const latencyMs = checkOption("latencyMs", options.latencyMs ?? 0, 0, 3_600_000);
  const chunks = checkOption("chunks", options.chunks ?? 3, 1, 100_000);
  const responseTokens = checkOption("responseTokens", options.responseTokens ?? 10, 1, 100_000);
  const seed = checkOption("seed", options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER);
  const errorAfter =
    options.errorAfter === undefined ? null : checkOption("errorAfter", options.errorAfter, 0, 100_000);
  const latency: Wait = { kind: "fixed", ms: latencyMs };
  return createEngine({
    seed,
    clock,
    generate: createGenerate({ responseTokens, chunks }),
    shape: { chunk: { by: "pieces", size: chunks }, ttft: latency, gap: latency },
    errorAfter,
    fixtures: null,
    tape: null,
    fallback: "auto",
    validate: "bounds",
    scopeHeaders: [],
    journal: { max: 0, maxBodyBytes: 0 },
    redact: redactNothing,
    keys: null,
    live: null,
    isLoopback: false,
    control: null,
  });
};
