import { connect, type Socket } from "node:net";
import {
  parseHead,
  parseReplyBody,
  toBytes,
  toRequestBytes,
  valueOf,
  valuesOf,
  type HeaderLines,
  type SentHeaders,
} from "./http-bytes.ts";
import { until } from "./until.ts";

/** Bytes that arrived together. */
export interface Arrival {
  /** Milliseconds of the monotonic clock. */
  readonly at: number;
  readonly bytes: Buffer;
}

/** A reply as far as it has come. */
export interface RawReply {
  readonly status: number;
  readonly headers: HeaderLines;
  readonly header: (name: string) => string | null;
  readonly headerValues: (name: string) => readonly string[];
  /** Without framing. */
  readonly body: Buffer;
  /** The HTTP chunks of a chunked body, else one piece. */
  readonly chunks: readonly Buffer[];
  /** Whether it ended as its framing says it should. */
  readonly isWhole: boolean;
}

export interface RawClient {
  readonly socket: Socket;
  /** Sends exactly these bytes; resolves when the system has them. */
  readonly send: (bytes: string | Uint8Array) => Promise<void>;
  readonly arrivals: readonly Arrival[];
  /** All that has arrived. */
  readonly received: () => Buffer;
  /** The newest reply, null while its head is not there. */
  readonly peek: (method?: string) => RawReply | null;
  /** Waits for a whole reply and takes it away, so that the next request on this connection starts afresh. */
  readonly reply: (ms?: number, method?: string) => Promise<RawReply>;
  /** Waits for bytes that fulfil a condition. */
  readonly until: (condition: (received: Buffer) => boolean, ms?: number) => Promise<void>;
  readonly isClosed: () => boolean;
  /** Resolves when the connection is over: by FIN, or by an error such as a reset. */
  readonly closed: Promise<"end" | "error">;
  /** Sends FIN. */
  readonly end: () => void;
  /** Sends RST. */
  readonly reset: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly [Symbol.dispose]: () => void;
}

/** Opens a TCP connection to a server; nothing is sent that the test does not send. */
export const connectRaw = async (url: string): Promise<RawClient> => {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setNoDelay(true);
  const arrivals: Arrival[] = [];
  let taken = 0;
  let isClosed = false;
  let failed = false;
  const { promise: closed, resolve } = Promise.withResolvers<"end" | "error">();
  socket.on("data", (bytes) => arrivals.push({ at: performance.now(), bytes: toBytes(bytes) }));
  socket.on("close", () => {
    isClosed = true;
    resolve(failed ? "error" : "end");
  });
  await new Promise<void>((connected, refused) => {
    socket.once("connect", connected);
    socket.on("error", (error) => {
      failed = true;
      refused(error);
    });
  });

  const received = (): Buffer => Buffer.concat(arrivals.map(({ bytes }) => bytes)).subarray(taken);
  const parse = (method: string): (RawReply & { readonly end: number }) | null => {
    const bytes = received();
    const head = parseHead(bytes);
    if (head === null) return null;
    const status = Number(head.line.split(" ")[1]);
    const body = parseReplyBody(bytes, head, method, isClosed && !failed);
    return {
      status,
      headers: head.headers,
      header: (name) => valueOf(head.headers, name),
      headerValues: (name) => valuesOf(head.headers, name),
      body: Buffer.concat(body.chunks),
      chunks: body.chunks,
      isWhole: body.isWhole,
      end: body.end,
    };
  };
  return {
    socket,
    send: (bytes) =>
      new Promise((sent, refused) => {
        socket.write(typeof bytes === "string" ? Buffer.from(bytes, "utf8") : bytes, (error) =>
          error ? refused(error) : sent(),
        );
      }),
    arrivals,
    received,
    peek: (method = "GET") => parse(method),
    reply: async (ms = 5000, method = "GET") => {
      let seen = -1;
      let reply = parse(method);
      await until(
        () => {
          // A big body is taken apart once, not at every look.
          if (arrivals.length === seen && !isClosed) return false;
          seen = arrivals.length;
          reply = parse(method);
          return reply?.isWhole === true || isClosed;
        },
        ms,
        "a whole reply",
      );
      if (reply === null) throw new Error("the connection closed without a reply");
      taken += reply.end;
      return reply;
    },
    until: (condition, ms) => until(() => condition(received()), ms),
    isClosed: () => isClosed,
    closed,
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
};

/** Sends one request on a connection of its own and gives its reply, whole or cut. */
export const requestRaw = async (
  url: string,
  method: string,
  target: string,
  headers: SentHeaders = {},
  body?: string | Uint8Array,
): Promise<RawReply> => {
  using client = await connectRaw(url);
  await client.send(toRequestBytes(method, target, headers, body));
  return await client.reply(10_000, method);
};
