import { expect, test } from "bun:test";
import { assert, property, string, anything } from "fast-check";
import { ProxyError } from "../../../src/errors.ts";
import { describeFault } from "../../../src/mock/faults/describe-fault.ts";
import { parseFault, parseFaults } from "../../../src/mock/faults/fault-schema.ts";
import { canHalfClose } from "../../../src/mock/faults/half-close.ts";
import { streamSchema, toShape } from "../../../src/mock/faults/shape-schema.ts";

/** Forms that say the same fault, and how people are told of it. */
const same: readonly (readonly [short: string, written: object, told: string])[] = [
  ["status=429; on=first 2", { status: 429, on: { first: 2 } }, "status 429 on the first 2"],
  [
    "status=429; retry_after_ms=0; retry_after=1; should_retry=false; code=rate_limit_exceeded; message=12=3",
    {
      status: 429,
      retry_after_ms: 0,
      retry_after: 1,
      should_retry: false,
      code: "rate_limit_exceeded",
      message: "12=3",
    },
    "status 429 rate_limit_exceeded",
  ],
  ["close=reset; after=3 events", { close: "reset", after: { events: 3 } }, "reset after 3 events"],
  ["close=reset;after=1 event", { after: { events: 1 }, close: "reset" }, "reset after 1 event"],
  ["close=fin", { close: "fin" }, "close by FIN before the head"],
  [
    "close=fin; at=end; on=every 3",
    { close: "fin", at: "end", on: { every: 3 } },
    "close by FIN at the end on every #3",
  ],
  ["stall=forever; at=head", { stall: "forever", at: "head" }, "stall for ever behind the head"],
  ["stall=1m30s; after=250 ms", { stall: "1m30s", after: { ms: 250 } }, "stall for 90000 ms after 250 ms"],
  ["slow=1s 20ms", { slow: { ttft: "1s", gap: "20ms" } }, "slow, 1000 ms and then 20 ms a piece"],
  ["slow.gap=20ms", { slow: { gap: "20ms" } }, "slow, 0 ms and then 20 ms a piece"],
  ["truncate=0.5 fraction", { truncate: { fraction: 0.5 } }, "truncate to 0.5 of the bytes"],
  ["truncate=10 bytes; on=nth 1 3", { truncate: { bytes: 10 }, on: { nth: [1, 3] } }, "truncate to 10 bytes on #1, #3"],
  ["malformed=utf8; on=nth 2", { malformed: "utf8", on: { nth: 2 } }, "malformed utf8 on #2"],
  ["drop=done", { drop: "done" }, "drop the done event"],
  ["drop=2; on=probability 0.25", { drop: 2, on: { probability: 0.25 } }, "drop event 2 with probability 0.25"],
  ["duplicate=1", { duplicate: 1 }, "duplicate event 1"],
  ["reorder=4", { reorder: 4 }, "reorder event 4"],
  ["error_event", { error_event: true }, "error event"],
  [
    "error_event.code=overloaded_error; error_event.message=busy; after=2 events",
    { error_event: { code: "overloaded_error", message: "busy" }, after: { events: 2 } },
    "error event overloaded_error after 2 events",
  ],
  ["split=every_byte", { split: "every_byte" }, "split every_byte"],
  ["wrong_content_type", { wrong_content_type: true }, "content type text/plain; charset=utf-8"],
  ["wrong_content_type=text/html", { wrong_content_type: "text/html" }, "content type text/html"],
  ["empty_body", { empty_body: true }, "empty body"],
  ["html_502", { html_502: true }, "an HTML page of status 502"],
];

test("the short form, JSON and a value say the same fault", () => {
  for (const [short, written, told] of same) {
    const fault = parseFault(written);
    expect(parseFault(short)).toEqual(fault);
    expect(parseFault(JSON.stringify(written))).toEqual(fault);
    expect(describeFault(fault)).toBe(told);
  }
});

test("several faults stand in a list, or with a comma between", () => {
  const wanted = [parseFault("slow=1s"), parseFault("close=reset; after=3 events")];
  expect(parseFaults("slow=1s, close=reset; after=3 events")).toEqual(wanted);
  expect(parseFaults('[{"slow":{"ttft":"1s"}},{"close":"reset","after":{"events":3}}]')).toEqual(wanted);
  expect(() => parseFault("slow=1s, html_502")).toThrow("A fault is wanted here, exactly one");
});

