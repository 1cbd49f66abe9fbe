import { ProxyError } from "../errors.ts";
import { replyWhole, type Exchange } from "../pipeline.ts";
import type { ExchangeRecord } from "../record.ts";
import type { Recent } from "../telemetry/recent.ts";

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

interface Reader {
  readonly give: (line: string) => void;
  readonly beat: () => void;
  readonly end: () => void;
}

const headers = { "content-type": "application/x-ndjson", "cache-control": "no-store", "x-accel-buffering": "no" };
const encoder = new TextEncoder();

/** One reader's stream and what it is fed by; `left` is called once, however it ends. */
const openReader = (
  exchange: Exchange,
  left: (reader: Reader) => void,
): readonly [Reader, ReadableStream<Uint8Array>] => {
  // The first line break sends the head on its way.
  let waiting = "\n";
  let dropped = 0;
  let silentBeats = 0;
  let isOver = false;
  let taken: (() => void) | null = null;
  let controller: ReadableStreamDefaultController<Uint8Array>;

  const hand = (): void => {
    if (dropped > 0) waiting += `{"dropped_lines":${dropped}}\n`;
    const bytes = encoder.encode(waiting);
    waiting = "";
    dropped = 0;
    silentBeats = 0;
    controller.enqueue(bytes);
    taken?.();
    taken = null;
  };
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    taken?.();
    taken = null;
    left(reader);
  };
  const sendAway = (): void => {
    const error = new ProxyError("client_stalled", "The reader took nothing any more");
    exchange.outcome.error = error;
    // A write that never ends cannot be called back; the socket's own limit, now the shortest and
    // not to be lifted by a sweep, breaks it.
    exchange.wait.patient = true;
    exchange.connection.allowSilence(1);
    leave();
    controller.error(error);
  };
  const reader: Reader = {
    give: (line) => {
      // Behind a gap it would seem that nothing is missing.
      if (dropped > 0 || waiting.length + line.length > maxWaitingChars) dropped += 1;
      else waiting += `${line}\n`;
      if (taken !== null) hand();
    },
    beat: () => {
      silentBeats += 1;
      if (taken !== null) {
        waiting += "\n";
        hand();
      } else if (silentBeats >= maxSilentBeats) sendAway();
    },
    end: () => {
      if (isOver) return;
      leave();
      controller.close();
    },
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => {
        if (waiting !== "" || dropped > 0) {
          hand();
          return undefined;
        }
        return new Promise((resolve) => {
          taken = resolve;
        });
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
  return [reader, stream];
};

/**
 * Makes the stream of all exchanges as they end: NDJSON, an empty line as a sign of life.
 *
 * A slow reader loses lines, is told how many (`dropped_lines`), and is sent away when it takes nothing at all. While
 * nobody reads, nothing is done for a record.
 */
export const createTail = ({ follow, toLine, heartbeatMs }: TailParts): Tail => {
  const readers = new Set<Reader>();
  let stop: (() => void) | null = null;
  let isOver = false;
  const start = (): (() => void) => {
    const unfollow = follow((record) => {
      const line = toLine(record);
      for (const reader of readers) reader.give(line);
    });
    const timer = setInterval(() => {
      for (const reader of readers) reader.beat();
    }, heartbeatMs);
    return () => {
      unfollow();
      clearInterval(timer);
    };
  };
  const left = (reader: Reader): void => {
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
      const [reader, stream] = openReader(exchange, left);
      readers.add(reader);
      stop ??= start();
      return new Response(stream, { headers });
    },
    close: () => {
      isOver = true;
      for (const reader of readers) reader.end();
    },
  };
};
