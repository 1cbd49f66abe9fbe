import type { TimeoutsConfig } from "./config/schema.ts";
import type { ClientDialectName, DialectName } from "./dialects/conversation.ts";
import type { Told } from "./dialects/metering.ts";
import type { Usage } from "./dialects/reply.ts";
import type { UsageWatch } from "./dialects/watch-usage.ts";
import type { ProxyError } from "./errors.ts";
import type { Cost, Ending, UsageSource } from "./record.ts";
import type { Share } from "./wire/allowance.ts";
import { areCounts } from "./wire/counts.ts";
import type { Recast } from "./wire/tap.ts";
import type { TraceIds } from "./wire/trace-context.ts";

/** What became of an exchange; written by whoever knows, read by observers at the end. */
export interface Outcome {
  /** The status answered, 0 before the head. */
  status: number;
  /** The provider asked and its type, null when none was. */
  provider: string | null;
  providerType: string | null;
  /** Whose prices hold for it, the empty string for nobody's. */
  priceType: string;
  /** The model name asked for, null when the request has none. */
  model: string | null;
  /** What the provider calls it, and how it was found. */
  targetModel: string | null;
  route: string | null;
  /** What the provider was asked in, null where the request is no call in a dialect. */
  upstreamDialect: DialectName | null;
  stream: boolean;
  /** Requests sent upstream. */
  attempts: number;
  /** The upstream's own request id, null when it sent none. */
  upstreamRequestId: string | null;
  /** What a translation could not say, to the upstream or to the client, by name. */
  dropped: readonly string[];
  /** null when nobody looked, or nothing is known. */
  usage: Usage | null;
  usageSource: UsageSource | null;
  /** What the upstream has told of the usage of an answer that is not over. */
  told: Usage | null;
  /** null without usage or price. */
  cost: Cost | null;
  /** As the reply tells them. */
  replyModel: string | null;
  serviceTier: string | null;
  /** An estimate of the request's tokens where the usage may turn out to be missing. */
  inputEstimate: number | null;
  /** Who watches the answer for its usage, null when nobody does or there is no answer. */
  watch: UsageWatch | null;
  /** Bytes of the request's body. */
  requestBytes: number;
  /** Bytes of the body that went to the client. */
  bytes: number;
  /** Whether the reply's body is in hand as a whole, so that nothing is left to watch. */
  whole: boolean;
  /** Milliseconds of the monotonic clock, 0 before. See `Times` in `record.ts`. */
  receivedAt: number;
  sentAt: number;
  repliedAt: number;
  headAt: number;
  firstChunkAt: number;
  lastChunkAt: number;
  endAt: number;
  ending: Ending;
  error: ProxyError | null;
}

/** Sees what passes; must not throw, and never changes a byte. */
export interface Observer {
  /** One chunk as it goes to the client; the bytes belong to the stream and must not be kept. */
  readonly chunk?: (bytes: Uint8Array) => void;
  /** One chunk that nobody gets, because the client has left and the provider is read to its end. */
  readonly drained?: (bytes: Uint8Array) => void;
  /** The client can take more, so the next wait is for the upstream. */
  readonly pull?: () => void;
  /** Called once for each exchange, last of all. */
  readonly end?: (outcome: Readonly<Outcome>) => void;
}

/** Keeps the beginnings of both bodies. */
export interface Capture {
  readonly request: (bytes: Uint8Array) => void;
  readonly reply: (bytes: Uint8Array) => void;
}

/** The socket an exchange came by. */
export interface Connection {
  /** Sets how long it may be silent, in seconds; 0 is for ever. */
  readonly allowSilence: (seconds: number) => void;
  /** The client's address, the empty string when it is gone or came by a unix socket. */
  readonly address: () => string;
}

/**
 * What an exchange is waiting for, and for how long at most.
 *
 * One sweep over all of them, ten times a second, replaces a timer per request and per chunk: whoever moves an exchange
 * on writes these fields, which costs nothing that can be measured.
 */
export interface Wait {
  /** When this wait began, milliseconds of the monotonic clock; 0 means now, and the next sweep writes it. */
  since: number;
  /** The longest wait in milliseconds, Infinity for none. */
  limitMs: number;
  /** Called once when the limit is reached. */
  expired: (exchange: Exchange) => void;
  /** When the whole exchange must be over, milliseconds of the monotonic clock, Infinity for never. */
  totalAt: number;
  totalExpired: (exchange: Exchange) => void;
  /** When to ask whether the upstream can be reached at all, Infinity for never. */
  probeAt: number;
  probe: (exchange: Exchange) => void;
  /** Whether the socket's own short silence limit was lifted, because this exchange takes longer than most. */
  patient: boolean;
  /** Its place among all exchanges under way, -1 in none. */
  index: number;
}

/** A request under way to an upstream: what its deadlines need to end it. */
export interface Sending {
  readonly controller: AbortController;
  readonly timeouts: TimeoutsConfig;
  /** Asks whether the upstream can be connected to within so many milliseconds; null where that says nothing. */
  readonly reach: ((timeoutMs: number) => Promise<boolean>) | null;
  /** Turns the wait to the upstream's head. */
  readonly awaitHead: (exchange: Exchange) => void;
  hasHead: boolean;
}

