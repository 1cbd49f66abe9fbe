import type { ErrorCode } from "../errors.ts";
import type { ExchangeRecord, Times } from "../record.ts";

const round = (ms: number): number => Math.round(ms * 100) / 100;

const between = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : round(Math.max(0, to - from));

/** Milliseconds until the client got its first byte of an answer, null when it got none. */
export const ttfbOf = ({ firstChunkMs, headMs }: Times): number | null => {
  const first = firstChunkMs ?? headMs;
  return first === null ? null : round(first);
};

/** Whether an exchange was over before its own head; a status of 499 is answered to nobody. */
const isHeadless = ({ status, times }: ExchangeRecord): boolean =>
  status === 0 || status >= 499 || times.headMs === null;

/** When a request was given up that no reply came to. */
const failedOf = ({ sentMs, repliedMs, headMs, totalMs }: Times): number | null =>
  sentMs === null || repliedMs !== null ? null : (headMs ?? totalMs);

const whyTimes = (record: ExchangeRecord): string => {
  const { times, overheadMs } = record;
  const whole = `Of ${round(times.totalMs)} ms the proxy's own share was ${round(overheadMs)} ms`;
  if (times.sentMs === null) return `${whole}; nothing was sent upstream.`;
  const waited = between(times.sentMs, times.repliedMs);
  return waited === null
    ? `${whole}; the upstream's reply did not come.`
    : `${whole}; the upstream took ${waited} ms until it replied.`;
};

/** Tells how long each part took, in milliseconds; null for a part that did not happen. */
export const explainTimes = (record: ExchangeRecord) => {
  const { receivedMs, sentMs, repliedMs, headMs, firstChunkMs, lastChunkMs, totalMs } = record.times;
  return {
    receive_ms: receivedMs === null ? null : round(receivedMs),
    to_send_ms: between(receivedMs, sentMs),
    upstream_to_head_ms: between(sentMs, repliedMs),
    upstream_to_failure_ms: between(sentMs, failedOf(record.times)),
    hold_ms: between(repliedMs, headMs),
    head_to_first_byte_ms: between(headMs, firstChunkMs),
    stream_ms: between(firstChunkMs, lastChunkMs),
    total_ms: round(totalMs),
    proxy_overhead_ms: round(record.overheadMs),
    why: whyTimes(record),
  };
};

/** Tells the limits it had, in milliseconds; null is none. */
export const explainDeadlines = ({ deadlines }: ExchangeRecord) =>
  deadlines === null
    ? null
    : {
        connect_ms: deadlines.connectTimeoutMs,
        head_ms: deadlines.headTimeoutMs,
        idle_ms: deadlines.idleTimeoutMs,
        total_ms: deadlines.totalTimeoutMs,
      };

type DeadlineName = keyof NonNullable<ExchangeRecord["deadlines"]>;

const expired: Partial<Record<ErrorCode, readonly [name: DeadlineName, what: string]>> = {
  upstream_connect_timeout: ["connectTimeoutMs", "No connection to the upstream could be made"],
  upstream_head_timeout: ["headTimeoutMs", "The upstream sent no reply"],
  upstream_idle_timeout: ["idleTimeoutMs", "The upstream fell silent and sent nothing"],
  upstream_total_timeout: ["totalTimeoutMs", "The exchange was not over"],
};

const whyDeadline = ({ errorCode, deadlines }: ExchangeRecord): string => {
  const [name, what] = (errorCode === null ? undefined : expired[errorCode]) ?? [null, "A deadline passed"];
  const limit = name === null || deadlines === null ? null : deadlines[name];
  return limit === null ? `${what} in time.` : `${what} within the limit of ${limit} ms.`;
};

const whoFailed = { client: "the request's", upstream: "the upstream's", proxy: "qlite's own" } as const;

const whyError = ({ errorCode, errorSource, times }: ExchangeRecord): string => {
  const when = times.firstChunkMs === null ? "" : ", after the stream had begun";
  const fault = errorSource === null ? "" : `; the fault is ${whoFailed[errorSource]}`;
  return errorCode === null ? `It failed${when}${fault}.` : `It failed with ${errorCode}${when}${fault}.`;
};

const whyLeft = (record: ExchangeRecord): string => {
  const { errorCode, times, replyBytes } = record;
  const who = errorCode === "client_stalled" ? "The client took nothing any more" : "The client left";
  const after = ` after ${round(times.totalMs)} ms`;
  if (isHeadless(record)) return `${who}${after}, before the head.`;
  return `${who}${after}, ${replyBytes} bytes of the reply having passed.`;
};

const whyEnded = (record: ExchangeRecord): string => {
  switch (record.ending) {
    case "complete":
      return record.status >= 400
        ? `The reply, an error with status ${record.status}, went out whole.`
        : "The reply went out whole.";
    case "client_gone":
      return whyLeft(record);
    case "upstream_cut":
      return `The upstream broke off in mid-stream after ${record.replyBytes} bytes; the client was told.`;
    case "deadline":
      return whyDeadline(record);
    case "error":
      return whyError(record);
    default:
      return record.ending satisfies never;
  }
};

/** Tells how it ended and whose doing that was. */
export const explainEnd = (record: ExchangeRecord) => ({
  status: record.status,
  ended: record.ending,
  error: record.errorCode,
  error_source: record.errorSource,
  why: whyEnded(record),
});
