import type { TracesConfig } from "../config/observe-schema.ts";
import type { ExchangeRecord, Sink } from "../record.ts";
import { createRatioSampler, toTraceIds, type TraceIds } from "../wire/trace-context.ts";
import type { TraceExport, TraceLimits } from "./traces-export.ts";

export interface TracesParts {
  /** Of qlite, for `service.version`. */
  readonly version: string;
  /** Gives so many random bytes; asked once for some hundred ids. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Told at most once a minute that spans were lost, without an address or a key. */
  readonly onError: (message: string) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly limits?: Partial<TraceLimits>;
}

export interface Traces {
  /** Gives a request its ids, sampled or not; they go upstream by `setTraceHeaders`. */
  readonly begin: (headers: Headers) => TraceIds;
  /** Takes the record of an exchange; one that is not sampled costs nothing more. */
  readonly sink: Sink;
  /** Spans that did not arrive: the queue was full, or the collector failed. */
  readonly dropped: () => number;
  /** Sends what waits, in two seconds at most; what is left then is dropped. Records that come later are not taken. */
  readonly close: () => Promise<void>;
}

const defaults: TraceLimits = {
  queueSpans: 2048,
  batchSpans: 256,
  delayMs: 2000,
  timeoutMs: 5000,
  closeMs: 2000,
};

const tellEveryMs = 60_000;
const poolBytes = 4096;

/** Spans of one exchange at most. */
const spansEach = 2;

/** Makes the function that gives ids of 16 or 32 digits out of a pool of random bytes; none is all zeros but for its last digit. */
const createIds = (randomBytes: TracesParts["randomBytes"]): ((digits: 16 | 32) => string) => {
  let pool = "";
  let at = 0;
  const take = (digits: number): string => {
    if (at + digits > pool.length) {
      pool = Buffer.from(randomBytes(poolBytes)).toString("hex");
      at = 0;
    }
    at += digits;
    return pool.slice(at - digits, at);
  };
  return (digits) => {
    let id = take(digits);
    while (id.startsWith("0000") && /^0+.$/.test(id)) id = take(digits);
    return id;
  };
};

/**
 * Makes the traces: ids when a request comes, and finished spans out of the record of an exchange that is over.
 *
 * A client's `traceparent` decides whether its exchange is sampled, else `config.sample` does, by the trace's id. The
 * library is loaded here and not before; until it is there records wait. Nothing on the way of a request waits for the
 * collector: at most 2048 spans do, sent 256 at a time or after 2 s, and further ones are dropped and counted.
 */
export const createTraces = (config: TracesConfig, parts: TracesParts): Traces => {
  const { version, onError, now } = parts;
  const limits: TraceLimits = { ...defaults, ...parts.limits };
  const newId = createIds(parts.randomBytes);
  const isSampled = createRatioSampler(config.sample);
  let dropped = 0;
  let toldAt = -Infinity;
  /** null once the exporter is there, or is known never to be. */
  let early: [record: ExchangeRecord, ids: TraceIds][] | null = [];
  let exporting: TraceExport | null = null;
  let closing: Promise<void> | null = null;

  const lose = (spans: number, reason: string): void => {
    dropped += spans;
    if (now() - toldAt < tellEveryMs) return;
    toldAt = now();
    onError(`${dropped} spans of traces are lost: ${reason}`);
  };

  const load = async (): Promise<TraceExport | null> => {
    try {
      // 10 ms of an executable's start, 200 ms from source, that only traces need.
      const { createTraceExport } = await import("./traces-export.ts");
      exporting = createTraceExport(config, { version, limits, lose });
      for (const [record, ids] of early ?? []) exporting.add(record, ids);
    } catch {
      lose((early ?? []).length * spansEach, "their exporter cannot be made");
    }
    early = null;
    return exporting;
  };
  const loading = load();

  const finish = async (): Promise<void> => {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limits.closeMs);
    await Promise.race([loading.then((ready) => ready?.flush()), late]);
    clearTimeout(timer);
    exporting?.abandon();
  };

  return {
    begin: (headers) => toTraceIds(headers.get("traceparent"), newId, isSampled),
    sink: (record) => {
      const { trace } = record;
      if (trace === null || !trace.isSampled || closing !== null) return;
      if (exporting !== null) exporting.add(record, trace);
      else if (early !== null && (early.length + 1) * spansEach <= limits.queueSpans) early.push([record, trace]);
      else lose(spansEach, "their exporter is not there");
    },
    dropped: () => dropped,
    close: () => (closing ??= finish()),
  };
};
