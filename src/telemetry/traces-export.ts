import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from "@opentelemetry/sdk-trace";
import type { TracesConfig } from "../config/observe-schema.ts";
import type { ExchangeRecord } from "../record.ts";
import type { TraceIds } from "../wire/trace-context.ts";
import { countSpans, createSpans, type Redactor } from "./span.ts";

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
  readonly redactor: Redactor;
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

type Exported = Parameters<SpanExporter["export"]>[1];

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

/**
 * Makes the export: OpenTelemetry's own batches, serializer (JSON) and exporter, one batch under way at a time.
 *
 * The exporter tries a batch again after 429, 502, 503, 504 and broken connections, with a growing delay or the
 * `Retry-After` it is told, until `timeoutMs` are over. It also sends the headers in `OTEL_EXPORTER_OTLP_HEADERS`, those of
 * the config first.
 */
export const createTraceExport = (
  config: TracesConfig,
  { version, redactor, limits, lose }: TraceExportParts,
): TraceExport => {
  const { queueSpans, batchSpans, delayMs, timeoutMs } = limits;
  const agents = createAgents();
  const otlp = new OTLPTraceExporter({
    url: config.url,
    headers: { ...config.headers },
    timeoutMillis: timeoutMs,
    concurrencyLimit: Math.ceil(queueSpans / batchSpans) + 1,
    httpAgentOptions: agents.factory,
  });
  let queued = 0;
  let underWay = 0;
  let isAbandoned = false;

  // Its timeout is of silence alone; a collector that answers a byte at a time would never end.
  const send = (spans: ReadableSpan[], done: Exported): void => {
    const guard = setTimeout(agents.destroy, timeoutMs + 500);
    otlp.export(spans, (result) => {
      clearTimeout(guard);
      underWay -= spans.length;
      if (result.error !== undefined && !isAbandoned) lose(spans.length, toReason(result.error, timeoutMs));
      done(result);
    });
  };

  const processor = new BatchSpanProcessor({
    exporter: {
      export: (spans, done) => {
        queued -= spans.length;
        underWay += spans.length;
        send(spans, done);
      },
      shutdown: () => otlp.shutdown(),
    },
    maxQueueSize: queueSpans,
    maxExportBatchSize: Math.min(batchSpans, queueSpans),
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: timeoutMs + 1000,
  });
  const toSpans = createSpans({
    resource: resourceFromAttributes({ "service.name": config.serviceName, "service.version": version }),
    version,
    redactor,
  });

  return {
    add: (record, ids) => {
      const count = countSpans(record);
      if (queued + count > queueSpans) {
        lose(count, `${queued} spans wait for the collector, the limit is ${queueSpans}`);
        return;
      }
      queued += count;
      for (const span of toSpans(record, ids)) processor.onEnd(span);
    },
    // A batch that failed was told of already.
    flush: () => processor.shutdown().catch(() => {}),
    abandon: () => {
      const lost = queued + underWay;
      isAbandoned = true;
      agents.destroy();
      if (lost > 0) lose(lost, "they were not taken before the end");
    },
  };
};
