import type { ExchangeRecord } from "../../src/record.ts";
import { createTraces, type Traces, type TracesParts } from "../../src/telemetry/traces.ts";

/** A port on which nothing listens. */
export const closedPort = (): number => {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
};

export interface StartedTraces extends Traces {
  /** What was told of lost spans. */
  readonly errors: readonly string[];
  /** Sets the monotonic clock, milliseconds. */
  readonly setNow: (ms: number) => void;
  /** Sinks a record with ids of its own, as an exchange without a traceparent has. */
  readonly add: (record: ExchangeRecord) => void;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** A byte generator that gives the same each time (xorshift32). */
export const createBytes = (seed = 1): ((count: number) => Uint8Array) => {
  let state = seed;
  return (count) =>
    Uint8Array.from({ length: count }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    });
};

export interface StartTracesOptions {
  readonly sample?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly limits?: TracesParts["limits"];
}

/** Makes traces that go to a collector at `url`; closed at the end of the test. */
export const startTraces = (
  url: string,
  { sample = 1, headers = {}, limits = {} }: StartTracesOptions = {},
): StartedTraces => {
  const errors: string[] = [];
  let nowMs = 0;
  const traces = createTraces(
    { url: `${url}/v1/traces`, headers, sample, serviceName: "my-gateway" },
    {
      version: "1.2.3",
      randomBytes: createBytes(),
      onError: (message) => errors.push(message),
      now: () => nowMs,
      limits,
    },
  );
  return {
    ...traces,
    errors,
    setNow: (ms) => {
      nowMs = ms;
    },
    add: (record) => traces.sink({ ...record, trace: traces.begin(new Headers()) }),
    [Symbol.asyncDispose]: traces.close,
  };
};