/** All exchanges under way. */
export interface Waits {
  readonly begin: (exchange: Exchange) => void;
  readonly end: (exchange: Exchange) => void;
  /** Breaks off every request upstream. */
  readonly abort: (reason: Error) => void;
  readonly count: () => number;
}

/** One request and its reply. */
export interface Exchange {
  /** Goes to the client, the upstream and the log as `x-request-id`. */
  readonly id: string;
  readonly request: Request;
  readonly method: string;
  /** Begins with `/`, without the query. */
  readonly path: string;
  /** The query with its `?`, or the empty string. */
  readonly search: string;
  /** What the client speaks, told by path and headers: errors are said in it. */
  readonly dialect: ClientDialectName;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly connection: Connection;
  readonly wait: Wait;
  /** What its body takes of all that are in hand; null where it is too short to be counted. */
  received: Share | null;
  /** null until a request is sent upstream. */
  sending: Sending | null;
  /** Whoever wants to see the reply pass; with none its body stays the upstream's own object. */
  readonly observers: Observer[];
  /** The reply's body where it is in hand as a whole; not to be changed. */
  held: string | Uint8Array<ArrayBuffer> | null;
  /** What the reply's body is turned into on its way; null leaves it as it came. */
  recast: Recast | null;
  /** Whether a reply is read to its end although its client has left. */
  drains: boolean;
  /** Where it stands in a trace, null while traces are off. */
  trace: TraceIds | null;
  /** What is kept of the bodies, null unless the ledger wants them. */
  capture: Capture | null;
  /** Set on every reply, errors included; name and value in turn. */
  readonly replyHeaders: [name: string, value: string][];
  readonly outcome: Outcome;
}

/** Answers an exchange; a `Response` streams or it does not. */
export type Handler = (exchange: Exchange) => Response | Promise<Response>;

/** Wraps a handler. One that awaits nothing is not `async`: a folded sync stage costs about 3 ns, an async one 100
 * (`bench/micro/compose.ts`). */
export type Stage = (next: Handler) => Handler;

/** Folds the stages around the last handler, the first one outermost, once at startup. */
export const compose = (stages: readonly Stage[], last: Handler): Handler =>
  stages.reduceRight<Handler>((next, stage) => stage(next), last);

const endingOf = (error: ProxyError): Ending => {
  if (error.code === "client_closed_request" || error.code === "client_stalled") return "client_gone";
  if (error.row.status === 504) return "deadline";
  return error.code === "upstream_stream_interrupted" ? "upstream_cut" : "error";
};

/** Notes that an exchange failed; the first failure tells why. */
export const noteFailure = (outcome: Outcome, error: ProxyError): void => {
  outcome.error ??= error;
  outcome.ending = endingOf(outcome.error);
};

/** A usage as it was told; null when it cannot be, such as one of -5 tokens, and when it is 0: that is nothing told. */
export const toPlausible = (usage: Usage | null): Usage | null => {
  if (usage === null || (usage.inputTokens === 0 && usage.outputTokens === 0)) return null;
  return areCounts(usage) ? usage : null;
};

/** Notes a usage that the upstream told whole. */
export const noteReported = (outcome: Outcome, usage: Usage): void => {
  outcome.usage = usage;
  outcome.usageSource = "reported";
};

/** Notes what the upstream told of its usage. */
export const noteTold = (outcome: Outcome, told: Told): void => {
  const usage = toPlausible(told.usage);
  outcome.told = usage ?? outcome.told;
  if (told.isFinal && usage !== null) noteReported(outcome, usage);
  outcome.replyModel = told.model ?? outcome.replyModel;
  outcome.serviceTier = told.serviceTier ?? outcome.serviceTier;
};

/** The proxy's own share of the time to the head, in milliseconds; waiting for either side is none of it. */
export const overheadOf = (outcome: Readonly<Outcome>, startedAt: number, headAt: number): number => {
  const { receivedAt, sentAt, repliedAt } = outcome;
  if (sentAt === 0) return headAt - (receivedAt === 0 ? startedAt : receivedAt);
  return sentAt - (receivedAt === 0 ? startedAt : receivedAt) + (repliedAt === 0 ? 0 : headAt - repliedAt);
};

/** Notes that a reply's body is in hand as a whole, and its size. */
export const noteWhole = (exchange: Exchange, body: string | Uint8Array<ArrayBuffer> | null): void => {
  const { outcome } = exchange;
  outcome.bytes = typeof body === "string" ? Buffer.byteLength(body) : (body?.length ?? 0);
  outcome.whole = true;
  exchange.held = body;
};

/** Makes a reply whose body is in hand, and notes its size. */
export const replyWhole = (
  exchange: Exchange,
  body: string | Uint8Array<ArrayBuffer> | null,
  init: ResponseInit,
): Response => {
  noteWhole(exchange, body);
  return new Response(body, init);
};
