// A reply as it passes: handed on at once, kept until it is known to be whole.
import { toStreamError } from "../../wire/transport-error.ts";
import { joinChunks } from "../../wire/body.ts";
import type { Write, Writes } from "../../mock/said.ts";
import type { Mark } from "../file/event-rows.ts";

/** The longest reply that is recorded, in bytes. */
export const mostBytes = 67_108_864;
/** What is read of a reply whose client has left: so many bytes, so long. */
const mostDrainedBytes = 16_777_216;
const mostDrainMs = 120_000;

/** What came of a reply: all of it, or why not. */
export type Capture =
  | { readonly kind: "whole"; readonly bytes: Uint8Array<ArrayBuffer>; readonly marks: readonly Mark[] }
  | { readonly kind: "broken"; readonly why: string };

interface Keeper {
  readonly keep: (chunk: Uint8Array) => void;
  readonly length: () => number;
  readonly whole: () => Capture;
}

const createKeeper = (sinceMs: () => number): Keeper => {
  let chunks: Uint8Array[] = [];
  const marks: Mark[] = [];
  let length = 0;
  return {
    keep: (chunk) => {
      length += chunk.length;
      if (length > mostBytes) {
        chunks = [];
        return;
      }
      chunks.push(chunk.slice());
      marks.push({ end: length, ms: sinceMs() });
    },
    length: () => length,
    whole: () =>
      length > mostBytes
        ? { kind: "broken", why: `the answer is longer than ${mostBytes.toLocaleString("en-US")} bytes` }
        : { kind: "whole", bytes: joinChunks(chunks, length), marks },
  };
};

/** Reads a body to its end. @throws {ProxyError} `upstream_stream_interrupted` - it broke off */
export const captureWhole = async (
  stream: ReadableStream<Uint8Array> | null,
  sinceMs: () => number,
): Promise<Capture> => {
  const keeper = createKeeper(sinceMs);
  if (stream === null) return keeper.whole();
  try {
    for await (const chunk of stream) {
      keeper.keep(chunk);
      if (keeper.length() > mostBytes) break;
    }
  } catch (thrown) {
    throw toStreamError(thrown);
  }
  return keeper.whole();
};

/**
 * Hands a stream on, chunk by chunk, and tells `done` once what came of it.
 *
 * When its client leaves (`cancel`, or the signal) the rest is read for the recording, up to 16 MiB and two minutes.
 */
export const captureStream = (
  stream: ReadableStream<Uint8Array>,
  {
    sinceMs,
    signal,
    done,
  }: {
    readonly sinceMs: () => number;
    readonly signal: AbortSignal;
    readonly done: (capture: Capture) => void;
  },
): Writes => {
  const keeper = createKeeper(sinceMs);
  const reader = stream.getReader();
  let isOver = false;
  let isLeft = false;
  const finish = (capture: Capture): void => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", leave);
    done(capture);
  };
  const step = async (): Promise<Uint8Array | null> => {
    try {
      const { done: isEnd, value } = await reader.read();
      if (isEnd || value === undefined) {
        finish(keeper.whole());
        return null;
      }
      if (!isOver) keeper.keep(value);
      return value;
    } catch (thrown) {
      finish({ kind: "broken", why: "the provider broke off in the middle of the answer" });
      throw toStreamError(thrown);
    }
  };
  const giveUp = (why: string): void => {
    finish({ kind: "broken", why });
    void reader.cancel().catch(() => {});
  };
  const drain = async (): Promise<void> => {
    const most = keeper.length() + mostDrainedBytes;
    const timer = setTimeout(() => giveUp("the client left, and the answer did not end in two minutes"), mostDrainMs);
    try {
      for (;;) {
        const bytes = await step();
        if (bytes === null || isOver) break;
        if (keeper.length() > most) giveUp("the client left, and more than 16 MiB of the answer were to come");
      }
    } catch {
      // Told by `finish`.
    } finally {
      clearTimeout(timer);
    }
  };
  const leave = (): void => {
    if (isLeft || isOver) return;
    isLeft = true;
    void drain();
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  return {
    next: async (): Promise<Write | null> => {
      const bytes = await step();
      return bytes === null ? null : { bytes, afterMs: 0 };
    },
    cancel: leave,
  };
};

/** A body as it was before it was packed for the way; null for a packing that is not known. */
export const unpack = (
  stream: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  encoding: string | null,
): ReadableStream<Uint8Array> | null | "unknown" => {
  const name = encoding?.trim().toLowerCase() ?? "";
  if (stream === null || name === "" || name === "identity") return stream;
  if (name === "gzip" || name === "x-gzip") return stream.pipeThrough(new DecompressionStream("gzip"));
  if (name === "deflate") return stream.pipeThrough(new DecompressionStream("deflate"));
  return "unknown";
};
