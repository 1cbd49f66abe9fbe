/** How a feed is begun and told of. */
export interface FeedOptions {
  /** Sent at once, so that the head goes on its way. */
  readonly first: string;
  /** Characters that may wait for the reader; what comes on top is counted and dropped. */
  readonly maxWaitingChars: number;
  /** What the reader is told in the place of so many texts. */
  readonly toGap: (dropped: number) => string;
  /** Called once, however it ends. */
  readonly left: () => void;
}

/** A stream of texts for one reader, who may be slow. */
export interface Feed {
  readonly stream: ReadableStream<Uint8Array>;
  readonly give: (text: string) => void;
  /** Sends a text if the reader waits for one; else answers for how many beats in a row it has taken nothing. */
  readonly beat: (text: string) => number;
  readonly end: () => void;
  /** Breaks the stream off. */
  readonly fail: (error: Error) => void;
}

const encoder = new TextEncoder();

/**
 * Makes a feed: a reader that is too slow loses texts and is told how many, and never holds up whoever gives them.
 *
 * Behind a gap nothing is given until the reader has been told of it, or it would seem that nothing is missing.
 */
export const createFeed = ({ first, maxWaitingChars, toGap, left }: FeedOptions): Feed => {
  let waiting = first;
  let dropped = 0;
  let silentBeats = 0;
  let isOver = false;
  let taken: (() => void) | null = null;
  let controller: ReadableStreamDefaultController<Uint8Array>;
  const hand = (): void => {
    if (dropped > 0) waiting += toGap(dropped);
    const bytes = encoder.encode(waiting);
    waiting = "";
    dropped = 0;
    silentBeats = 0;
    controller.enqueue(bytes);
    taken?.();
    taken = null;
  };
  const leave = (): boolean => {
    if (isOver) return false;
    isOver = true;
    taken?.();
    taken = null;
    left();
    return true;
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
      cancel: () => void leave(),
    },
    { highWaterMark: 0 },
  );
  return {
    stream,
    give: (text) => {
      if (dropped > 0 || waiting.length + text.length > maxWaitingChars) dropped += 1;
      else waiting += text;
      if (taken !== null) hand();
    },
    beat: (text) => {
      silentBeats += 1;
      if (taken === null) return silentBeats;
      waiting += text;
      hand();
      return 0;
    },
    end: () => {
      if (leave()) controller.close();
    },
    fail: (error) => {
      leave();
      controller.error(error);
    },
  };
};
