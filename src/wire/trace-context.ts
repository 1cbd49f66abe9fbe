/** The ids an exchange has in a trace, as W3C Trace Context writes them. */
export interface TraceIds {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span of this exchange. */
  readonly spanId: string;
  /** The client's span, null when it sent none. */
  readonly parentId: string | null;
  readonly isSampled: boolean;
}

const shape = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const zeroTrace = "0".repeat(32);
const zeroSpan = "0".repeat(16);

/** What a `traceparent` says. */
export interface TraceParent {
  readonly traceId: string;
  /** The span of whoever sent it. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

/**
 * Reads a `traceparent` header; null for none, and for one that must be ignored.
 *
 * Ignored are version ff, ids that are all zeros, upper case, and every other length than 55 characters. A version later
 * than 00 may go on behind another dash; of it the fields of version 00 are read.
 *
 * @see https://www.w3.org/TR/trace-context/ sections 3.2.2 and 4.3
 */
export const parseTraceparent = (header: string | null): TraceParent | null => {
  const found = header === null ? null : shape.exec(header);
  if (found === null) return null;
  const [, version, traceId = zeroTrace, spanId = zeroSpan, flags = "00", more] = found;
  if (version === "ff" || traceId === zeroTrace || spanId === zeroSpan) return null;
  if (version === "00" && more !== undefined) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
};

/**
 * Gives an exchange its ids: in the client's trace and as it was decided there, or in a new one that `isSampled` decides.
 *
 * `newId` gives so many random hexadecimal digits, not all of them zeros.
 */
export const toTraceIds = (
  traceparent: string | null,
  newId: (digits: 16 | 32) => string,
  isSampled: (traceId: string) => boolean,
): TraceIds => {
  const parent = parseTraceparent(traceparent);
  if (parent !== null) {
    return { traceId: parent.traceId, spanId: newId(16), parentId: parent.spanId, isSampled: parent.isSampled };
  }
  const traceId = newId(32);
  return { traceId, spanId: newId(16), parentId: null, isSampled: isSampled(traceId) };
};

/**
 * Makes the sampler of a part of all traces, 0 to 1: whoever uses the same part decides the same of the same trace.
 *
 * @see `TraceIdRatioBasedSampler` of `@opentelemetry/sdk-trace` 3.1.0, whose arithmetic this is
 */
export const createRatioSampler = (ratio: number): ((traceId: string) => boolean) => {
  if (ratio <= 0) return () => false;
  if (ratio >= 1) return () => true;
  const bound = Math.floor(ratio * 0xff_ff_ff_ff);
  return (traceId) => {
    let mixed = 0;
    for (let at = 0; at < 32; at += 8) mixed ^= Number.parseInt(traceId.slice(at, at + 8), 16);
    return mixed >>> 0 < bound;
  };
};

/** A hexadecimal digit with its last bit turned, by the code of its sign. */
const otherDigit: readonly string[] = Array.from({ length: 103 }, (_, code) =>
  (Number.parseInt(String.fromCharCode(code), 16) ^ 1).toString(16),
);

/**
 * The id of the span that covers what an exchange asks of its upstream: a child of the exchange's own, and the parent of
 * whatever the upstream does.
 *
 * It is the exchange's id with its last bit turned, so that nobody has to carry a second one.
 */
export const toUpstreamSpanId = ({ spanId }: Pick<TraceIds, "spanId">): string =>
  spanId.slice(0, 15) + (otherDigit[spanId.charCodeAt(15)] ?? "");

/** W3C wants 512 characters passed on; a longer list is dropped whole, since half of one would be a lie. */
const maxTracestate = 4096;

/**
 * Sets the headers of a request to the upstream, in place: `traceparent` anew, and the client's `tracestate` stays as it
 * is in the client's own trace, and goes in any other.
 */
export const setTraceHeaders = (headers: Headers, ids: TraceIds): void => {
  headers.set("traceparent", `00-${ids.traceId}-${toUpstreamSpanId(ids)}-${ids.isSampled ? "01" : "00"}`);
  const tracestate = headers.get("tracestate");
  if (tracestate !== null && (ids.parentId === null || tracestate.length > maxTracestate)) headers.delete("tracestate");
};
