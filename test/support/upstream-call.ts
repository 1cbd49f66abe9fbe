import type { Socket } from "node:net";
import {
  isWholeReply,
  parseBody,
  toBytes,
  toHead,
  toLines,
  valueOf,
  valuesOf,
  type Head,
  type HeaderLines,
  type SentHeaders,
} from "./http-bytes.ts";

/** A request as it arrived, byte for byte. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  /** The request line and the headers, with the blank line. */
  readonly head: string;
  /** Names as they were written, in order. */
  readonly headers: HeaderLines;
  /** The value of a header, several joined by a comma; null when it is not there. */
  readonly header: (name: string) => string | null;
  readonly headerValues: (name: string) => readonly string[];
  /** The body without its framing, as much of it as has arrived; empty when `keepBodies` is false. */
  readonly body: () => Buffer;
  /** Bytes of the body that have arrived, framing included when it is chunked. */
  readonly bodyBytes: () => number;
  /** Head and body with their framing, as much as has arrived. */
  readonly raw: () => Buffer;
  readonly isWhole: () => boolean;
}

/** One request to answer: `script` gets it when the head is there, the body may still be on its way. */
export interface UpstreamCall extends UpstreamRequest {
  readonly connection: UpstreamConnection;
  /** Resolves when the body is there; rejects when the connection closes before. */
  readonly whole: Promise<void>;
  /** Writes exactly these bytes as a packet of their own; resolves when the system has them. */
  readonly write: (bytes: string | Uint8Array) => Promise<void>;
  /** Writes a whole reply with a `content-length`, and leaves the connection open. */
  readonly reply: (status: number, headers: SentHeaders, body?: string | Uint8Array) => Promise<void>;
  /** Sends FIN. */
  readonly end: () => void;
  /** Sends RST. */
  readonly reset: () => void;
  /** Stops and goes on reading. */
  readonly pause: () => void;
  readonly resume: () => void;
}

export interface UpstreamConnection {
  readonly openedAt: number;
  /** When it closed, milliseconds of the monotonic clock; null while it is open. */
  readonly closedAt: () => number | null;
  readonly closed: Promise<void>;
  readonly socket: Socket;
}

/** A request being read. */
export interface Reading {
  readonly call: UpstreamCall;
  /** Takes what arrived; gives what belongs to the next request once this one is whole. */
  readonly feed: (bytes: Buffer) => Buffer | null;
  readonly cut: () => void;
  /** Whether the request is whole, and what was written is a whole reply to it. */
  readonly isOver: () => boolean;
}

/** What a write gave because the gateway had hung up: for a script the end, and no fault of it. */
const hangUps = new WeakSet<object>();

/** Tells whether a script ended because the gateway had hung up. */
export const isHangUp = (thrown: unknown): boolean =>
  typeof thrown === "object" && thrown !== null && hangUps.has(thrown);

const write = (socket: Socket, bytes: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes, (error) => {
      if (!error) {
        resolve();
        return;
      }
      hangUps.add(error);
      reject(error);
    });
  });

/** Begins to read a request of which the head is there; `first` is that head. */
export const readCall = (head: Head, first: Buffer, connection: UpstreamConnection, keep: boolean): Reading => {
  const { socket } = connection;
  const pieces: Buffer[] = [first];
  const [method = "", target = ""] = head.line.split(" ");
  const length = Number(valueOf(head.headers, "content-length") ?? 0);
  const isChunked = valueOf(head.headers, "transfer-encoding") !== null;
  let isWhole = false;
  let tail: Buffer = Buffer.alloc(0);
  let arrived = first.length;
  const written: (string | Uint8Array)[] = [];
  const say = (bytes: string | Uint8Array): Promise<void> => {
    written.push(bytes);
    return write(socket, bytes);
  };
  const { promise: whole, resolve, reject } = Promise.withResolvers<void>();
  whole.catch(() => {});
  const raw = (): Buffer => {
    const joined = Buffer.concat(pieces.splice(0));
    pieces.push(joined);
    return joined;
  };
  const finish = (rest: Buffer): Buffer => {
    isWhole = true;
    resolve();
    return rest;
  };
  const feed = (bytes: Buffer): Buffer | null => {
    arrived += bytes.length;
    if (!isChunked) {
      const left = arrived - head.end - length;
      const own = left > 0 ? bytes.subarray(0, bytes.length - left) : bytes;
      if (keep) pieces.push(own);
      return left < 0 ? null : finish(bytes.subarray(own.length));
    }
    pieces.push(bytes);
    // Only when what ends a chunked body is there the whole of it is taken apart.
    const seam = Buffer.concat([tail, bytes]);
    tail = seam.subarray(-4);
    if (!seam.includes("0\r\n\r\n")) return null;
    const all = raw();
    const body = parseBody(all, head, "empty");
    if (!body.isWhole) return null;
    pieces.splice(0, pieces.length, all.subarray(0, body.end));
    return finish(all.subarray(body.end));
  };
  const call: UpstreamCall = {
    method,
    target,
    head: first.toString("latin1", 0, head.end),
    headers: head.headers,
    header: (name) => valueOf(head.headers, name),
    headerValues: (name) => valuesOf(head.headers, name),
    body: () => Buffer.concat(parseBody(raw(), head, "empty").chunks),
    bodyBytes: () => (isChunked ? arrived - head.end : Math.min(length, arrived - head.end)),
    raw,
    isWhole: () => isWhole,
    connection,
    whole,
    write: say,
    reply: (status, headers, body = "") => {
      const bytes = toBytes(body);
      const lines = toLines(headers);
      const framed: HeaderLines =
        status === 204 || status === 304 ? lines : [...lines, ["content-length", String(bytes.length)]];
      return say(Buffer.concat([Buffer.from(toHead(status, framed), "latin1"), bytes]));
    },
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
  return {
    call,
    feed,
    cut: () => {
      written.splice(0);
      reject(new Error("the connection closed before the request was whole"));
    },
    isOver: () => isWhole && isWholeReply(method, Buffer.concat(written.map(toBytes))),
  };
};
