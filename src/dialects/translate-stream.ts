import { toFailure } from "./failure.ts";
import type { EventReader, EventWriter } from "./dialect.ts";
import type { Failure, ReplyEvent } from "./reply.ts";
import { ProxyError } from "../errors.ts";
import type { CreateEventParser } from "../wire/event-parser.ts";
import { toStreamError } from "../wire/transport-error.ts";

/** The two dialects of a stream and who is told how it ends. */
export interface StreamTranslation {
  /** By the framing the upstream's stream came in. */
  readonly createParser: CreateEventParser;
  readonly read: (emit: (event: ReplyEvent) => void) => EventReader;
  readonly write: EventWriter;
  /** A chunk came from the upstream. */
  readonly arrived: () => void;
  /** The stream broke off; called once, before the client is told in its dialect. */
  readonly failed: (error: ProxyError) => void;
}

const encoder = new TextEncoder();

const cutShort = (): ProxyError =>
  new ProxyError("upstream_stream_interrupted", "The upstream ended its reply before it was whole");

const upstreamFailed = ({ message }: Failure): ProxyError =>
  new ProxyError("upstream_stream_interrupted", "The upstream reported an error in the middle of its reply", {
    cause: new Error(message),
  });

/**
 * Gives a stream of the same answer in the client's dialect: each chunk of the upstream becomes one chunk at most, at once.
 *
 * Pulls only when its reader pulls, so a slow reader pauses the upstream; what is held is one chunk and the state of the
 * two dialects. A stream that breaks, or stops before its dialect's own end, ends with the error event of the client's
 * dialect and without that dialect's own end, so that it never looks whole.
 */
export const translateStream = (
  source: ReadableStream<Uint8Array>,
  { createParser, read, write, arrived, failed }: StreamTranslation,
): ReadableStream<Uint8Array> => {
  const reader = source.getReader();
  let out = "";
  let isOver = false;

  const end = (failure: Failure | null): void => {
    isOver = true;
    out += write(failure === null ? { kind: "end" } : { kind: "error", failure });
  };
  const events = read((event) => {
    if (isOver) return;
    if (event.kind === "error") {
      failed(upstreamFailed(event.failure));
      end(event.failure);
    } else if (event.kind === "end") end(null);
    else out += write(event);
  });
  const parser = createParser(events.event);

  const fail = (thrown: unknown): void => {
    const error = toStreamError(thrown);
    failed(error);
    end(toFailure(error));
  };
  /** Takes one chunk in; answers whether there can be more. */
  const advance = async (): Promise<boolean> => {
    try {
      const { done, value } = await reader.read();
      if (!done) {
        arrived();
        parser.push(value);
      } else if (!isOver) {
        const isWhole = events.isWhole();
        if (!isOver) {
          if (isWhole) end(null);
          else fail(cutShort());
        }
      }
      return !done && !isOver;
    } catch (thrown) {
      if (!isOver) fail(thrown);
      return false;
    }
  };

  /** What there is to send, taken out. */
  const take = (): string => {
    const text = out;
    out = "";
    return text;
  };

  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        let hasMore = true;
        let text = "";
        while (hasMore && text === "") {
          hasMore = await advance();
          text = take();
        }
        if (text !== "") controller.enqueue(encoder.encode(text));
        if (hasMore) return;
        controller.close();
        // Behind its own end an upstream has nothing to say that matters.
        await reader.cancel().catch(() => {});
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
};
