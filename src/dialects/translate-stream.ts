import { toFailure } from "./failure.ts";
import type { EventReader, EventWriter } from "./dialect.ts";
import type { Failure, ReplyEvent } from "./reply.ts";
import { ProxyError } from "../errors.ts";
import type { CreateEventParser } from "../wire/event-parser.ts";
import type { Recast } from "../wire/tap.ts";
import { toStreamError } from "../wire/transport-error.ts";

/** The two dialects of a stream and who is told how it ends. */
export interface StreamTranslation {
  /** By the framing the upstream's stream came in. */
  readonly createParser: CreateEventParser;
  readonly read: (emit: (event: ReplyEvent) => void) => EventReader;
  readonly write: EventWriter;
  /** The stream broke off; called once, before the client is told in its dialect. */
  readonly failed: (error: ProxyError) => void;
}

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

const cutShort = (): ProxyError =>
  new ProxyError("upstream_stream_interrupted", "The upstream ended its reply before it was whole");

const upstreamFailed = ({ message }: Failure): ProxyError =>
  new ProxyError("upstream_stream_interrupted", "The upstream reported an error in the middle of its reply", {
    cause: new Error(message),
  });

/**
 * Makes what turns a stream into one of the same answer in the client's dialect: each chunk of the upstream becomes one chunk
 * at most, at once.
 *
 * What is held is the state of the two dialects. A stream that breaks, or stops before its dialect's own end, ends with the
 * error event of the client's dialect and without that dialect's own end, so that it never looks whole.
 */
export const translateStream = ({ createParser, read, write, failed }: StreamTranslation): Recast => {
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
    if (isOver) return;
    const error = toStreamError(thrown);
    failed(error);
    end(toFailure(error));
  };
  /** What there is to send, taken out. */
  const take = (): Uint8Array => {
    if (out === "") return nothing;
    const bytes = encoder.encode(out);
    out = "";
    return bytes;
  };
  const finish = (): void => {
    const isWhole = events.isWhole();
    if (isOver) return;
    if (isWhole) end(null);
    else fail(cutShort());
  };
  const attempt = (work: () => void): Uint8Array => {
    try {
      work();
    } catch (thrown) {
      fail(thrown);
    }
    return take();
  };

  return {
    chunk: (bytes) => attempt(() => parser.push(bytes)),
    last: () => attempt(finish),
    broken: (reason) => attempt(() => fail(reason)),
    isOver: () => isOver,
  };
};
