import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import type { TracesConfig } from "../config/observe-schema.ts";
import type { ExchangeRecord } from "../record.ts";
import type { TraceIds } from "../wire/trace-context.ts";
import { countSpans, toSpans } from "./span.ts";

export interface TraceLimits {
  /** Spans waiting; what comes on top is dropped. */
  readonly queueSpans: number;
  /** Spans in one request to the collector; so many are sent at once. */
  readonly batchSpans: number;
  /** The longest wait of a span for others, milliseconds. */
  readonly delayMs: number;
  /** For one batch, all attempts together; milliseconds. */
  readonly timeoutMs: number;
  /** For the last flush, milliseconds. */
  readonly closeMs: number;
}

export interface TraceExportParts {
  readonly version: string;
  readonly limits: TraceLimits;
  /** Told of spans that will not arrive, and why, in words without an address. */
  readonly lose: (spans: number, reason: string) => void;
}

export interface TraceExport {
  /** Queues the spans of an exchange, all or none. */
  readonly add: (record: ExchangeRecord, ids: TraceIds) => void;
  /** Sends what waits; resolves when that is over, at the latest with the timeout of a batch. */
  readonly flush: () => Promise<void>;
  /** Breaks what is under way; what did not arrive is lost. */
  readonly abandon: () => void;
}

/** The spans of some exchanges, sent in one request. */
interface Batch {
  readonly records: readonly (readonly [record: ExchangeRecord, ids: TraceIds])[];
  readonly spans: number;
}

/** What a failure was, told without its text, which may hold an address or what the collector says. */
const toReason = (error: Error, timeoutMs: number): string => {
  const code: unknown = "code" in error ? error.code : undefined;
  if (typeof code === "number") return `the collector answered with status ${code}`;
  if (typeof code === "string" && /^[\w-]{1,40}$/.test(code)) return `the collector cannot be reached (${code})`;
  if (error.message === "Request timed out") return `the collector did not answer within ${timeoutMs} ms`;
  if (error.message === "Export failed with retryable status") return "the collector takes nothing for the time being";
  return "the collector gave no usable answer";
};

/** An agent of our own can be told to break its connections; the exporter's cannot. */
const createAgents = () => {
  let agent: { readonly destroy: () => void } | null = null;
  return {
    factory: async (protocol: string) => {
      const { Agent } = await (protocol === "https:" ? import("node:https") : import("node:http"));
      const made = new Agent({ keepAlive: true });
      agent = made;
      return made;
    },
    destroy: () => agent?.destroy(),
  };
};

const encoder = new TextEncoder();

const toAttribute = ([key, value]: readonly [key: string, value: string]): object => ({
  key,
  value: { stringValue: value },
});

/** Makes the function that writes an `ExportTraceServiceRequest`. */
const createWriter = (serviceName: string, version: string): ((batch: Batch) => Uint8Array) => {
  const attributes = [
    ["service.name", serviceName],
    ["service.version", version],
  ] as const;
  const resource = JSON.stringify({ attributes: attributes.map(toAttribute) });
  const scope = JSON.stringify({ name: "qlite", version });
  const head = `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":${scope},"spans":[`;
  return ({ records }) =>
    encoder.encode(`${head}${records.map(([record, ids]) => toSpans(record, ids)).join(",")}]}]}]}`);
};

const counting = { name: "span", countItems: ({ spans }: Batch): number => spans } as const;

/**
 * Makes the export: batches, one under way at a time, by OpenTelemetry's own transport.
 *
 * It tries a batch again after 429, 502, 503, 504 and broken connections, with a growing delay or the
 * `Retry-After` it is told, until `timeoutMs` are over. It also sends the headers in `OTEL_EXPORTER_OTLP_HEADERS`, those of
 * the config first.
 */
export const createTraceExport = (config: TracesConfig, { version, limits, lose }: TraceExportParts): TraceExport => {
  const { queueSpans, batchSpans, delayMs, timeoutMs } = limits;
  const agents = createAgents();
  const json = { "Content-Type": "application/json" };
  const otlp = createOtlpHttpExportDelegate(
    convertLegacyHttpOptions(
      {
        url: config.url,
        headers: { ...config.headers },
        timeoutMillis: timeoutMs,
        concurrencyLimit: Math.ceil(queueSpans / batchSpans) + 1,
        httpAgentOptions: agents.factory,
      },
      "TRACES",
      "v1/traces",
      json,
    ),
    { serializeRequest: createWriter(config.serviceName, version), deserializeResponse: () => ({}) },
    "otlp_http_span_exporter",
    counting,
    undefined,
  );
  let waiting: Batch["records"][number][] = [];
  let queued = 0;
  let underWay = 0;
  let isAbandoned = false;
  let timer: ReturnType<typeof setTimeout> | null = null;

  /** Takes at most so many spans as make a batch out of those that wait. */
  const take = (): Batch => {
    let spans = 0;
    let count = 0;
    for (const [record] of waiting) {
      const more = countSpans(record);
      if (count > 0 && spans + more > batchSpans) break;
      spans += more;
      count += 1;
    }
    const records = waiting.slice(0, count);
    waiting = waiting.slice(count);
    queued -= spans;
    underWay += spans;
    return { records, spans };
  };

  /** Sends one batch; never rejects. */
  const send = (batch: Batch): Promise<void> =>
    new Promise((resolve) => {
      // Its timeout is of silence alone; a collector that answers a byte at a time would never end.
      const guard = setTimeout(agents.destroy, timeoutMs + 500);
      otlp.export(batch, ({ error }) => {
        clearTimeout(guard);
        underWay -= batch.spans;
        if (error !== undefined && !isAbandoned) lose(batch.spans, toReason(error, timeoutMs));
        resolve();
      });
    });

  const plan = (): void => {
    if (underWay > 0 || queued === 0) return;
    if (queued >= batchSpans) {
      if (timer !== null) clearTimeout(timer);
      // Not here and now: this is the way of a request.
      timer = setTimeout(go, 0);
    } else timer ??= setTimeout(go, delayMs);
    timer.unref();
  };
  const go = (): void => {
    timer = null;
    void send(take()).then(plan);
  };

  return {
    add: (record, ids) => {
      const count = countSpans(record);
      if (queued + count > queueSpans) {
        lose(count, `${queued} spans wait for the collector, the limit is ${queueSpans}`);
        return;
      }
      queued += count;
      // Bodies would make the size of what waits a matter of what clients send.
      waiting.push([record.bodies === null ? record : { ...record, bodies: null }, ids]);
      // The others know already.
      if (timer === null || queued - count < batchSpans) plan();
    },
    flush: async () => {
      if (timer !== null) clearTimeout(timer);
      const sent: Promise<void>[] = [];
      for (let batch = take(); batch.spans > 0; batch = take()) sent.push(send(batch));
      await Promise.all(sent);
      await otlp.shutdown();
    },
    abandon: () => {
      const lost = queued + underWay;
      isAbandoned = true;
      agents.destroy();
      if (lost > 0) lose(lost, "they were not taken before the end");
    },
  };
};
