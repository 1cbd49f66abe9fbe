import { parseTraceParent } from "@opentelemetry/core";
import { TraceIdRatioBasedSampler, SamplingDecision } from "@opentelemetry/sdk-trace";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import { expect, test } from "bun:test";
import type { TraceIds } from "../../src/wire/trace-context.ts";
import {
  createRatioSampler,
  parseTraceparent,
  setTraceHeaders,
  toTraceIds,
  toUpstreamSpanId,
} from "../../src/wire/trace-context.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const plain = `00-${traceId}-${spanId}-01`;

const fresh = (digits: 16 | 32): string => "5".repeat(digits);
const never = (): boolean => false;

const taken: readonly (readonly [header: string, isSampled: boolean])[] = [
  [plain, true],
  [`00-${traceId}-${spanId}-00`, false],
  [`00-${traceId}-${spanId}-03`, true],
  [`00-${traceId}-${spanId}-fe`, false],
  [`01-${traceId}-${spanId}-01`, true],
  [`cc-${traceId}-${spanId}-01-what-the-future-will-be-like`, true],
  [`cc-${traceId}-${spanId}-01-`, true],
];

test.each(taken)("the traceparent %s is taken", (header, isSampled) => {
  expect(parseTraceparent(header)).toEqual({ traceId, spanId, isSampled });
});

const ignored = [
  "",
  "00",
  plain.toUpperCase(),
  `ff-${traceId}-${spanId}-01`,
  `ff-${traceId}-${spanId}-01-more`,
  `0-${traceId}-${spanId}-01`,
  `000-${traceId}-${spanId}-01`,
  `00-${"0".repeat(32)}-${spanId}-01`,
  `00-${traceId}-${"0".repeat(16)}-01`,
  `00-${traceId.slice(1)}-${spanId}-01`,
  `00-${traceId}0-${spanId}-01`,
  `00-${traceId}-${spanId.slice(1)}-01`,
  `00-${traceId}-${spanId}0-01`,
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-`,
  `00-${traceId}-${spanId}-1`,
  `00-${traceId}-${spanId}-011`,
  `00-${traceId}-${spanId}-0g`,
  `00-${traceId}-${spanId}-01-`,
  `00-${traceId}-${spanId}-01-more`,
  `cc-${traceId}-${spanId}-01.more`,
  `00_${traceId}_${spanId}_01`,
  `${plain}, ${plain}`,
  `${plain}\n`,
  `g0-${traceId}-${spanId}-01`,
  "x".repeat(60),
];

test.each(ignored)("the traceparent %j is ignored", (header) => {
  expect(parseTraceparent(header)).toBeNull();
});

test("OpenTelemetry's own reader takes and ignores the same", () => {
  // It also forgives a blank at either end, which a header never has.
  const headers = [...taken.map(([header]) => header), ...ignored].filter((header) => header.trim() === header);
  expect(headers.map((header) => parseTraceparent(header) !== null)).toEqual(
    headers.map((header) => parseTraceParent(header) !== null),
  );
});

test("an exchange joins the trace of its client, which has decided whether it is sampled", () => {
  expect(toTraceIds(plain, fresh, never)).toEqual({ traceId, spanId: fresh(16), parentId: spanId, isSampled: true });
  expect(toTraceIds(`00-${traceId}-${spanId}-00`, fresh, () => true)).toMatchObject({ traceId, isSampled: false });
});

test.each([null, "nonsense"])("with the traceparent %j an exchange begins a trace, sampled by its id", (header) => {
  const asked: string[] = [];
  const decide = (id: string): boolean => asked.push(id) > 0;
  expect(toTraceIds(header, fresh, decide)).toEqual({
    traceId: fresh(32),
    spanId: fresh(16),
    parentId: null,
    isSampled: true,
  });
  expect(asked).toEqual([fresh(32)]);
});

const randomIds = Array.from({ length: 5000 }, () => crypto.getRandomValues(new Uint8Array(16)).toHex());
const edges = ["0".repeat(31) + "1", "f".repeat(32), "7fffffff".padEnd(32, "0"), "80000000".padEnd(32, "0")];

test.each([0, 0.001, 0.1, 0.25, 0.5, 0.9, 0.999_999, 1])(
  "a share of %p is the same traces as OpenTelemetry's sampler takes",
  (ratio) => {
    const theirs = new TraceIdRatioBasedSampler(ratio);
    const isSampled = createRatioSampler(ratio);
    const decisions = [...randomIds, ...edges].map((id) => [
      isSampled(id),
      theirs.shouldSample(ROOT_CONTEXT, id).decision === SamplingDecision.RECORD_AND_SAMPLED,
    ]);
    expect(decisions.filter(([ours, other]) => ours !== other)).toEqual([]);
    expect(Math.abs(decisions.filter(([ours]) => ours).length / decisions.length - ratio)).toBeLessThan(0.03);
  },
);

test.each(["0000000000000010", "ffffffffffffffff", spanId, "a00000000000000a"])(
  "the upstream's span of %s has another id, and the same way back",
  (id) => {
    const upstream = toUpstreamSpanId({ spanId: id });
    expect(upstream).toMatch(/^[0-9a-f]{16}$/);
    expect(upstream).not.toBe(id);
    expect(toUpstreamSpanId({ spanId: upstream })).toBe(id);
  },
);

/** What goes upstream of a client's headers. */
const sentOf = (ids: TraceIds, client: Record<string, string> = {}) => {
  const headers = new Headers({ traceparent: "the client's", "x-other": "1", ...client });
  setTraceHeaders(headers, ids);
  return headers;
};

test("the traceparent sent upstream names the span of the upstream call, and whether it is sampled", () => {
  const ids = { traceId, spanId, parentId: null, isSampled: true };
  expect(sentOf(ids).get("traceparent")).toBe(`00-${traceId}-b7ad6b7169203330-01`);
  expect(sentOf({ ...ids, isSampled: false }).get("traceparent")).toBe(`00-${traceId}-b7ad6b7169203330-00`);
  expect(parseTraceparent(sentOf(ids).get("traceparent"))).toEqual({
    traceId,
    spanId: toUpstreamSpanId(ids),
    isSampled: true,
  });
  expect([...sentOf(ids).keys()]).toEqual(["traceparent", "x-other"]);
});

test("a tracestate goes on untouched in the client's trace, not in a new one, and not when it is too long", () => {
  const joined = toTraceIds(plain, fresh, never);
  const begun = toTraceIds("nonsense", fresh, never);
  const stateOf = (ids: TraceIds, tracestate: string) => sentOf(ids, { tracestate }).get("tracestate");
  const state = "vendor=a:b , rojo=00f067aa0ba902b7,";
  expect(stateOf(joined, state)).toBe(state);
  expect(stateOf(joined, "x".repeat(4096))).toHaveLength(4096);
  expect(stateOf(joined, "x".repeat(4097))).toBeNull();
  expect(stateOf(begun, state)).toBeNull();
  expect(sentOf(joined).has("tracestate")).toBe(false);
});
