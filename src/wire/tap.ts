import { flushed } from "./flushed.ts";

/** Watches a body pass; see `tap`. */
export interface TapObserver {
  /** The reader wants more, so the next wait is for the source. */
  readonly pull: () => void;
  /** One chunk, as the reader gets it. */
  readonly chunk: (bytes: Uint8Array) => void;
  /** One chunk of the source that nobody gets. Where this is, a source whose reader has left is read to its end. */
  readonly drained?: (bytes: Uint8Array) => void;
  /** Called once: null when the body ended whole, else why it broke or was cancelled. */
  readonly end: (failure: Failure | null) => void;
}

export interface Failure {
  readonly by: "source" | "reader";
  readonly reason: unknown;
}

/** Turns a body into another while it passes, such as a stream into the words of another dialect. */
export interface Recast {
  /** What a chunk becomes; of no length when there is nothing to hand on yet. */
  readonly chunk: (bytes: Uint8Array) => Uint8Array;
  /** What is said last, the source having ended. */
  readonly last: () => Uint8Array;
  /** What is said last, the source having broken; null breaks the result too. */
  readonly broken: (reason: unknown) => Uint8Array | null;
  /** Whether its end has been said, so that nothing more of the source is wanted. */
  readonly isOver: () => boolean;
}

interface Read {
  readonly done: boolean;
  readonly value?: Uint8Array | undefined;
}

const nothing = new Uint8Array(0);
const unchanged: Recast = {
  chunk: (bytes) => bytes,
  last: () => nothing,
  broken: () => null,
  isOver: () => false,
};

/**
 * Gives a stream of the same chunks, or of what `recast` makes of each, in the same order, at the same pace, and tells the
 * observer of each.
 *
 * It pulls only when its reader pulls, so a slow reader pauses the source and at most one chunk is held here. A source
 * that breaks breaks the result behind its last chunk, unless it is recast and has last words; a cancelled result cancels the
 * source. Between two sockets it costs about 5 us a chunk over handing on the stream itself, whatever is done in JavaScript
 * with the chunk (`bench/README.md`): put it on a body only if somebody looks, and once.
 */
export const tap = (
  source: ReadableStream<Uint8Array>,
  observer: TapObserver,
  recast: Recast = unchanged,
): ReadableStream<Uint8Array> => {
  const reader = source.getReader();
  let isOver = false;
  // A client that leaves may cancel us and break the source at once; the first to come tells how it ended.
  const end = (failure: Failure | null): void => {
    if (isOver) return;
    isOver = true;
    observer.end(failure);
  };
  let controller: ReadableStreamDefaultController<Uint8Array>;

  const give = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    observer.chunk(bytes);
    controller.enqueue(bytes);
  };
  const close = (): void => {
    end(null);
    controller.close();
  };
  const advance = (): Promise<void> => {
    observer.pull();
    return reader.read().then(took, broke);
  };
  const took = ({ done, value }: Read): Promise<void> | undefined => {
    if (done || value === undefined) {
      if (!isOver) give(recast.last());
      close();
      return undefined;
    }
    const bytes = recast.chunk(value);
    give(bytes);
    if (recast.isOver()) {
      close();
      // Behind its own end an upstream has nothing to say that matters.
      return reader.cancel().catch(() => {});
    }
    return bytes.length === 0 ? advance() : undefined;
  };
  const broke = async (reason: unknown): Promise<void> => {
    const words = isOver ? null : recast.broken(reason);
    if (words === null) {
      end({ by: "source", reason });
      await flushed();
      controller.error(reason);
      return;
    }
    give(words);
    close();
  };

  const drain = async (drained: (bytes: Uint8Array) => void, gone: Failure): Promise<void> => {
    try {
      for (;;) {
        observer.pull();
        const { done, value } = await reader.read();
        const bytes = done || value === undefined ? recast.last() : recast.chunk(value);
        if (bytes.length > 0) drained(bytes);
        if (done || recast.isOver()) break;
      }
      await reader.cancel();
    } catch {
      // Nobody is left to be told that it broke.
    }
    end(gone);
  };

  return new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given;
      },
      pull: advance,
      cancel: (reason) => {
        const gone: Failure = { by: "reader", reason };
        if (observer.drained !== undefined) {
          void drain(observer.drained, gone);
          return undefined;
        }
        end(gone);
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
};
