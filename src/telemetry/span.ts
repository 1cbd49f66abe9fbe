import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type SpanContext } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { ExchangeRecord } from "../record.ts";
import type { TraceIds } from "../wire/trace-context.ts";
import { toUpstreamSpanId } from "../wire/trace-context.ts";
import { toEndpoint, toOperation } from "./labels.ts";
import { toCallName, toClientAttributes, toServerAttributes } from "./span-attributes.ts";
import { eventNames, toRoute } from "./span-names.ts";
import { isServerError, toUpstreamErrorType } from "./span-error.ts";

/** Finds secrets, as the log does: `suspects` asks quickly, `redact` takes them out. */
export interface Redactor {
  readonly suspects: (text: string) => boolean;
  readonly redact: (text: string) => string;
}

export interface SpanParts {
  readonly resource: Resource;
  readonly version: string;
  readonly redactor: Redactor;
}

type HrTime = ReadableSpan["startTime"];

/** Seconds and nanoseconds of an instant in milliseconds since 1970. */
const toHrTime = (ms: number): HrTime => {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6))];
};

const methods = new Set(["GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"]);

/** A record whose texts from outside hold no secret; the same one where none was suspected. */
const clean = (record: ExchangeRecord, { suspects, redact }: Redactor): ExchangeRecord => {
  const { path, model, targetModel, replyModel, serviceTier, upstreamRequestId } = record;
  if (!suspects(`${path} ${model} ${targetModel} ${replyModel} ${serviceTier} ${upstreamRequestId}`)) return record;
  const orNull = (text: string | null): string | null => (text === null ? null : redact(text));
  return {
    ...record,
    path: redact(path),
    model: orNull(model),
    targetModel: orNull(targetModel),
    replyModel: orNull(replyModel),
    serviceTier: orNull(serviceTier),
    upstreamRequestId: orNull(upstreamRequestId),
  };
};

/** How many spans an exchange has: one more where an upstream was asked. */
export const countSpans = ({ attempts }: ExchangeRecord): 1 | 2 => (attempts === 0 ? 1 : 2);

/** What the upstream had to do ends with its last byte; one that failed ends with the exchange. */
const upstreamEndMs = ({ ending, times }: ExchangeRecord): number =>
  ending === "complete" ? (times.lastChunkMs ?? times.repliedMs ?? times.totalMs) : times.totalMs;

/**
 * Makes the function that turns the record of an exchange into its finished spans: plain objects, made once, with no span
 * alive while the exchange goes on.
 *
 * There are two of them where an upstream was asked. The conventions say of a request that comes in by HTTP that it is a
 * span of kind SERVER, and of a call to a model that it SHOULD be of kind CLIENT, named by operation and model, and last
 * over all attempts. A gateway does both: as one span of either kind it would vanish from one of the two views, the map of
 * services (whose edges are CLIENT to SERVER) or the list of model calls. So SERVER holds what the client saw, and its child
 * CLIENT, which is the parent of the upstream's own spans, holds the model, tokens and cost.
 *
 * Neither names a host. `network.protocol.name` is left out as the conventions want it for HTTP.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/ (November 2026)
 */
export const createSpans = ({ resource, version, redactor }: SpanParts) => {
  const instrumentationScope = { name: "qlite", version };
  const shared = {
    links: [],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } as const;

  const toSpan = (
    at: number,
    [fromMs, toMs]: readonly [from: number, to: number],
    context: SpanContext,
    parent: SpanContext | null,
    said: {
      readonly name: string;
      readonly kind: SpanKind;
      readonly isError: boolean;
      readonly attributes: Attributes;
    },
    events: readonly (readonly [name: string, ms: number | null])[],
  ): ReadableSpan => ({
    ...shared,
    links: [],
    name: said.name,
    kind: said.kind,
    attributes: said.attributes,
    status: { code: said.isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    spanContext: () => context,
    ...(parent === null ? {} : { parentSpanContext: parent }),
    startTime: toHrTime(at + fromMs),
    endTime: toHrTime(at + Math.max(fromMs, toMs)),
    duration: toHrTime(Math.max(0, toMs - fromMs)),
    events: events.flatMap(([name, ms]) => (ms === null ? [] : [{ name, time: toHrTime(at + ms) }])),
  });

  return (told: ExchangeRecord, { traceId, spanId, parentId }: TraceIds): readonly ReadableSpan[] => {
    const record = clean(told, redactor);
    const { at, times, stream } = record;
    const toContext = (id: string, isRemote: boolean): SpanContext => ({
      traceId,
      spanId: id,
      traceFlags: TraceFlags.SAMPLED,
      isRemote,
    });
    const method = methods.has(record.method) ? record.method : "HTTP";
    const route = toRoute(record.path);
    const own = toContext(spanId, false);
    const server = toSpan(
      at,
      [0, times.totalMs],
      own,
      parentId === null ? null : toContext(parentId, true),
      {
        name: route === null ? method : `${method} ${route}`,
        kind: SpanKind.SERVER,
        isError: isServerError(record),
        attributes: toServerAttributes(record, method, route),
      },
      stream ? [[eventNames.headSent, times.headMs]] : [],
    );
    if (countSpans(record) === 1) return [server];
    const errorType = toUpstreamErrorType(record);
    const operation = toOperation(toEndpoint(record.path));
    const client = toSpan(
      at,
      [times.sentMs ?? 0, upstreamEndMs(record)],
      toContext(toUpstreamSpanId({ spanId }), false),
      own,
      {
        name: toCallName(operation, record) ?? method,
        kind: SpanKind.CLIENT,
        isError: errorType !== null,
        attributes: toClientAttributes(record, operation, errorType),
      },
      stream
        ? [
            [eventNames.replyHead, times.repliedMs],
            [eventNames.firstChunk, times.firstChunkMs],
          ]
        : [],
    );
    return [server, client];
  };
};
