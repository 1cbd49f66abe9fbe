import type { ExchangeRecord } from "../record.ts";
import type { TraceIds } from "../wire/trace-context.ts";
import { toUpstreamSpanId } from "../wire/trace-context.ts";
import { toEndpoint, toOperation } from "./labels.ts";
import { toClientAttributes, toServerAttributes } from "./span-attributes.ts";
import { eventNames, toRoute } from "./span-names.ts";
import { isServerError, toUpstreamErrorType } from "./span-error.ts";
import { toJsonText, toNanos } from "./span-text.ts";

const methods = new Set(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"]);

/** How many spans an exchange has: one more where an upstream was asked. */
export const countSpans = ({ attempts }: ExchangeRecord): 1 | 2 => (attempts === 0 ? 1 : 2);

/** What the upstream had to do ends with its last byte; one that failed ends with the exchange. */
const upstreamEndMs = ({ ending, times }: ExchangeRecord): number =>
  ending === "complete" ? (times.lastChunkMs ?? times.repliedMs ?? times.totalMs) : times.totalMs;

/** Of `opentelemetry-proto` 1.9, `trace.proto`: kinds of spans, codes of status and flags. */
const server = 2;
const client = 3;
const unset = `{"code":0}`;
const failed = `{"code":2}`;
/** Sampled, and known whether the parent lies in another process. */
const localParent = 0x1_01;
const remoteParent = 0x3_01;

interface Span {
  readonly ids: string;
  readonly flags: number;
  /** As JSON. */
  readonly name: string;
  readonly kind: number;
  readonly at: number;
  /** Milliseconds since `at`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly isError: boolean;
  /** Each with a comma in front. */
  readonly attributes: string;
  readonly events: string;
}

const toSpan = ({ ids, flags, name, kind, at, fromMs, toMs, isError, attributes, events }: Span): string =>
  `{${ids},"flags":${flags},"name":${name},"kind":${kind},"startTimeUnixNano":${toNanos(at + fromMs)},` +
  `"endTimeUnixNano":${toNanos(at + Math.max(fromMs, toMs))},"status":${isError ? failed : unset},` +
  `"attributes":[${attributes.slice(1)}]${events === "" ? "" : `,"events":[${events.slice(1)}]`}}`;

const toEvent = (name: string, at: number, ms: number | null): string =>
  ms === null ? "" : `,{"name":"${name}","timeUnixNano":${toNanos(at + ms)}}`;

/** Gives the name of the span of a model call: the operation and the model; null where no model was asked. */
const toCallName = (operation: string | null, { targetModel }: ExchangeRecord): string | null => {
  if (operation === null) return null;
  return targetModel === null ? `"${operation}"` : `"${operation} ${toJsonText(targetModel).slice(1)}`;
};

/**
 * Writes the spans of an exchange that is over as OTLP's JSON, with a comma between them.
 *
 * There are two where an upstream was asked. The conventions say of a request that comes in by HTTP that it is a
 * span of kind SERVER, and of a call to a model that it SHOULD be of kind CLIENT, named by operation and model, and last
 * over all attempts. A gateway does both: as one span of either kind it would vanish from one of the two views, the map of
 * services (whose edges are CLIENT to SERVER) or the list of model calls. So SERVER holds what the client saw, and its child
 * CLIENT, which is the parent of the upstream's own spans, holds the model, tokens and cost.
 *
 * Neither names a host. `network.protocol.name` is left out as the conventions want it for HTTP.
 *
 * Text, and no objects for OpenTelemetry's SDK to turn into text: 17 us less an exchange (`bench/accounting.ts`).
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding,
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (November 2026)
 */
export const toSpans = (record: ExchangeRecord, { traceId, spanId, parentId }: TraceIds): string => {
  const { at, times, stream } = record;
  const method = methods.has(record.method) ? record.method : "HTTP";
  const route = toRoute(record.path);
  const own = toSpan({
    ids: `"traceId":"${traceId}","spanId":"${spanId}"${parentId === null ? "" : `,"parentSpanId":"${parentId}"`}`,
    flags: parentId === null ? localParent : remoteParent,
    name: route === null ? `"${method}"` : `"${method} ${route}"`,
    kind: server,
    at,
    fromMs: 0,
    toMs: times.totalMs,
    isError: isServerError(record),
    attributes: toServerAttributes(record, method, route),
    events: stream ? toEvent(eventNames.headSent, at, times.headMs) : "",
  });
  if (countSpans(record) === 1) return own;
  const errorType = toUpstreamErrorType(record);
  const operation = toOperation(toEndpoint(record.path));
  const call = toSpan({
    ids: `"traceId":"${traceId}","spanId":"${toUpstreamSpanId({ spanId })}","parentSpanId":"${spanId}"`,
    flags: localParent,
    name: toCallName(operation, record) ?? `"${method}"`,
    kind: client,
    at,
    fromMs: times.sentMs ?? 0,
    toMs: upstreamEndMs(record),
    isError: errorType !== null,
    attributes: toClientAttributes(record, operation, errorType),
    events: stream
      ? toEvent(eventNames.replyHead, at, times.repliedMs) + toEvent(eventNames.firstChunk, at, times.firstChunkMs)
      : "",
  });
  return `${own},${call}`;
};
