// /__qlite/mock/journal/stream: each request as it ends, as server-sent events.
import { ProxyError } from "../../errors.ts";
import { createFeed, type Feed } from "../../wire/feed.ts";
import { writeSse } from "../../wire/sse.ts";
import type { Journal } from "../journal/journal.ts";
import type { Noted } from "../journal/noted.ts";

/** Readers at a time. */
const mostReaders = 20;
/** Waiting for one reader, in characters; what comes on top is counted and dropped. */
const maxWaitingChars = 1_048_576;

const headers = { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" };
const toGap = (dropped: number): string => `event: dropped\ndata: {"entries":${dropped}}\n\n`;

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
  const readers = new Set<Feed>();
  return {
    open: (wants) => {
      if (readers.size >= mostReaders) {
        throw new ProxyError(
          "too_many_readers",
          `${readers.size} readers follow the journal already, the limit is ${mostReaders}`,
        );
      }
      const reader = createFeed({
        first: ": the live journal\n\n",
        maxWaitingChars,
        toGap,
        left: () => {
          readers.delete(reader);
          unfollow();
          clearInterval(timer);
        },
      });
      const timer = setInterval(() => reader.beat(": \n\n"), heartbeatMs);
      const unfollow = follow((noted) => {
        if (wants(noted)) reader.give(writeSse(JSON.stringify(tell(noted)), "request"));
      });
      readers.add(reader);
      return new Response(reader.stream, { headers });
    },
    close: () => {
      for (const reader of readers) reader.end();
    },
  };
};
