import { taken } from "./flushed.ts";

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

/** What a source gave: `value` is there unless it is `done`. */
export interface Read {
  readonly done: boolean;
  readonly value?: Uint8Array | undefined;
}

/**
 * A body that is watched; `outlet.ts` makes a stream of it.
 *
 * Between two sockets a promise more for each chunk costs 1 us, so waiting and taking are told apart.
 */
export interface Tapped {
  /** Reads the source; rejects with what it breaks with. */
  readonly wait: () => Promise<Read>;
  /** Gives what the reader gets of it: of no length when that is nothing yet, null at the end or when the reader has left. */
  readonly take: (read: Read) => Uint8Array | null;
  /** Gives the last words, or null when the reader has left; else rejects with the same reason. */
  readonly broken: (reason: unknown) => Promise<Uint8Array | null>;
  /** The reader has left. */
  readonly leave: (reason: unknown) => Promise<void>;
}

const nothing = new Uint8Array(0);
const unchanged: Recast = {
  chunk: (bytes) => bytes,
  last: () => nothing,
  broken: () => null,
  isOver: () => false,
};

/**
 * Gives the same chunks, or what `recast` makes of each, in the same order, at the same pace, and tells the observer of each.
 *
 * The source is read when the next chunk is asked for, so a slow reader pauses it and nothing is held here. A source that
 * breaks breaks the result behind its last chunk, unless it is recast and has last words; where the reader leaves, the
 * source is cancelled.
 */
export const tap = (source: ReadableStream<Uint8Array>, observer: TapObserver, recast: Recast = unchanged): Tapped => {
  const reader = source.getReader();
  /** The last has been handed on, and its end is to follow. */
  let isSaid = false;
  let hasLeft = false;
  let isOver = false;
  // A client that leaves may cancel us and break the source at once; the first to come tells how it ended.
  const end = (failure: Failure | null): void => {
    if (isOver) return;
    isOver = true;
    observer.end(failure);
  };

  const give = (bytes: Uint8Array): Uint8Array => {
    if (bytes.length === 0) return bytes;
    if (hasLeft) observer.drained?.(bytes);
    else observer.chunk(bytes);
    return bytes;
  };
  /** Hands on what is said last. */
  const finish = (words: Uint8Array): Uint8Array | null => {
    isSaid = true;
    if (words.length > 0) return give(words);
    end(null);
    return null;
  };
  const wait = (): Promise<Read> => {
    if (isSaid) return Promise.resolve({ done: true });
    observer.pull();
    return reader.read();
  };
  const take = ({ done, value }: Read): Uint8Array | null => {
    if (isOver) return null;
    if (isSaid) return finish(nothing);
    // Who reads on for nobody comes to the same end.
    if (done || value === undefined) return hasLeft ? null : finish(recast.last());
    const bytes = recast.chunk(value);
    if (!recast.isOver()) return give(bytes);
    // Behind its own end an upstream has nothing to say that matters.
    void reader.cancel().catch(() => {});
    return finish(bytes);
  };
  const broken = async (reason: unknown): Promise<Uint8Array | null> => {
    if (isOver || hasLeft) return null;
    const words = recast.broken(reason);
    if (words !== null) return finish(words);
    end({ by: "source", reason });
    await taken();
    throw reason;
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

  return {
    wait,
    take,
    broken,
    leave: async (reason) => {
      const gone: Failure = { by: "reader", reason };
      hasLeft = true;
      if (observer.drained !== undefined) void drain(observer.drained, gone);
      else {
        end(gone);
        await reader.cancel(reason);
      }
    },
  };
};