test("what makes no sense is refused with what is wrong and what to write", () => {
  const cases: readonly (readonly [written: unknown, message: string])[] = [
    ["", "is empty; write one, such as status=429"],
    ["{", "is not valid JSON"],
    ["staus=429", "staus unknown key; did you mean status?"],
    [{}, "needs exactly one of status, close, stall"],
    [{ status: 429, close: "reset" }, "it has status and close"],
    [{ status: 200 }, "status must be at least 400"],
    [{ status: 429, at: "end" }, "at does not go with status: a status stands in place of the whole answer; remove it"],
    [{ reorder: 1, after: { events: 2 } }, "after does not go with reorder: reorder itself names the event"],
    [{ malformed: "json", at: "end" }, "at does not go with malformed: malformed spoils one event"],
    [{ close: "reset", at: "head", after: { events: 1 } }, "at stands beside after; keep one of them"],
    [{ close: "reset", code: "x" }, "code goes with status alone, not with close; remove it"],
    [
      { error_event: true, message: "x" },
      "message goes with status alone, not with error_event; write error_event: { message",
    ],
    [{ close: "reset", after: { events: 1, bytes: 2 } }, "after needs exactly one of events, bytes, ms"],
    [{ close: "slam" }, "close must be one of fin, reset"],
    [{ stall: "30" }, "stall must be forever, or a duration such as 30s"],
    [{ slow: {} }, "slow needs ttft or gap"],
    [{ drop: "first" }, "drop must be done, finish, or the place of an event from 1"],
    [{ on: { first: 1, every: 2 }, status: 429 }, "on needs exactly one of first, nth, every, probability"],
    [{ on: { probability: 2 }, status: 429 }, "on.probability must be a number from 0 to 1"],
    ["status=429; status=500", "says status twice"],
    [Array.from({ length: 101 }, () => ({ html_502: true })), "list has 101 entries, the limit is 100"],
    [null, "has no value"],
    [7, "must be a map of keys"],
  ];
  for (const [written, message] of cases) expect(() => parseFaults(written)).toThrow(message);
});

const isKnown = (value: unknown): void => {
  try {
    parseFaults(value);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ProxyError);
  }
};

test("whatever is written, it is a fault or a ProxyError", () => {
  assert(property(string(), isKnown));
  assert(property(anything(), isKnown));
});

test("a FIN can be sent on this system", () => {
  expect(canHalfClose).toBe(process.platform !== "win32");
});

test("a stream's shape takes 0, durations and distributions, and says what is wrong", () => {
  const shape = {
    chunk: { by: "char", size: 4 },
    ttft: "300ms",
    gap: { dist: "lognormal", p50: "18ms", p99: "90ms" },
  };
  expect(toShape(streamSchema.parse(shape))).toEqual({
    chunk: { by: "char", size: 4 },
    ttft: { kind: "fixed", ms: 300 },
    gap: { kind: "lognormal", p50Ms: 18, p99Ms: 90 },
  });
  expect(toShape(streamSchema.parse({ gap: 0, chunk: { by: "token" } }))).toEqual({
    chunk: { by: "token", size: 1 },
    gap: { kind: "fixed", ms: 0 },
  });
  expect(toShape(streamSchema.parse({ ttft: { dist: "uniform", min: 0, max: "1s" } }))).toEqual({
    ttft: { kind: "uniform", minMs: 0, maxMs: 1000 },
  });
  for (const [written, message] of [
    [{ ttft: 300 }, "must be 0, a duration such as 300ms, or a distribution"],
    [{ gap: { dist: "lognormal", p50: "9ms", p99: "1ms" } }, "has a p50 above its p99"],
    [{ gap: { dist: "uniform", min: "9ms", max: "1ms" } }, "has a min above its max"],
    [{ ttft: "2h" }, "must be at most 1h"],
    [{ chunk: { by: "word" } }, ""],
  ] as const) {
    const parsed = streamSchema.safeParse(written);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(message);
  }
});
