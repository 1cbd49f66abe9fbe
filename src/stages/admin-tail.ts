import { ProxyError } from "../errors.ts";
import { replyWhole, type Exchange } from "../pipeline.ts";
import type { ExchangeRecord } from "../record.ts";
import type { Recent } from "../telemetry/recent.ts";
import { createFeed, type Feed } from "../wire/feed.ts";

/** Readers at a time. */
const maxReaders = 20;
/** Lines waiting for one reader, in characters; what comes on top is counted and dropped. */
const maxWaitingChars = 262_144;
/** A reader that takes nothing for so many heartbeats is sent away. */
const maxSilentBeats = 12;

export interface TailParts {
  readonly follow: Recent["follow"];
  /** A record as one line of JSON, without its line break. */
  readonly toLine: (record: ExchangeRecord) => string;
  /** Milliseconds between two signs of life. */
  readonly heartbeatMs: number;
}

export interface Tail {
  /** @throws {ProxyError} `too_many_readers` */
  readonly open: (exchange: Exchange) => Response;
  /** Ends every stream, so that a drain need not wait for them. */
  readonly close: () => void;
}

const headers = { "content-type": "application/x-ndjson", "cache-control": "no-store", "x-accel-buffering": "no" };

const toGap = (dropped: number): string => `{"dropped_lines":${dropped}}\n`;

/** Sends a sign of life; a reader that has taken nothing for long is sent away. */
const beat = (feed: Feed, exchange: Exchange): void => {
  if (feed.beat("\n") < maxSilentBeats) return;
  const error = new ProxyError("client_stalled", "The reader took nothing any more");
  exchange.outcome.error = error;
  // A write that never ends cannot be called back; the socket's own limit, now the shortest and
  // not to be lifted by a sweep, breaks it.
  exchange.wait.patient = true;
  exchange.connection.allowSilence(1);
  feed.fail(error);
};

/**
 * Makes the stream of all exchanges as they end: NDJSON, an empty line as a sign of life.
 *
 * A slow reader loses lines, is told how many (`dropped_lines`), and is sent away when it takes nothing at all. While
 * nobody reads, nothing is done for a record.
 */
export const createTail = ({ follow, toLine, heartbeatMs }: TailParts): Tail => {
  const readers = new Map<Feed, Exchange>();
  let stop: (() => void) | null = null;
  let isOver = false;
  const start = (): (() => void) => {
    const unfollow = follow((record) => {
      const line = `${toLine(record)}\n`;
      for (const reader of readers.keys()) reader.give(line);
    });
    const timer = setInterval(() => {
      for (const [reader, exchange] of readers) beat(reader, exchange);
    }, heartbeatMs);
    return () => {
      unfollow();
      clearInterval(timer);
    };
  };
  const left = (reader: Feed): void => {
    readers.delete(reader);
    if (readers.size > 0) return;
    stop?.();
    stop = null;
  };
  return {
    open: (exchange) => {
      if (exchange.method === "HEAD") return replyWhole(exchange, null, { headers });
      if (readers.size >= maxReaders) {
        throw new ProxyError(
          "too_many_readers",
          `${readers.size} readers follow the exchanges already, the limit is ${maxReaders}`,
        );
      }
      // Whoever comes back while the gateway drains would keep it from its end.
      if (isOver) return replyWhole(exchange, "\n", { headers });
      const reader = createFeed({ first: "\n", maxWaitingChars, toGap, left: () => left(reader) });
      readers.set(reader, exchange);
      stop ??= start();
      return new Response(reader.stream, { headers });
    },
    close: () => {
      isOver = true;
      for (const reader of readers.keys()) reader.end();
    },
  };
};
