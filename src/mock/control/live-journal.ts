// /__qlite/mock/journal/stream: each request as it ends, as server-sent events.
import { ProxyError } from "../../errors.ts";
import { writeSse } from "../../wire/sse.ts";
import type { Journal } from "../journal.ts";
import type { Noted } from "../noted.ts";

/** Readers at a time. */
const mostReaders = 20;
/** Waiting for one reader, in characters; what comes on top is counted and dropped. */
const mostWaiting = 1_048_576;

const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" };
const encoder = new TextEncoder();

interface Reader {
  readonly give: (text: string) => void;
  readonly end: () => void;
}

const openReader = (left: (reader: Reader) => void): readonly [Reader, ReadableStream<Uint8Array>] => {
  // A comment sends the head on its way.
  let waiting = ": the live journal\n\n";
  let dropped = 0;
  let isOver = false;
  let taken: (() => void) | null = null;
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const hand = (): void => {
    if (dropped > 0) waiting += `event: dropped\ndata: {"entries":${dropped}}\n\n`;
    controller.enqueue(encoder.encode(waiting));
    waiting = "";
    dropped = 0;
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
  const reader: Reader = {
    give: (text) => {
      if (dropped > 0 || waiting.length + text.length > mostWaiting) dropped += 1;
      else waiting += text;
      if (taken !== null) hand();
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

export interface LiveJournal {
  /** @throws {ProxyError} `too_many_readers` */
  readonly open: (wants: (noted: Noted) => boolean) => Response;
  readonly close: () => void;
}

/**
 * Makes the stream of requests as they end, each an event `request` whose data is the entry as JSON.
 *
 * A slow reader loses entries and is told how many by an event `dropped`; a comment is the sign of life. While nobody
 * reads, nothing is done for an entry.
 */
export const createLiveJournal = ({ follow, tell }: Journal, heartbeatMs: number): LiveJournal => {
  const readers = new Set<Reader>();
  return {
    open: (wants) => {
      if (readers.size >= mostReaders) {
        throw new ProxyError(
          "too_many_readers",
          `${readers.size} readers follow the journal already, the limit is ${mostReaders}`,
        );
      }
      const [reader, stream] = openReader((gone) => {
        readers.delete(gone);
        unfollow();
        clearInterval(timer);
      });
      const timer = setInterval(() => reader.give(": \n\n"), heartbeatMs);
      const unfollow = follow((noted) => {
        if (wants(noted)) reader.give(writeSse(JSON.stringify(tell(noted)), "request"));
      });
      readers.add(reader);
      return new Response(stream, { headers });
    },
    close: () => {
      for (const reader of readers) reader.end();
    },
  };
};
