import { toFailure } from "./failure.ts";
import type { EventReader, EventWriter } from "./dialect.ts";
import type { Failure, ReplyEvent } from "./reply.ts";
import { ProxyError } from "../errors.ts";
import { createAlike, type Differing } from "../wire/alike.ts";
import type { CreateEventParser } from "../wire/event-parser.ts";
import type { Recast } from "../wire/tap.ts";
import { toStreamError } from "../wire/transport-error.ts";

/** The two dialects of a stream and who is told how it ends. */
export interface StreamTranslation {
  /** By the framing the upstream's stream came in. */
  readonly createParser: CreateEventParser;
  /** Where deltas of the upstream's dialect may differ that are read alike. */
  readonly deltas: Differing;
  readonly read: (emit: (event: ReplyEvent) => void) => EventReader;
  readonly write: EventWriter;
  /** The stream broke off; called once, before the client is told in its dialect. */
  readonly failed: (error: ProxyError) => void;
}

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);
// A byte order mark does not make a chunk that is like another.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

type Delta = Extract<ReplyEvent, { kind: "delta" }>;

/** The delta that was all of the last chunk. */
interface Model {
  readonly candidate: number;
  readonly index: number;
  readonly text: string;
  /** Whether a chunk before was like it but for its text, and read as the same. */
  readonly isProven: boolean;
}

const noModel: Model = { candidate: -1, index: -1, text: "", isProven: false };

/** A stream that is being translated. */
export interface Translation extends Recast {
  /** Has those who read along told of all that has passed. */
  readonly catchUp: () => void;
}

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
 * What is held is the state of the two dialects. Most chunks are one delta each, the same as the one before but for its text:
 * such a chunk is written at once and not read, but put off until something else comes, and then read with its like as one
 * (`wire/alike.ts`).
 *
 * A stream that breaks, or stops before its dialect's own end, ends with the error event of the client's dialect and without that
 * dialect's own end, so that it never looks whole.
 */
export const translateStream = ({ createParser, deltas, read, write, failed }: StreamTranslation): Translation => {
  const alike = createAlike(deltas);
  let out = "";
  let isOver = false;
  let model: Model | null = null;
  // Of the chunk that is being read: how many events it has, a delta, and whether there was more.
  let count = 0;
  let delta: Delta | null = null;
  let isMixed = false;
  let isCatchingUp = false;

  const end = (failure: Failure | null): void => {
    isOver = true;
    model = null;
    out += write(failure === null ? { kind: "end" } : { kind: "error", failure });
  };
  const events = read((event) => {
    if (isOver) return;
    if (event.kind === "delta") {
      // The client has it.
      if (isCatchingUp) return;
      isMixed ||= delta !== null || event.logprobs !== null;
      delta = event;
    } else isMixed ||= event.kind !== "usage";
    if (event.kind === "error") {
      failed(upstreamFailed(event.failure));
      end(event.failure);
    } else if (event.kind === "end") end(null);
    else out += write(event);
  });
  const parser = createParser((event) => {
    count += 1;
    events.event(event);
  });

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
  const catchUp = (): void => {
    const event = alike.together();
    if (event === null) return;
    isCatchingUp = true;
    parser.push(encoder.encode(event));
    isCatchingUp = false;
  };
  const onlyDelta = (): Delta | null => (isMixed || count !== 1 || !parser.isBetween() ? null : delta);
  /** Reads a chunk in full; `text` is its text where it is like the last one. */
  const readChunk = (bytes: Uint8Array, text: string | null): void => {
    catchUp();
    const before = model ?? noModel;
    model = null;
    count = 0;
    delta = null;
    isMixed = !parser.isBetween();
    parser.push(bytes);
    const only = onlyDelta();
    if (only === null) return;
    const { candidate, index } = only;
    const isSame = text === only.text && candidate === before.candidate && index === before.index;
    if (!isSame && !alike.learn(decoder.decode(bytes), only.text)) return;
    // One with the same text may have it from anywhere.
    const isProven = isSame && (before.isProven || text !== before.text);
    model = { candidate, index, text: only.text, isProven };
  };
  const finish = (): void => {
    catchUp();
    const isWhole = events.isWhole();
    if (isOver) return;
    if (isWhole) end(null);
    else fail(cutShort());
  };
  const guard = (work: () => void): void => {
    try {
      work();
    } catch (thrown) {
      fail(thrown);
    }
  };
  const attempt = (work: () => void): Uint8Array => {
    guard(work);
    return take();
  };

  return {
    chunk: (bytes) => {
      const text = model === null ? null : alike.textOf(decoder.decode(bytes));
      if (text === null || model?.isProven !== true || alike.isFull()) return attempt(() => readChunk(bytes, text));
      alike.putOff();
      const { candidate, index } = model;
      return encoder.encode(write({ kind: "delta", candidate, index, text, logprobs: null }));
    },
    last: () => attempt(finish),
    broken: (reason) =>
      attempt(() => {
        catchUp();
        fail(reason);
      }),
    isOver: () => isOver,
    // What is to be said then waits for the next chunk, or the last.
    catchUp: () => {
      if (!isOver) guard(catchUp);
    },
  };
};
