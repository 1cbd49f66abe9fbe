import { createServer, type Socket } from "node:net";
import { parseHead, toBytes } from "./http-bytes.ts";
import { isHangUp, readCall, type Reading, type UpstreamCall, type UpstreamConnection } from "./upstream-call.ts";

export { toHead } from "./http-bytes.ts";
export type { UpstreamCall } from "./upstream-call.ts";

/** Answers one request; a script that returns without writing never answers. A throw resets the connection. */
export type UpstreamScript = (call: UpstreamCall, ordinal: number) => void | Promise<void>;

export interface RawUpstreamOptions {
  /** Whether bodies are kept; false for huge ones, which are then only counted (not chunked ones). */
  readonly keepBodies?: boolean;
}

export interface RawUpstream {
  /** Without a slash at its end and without `/v1`. */
  readonly url: string;
  readonly port: number;
  /** Every request whose head arrived, in order. */
  readonly requests: readonly UpstreamCall[];
  /**
   * The newest request.
   *
   * @throws {Error} when there is none
   */
  readonly last: () => UpstreamCall;
  /** Takes the requests up to now for never made. */
  readonly forget: () => void;
  readonly connections: readonly UpstreamConnection[];
  /** Connections that are open now. */
  readonly open: () => number;
  /** Open connections whose newest request is not answered whole: all but those that wait for their next request. */
  readonly busy: () => number;
  /** What scripts threw. */
  readonly errors: readonly unknown[];
  /** Answers from now on. */
  readonly answer: (script: UpstreamScript) => void;
  /**
   * Ends it and its connections.
   *
   * @throws {AggregateError} with what scripts threw
   */
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

const running = new Map<string, RawUpstream>();

/** The upstream that runs in this process at a URL, whatever its path. */
export const upstreamAt = (url: string): RawUpstream | undefined => running.get(new URL(url).origin);

/**
 * Starts an upstream on loopback that answers exactly the bytes its script writes.
 *
 * Requests of one connection come one after another, as keep-alive has it. Nothing is answered that the script does
 * not write: no date, no server, no framing.
 */
export const startRawUpstream = async (
  firstScript: UpstreamScript = () => {},
  { keepBodies = true }: RawUpstreamOptions = {},
): Promise<RawUpstream> => {
  let script = firstScript;
  const requests: UpstreamCall[] = [];
  const connections: UpstreamConnection[] = [];
  const errors: unknown[] = [];
  /** Each open connection, and how far its newest request is. */
  const opened = new Map<UpstreamConnection, Reading | null>();

  const run = async (call: UpstreamCall): Promise<void> => {
    try {
      await script(call, requests.length - 1);
    } catch (thrown) {
      // A gateway that hangs up while a script writes is often the very thing a test wants.
      if (isHangUp(thrown)) return;
      if (call.connection.closedAt() !== null) return;
      errors.push(thrown);
      call.reset();
    }
  };

  const accept = (socket: Socket): void => {
    socket.setNoDelay(true);
    let closedAt: number | null = null;
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const connection: UpstreamConnection = {
      openedAt: performance.now(),
      closedAt: () => closedAt,
      closed,
      socket,
    };
    connections.push(connection);
    opened.set(connection, null);
    let waiting = Buffer.alloc(0);
    let current: Reading | null = null;
    const take = (bytes: Buffer): void => {
      let rest: Buffer | null = bytes;
      while (rest !== null && rest.length > 0) {
        if (current !== null) {
          rest = current.feed(rest);
          if (rest !== null) current = null;
          continue;
        }
        waiting = Buffer.concat([waiting, rest]);
        const head = parseHead(waiting);
        if (head === null) return;
        current = readCall(head, waiting.subarray(0, head.end), connection, keepBodies);
        const behind = waiting.subarray(head.end);
        waiting = Buffer.alloc(0);
        opened.set(connection, current);
        requests.push(current.call);
        const { call } = current;
        const after = current.feed(behind);
        if (after !== null) current = null;
        void run(call);
        rest = after;
      }
    };
    socket.on("data", (bytes) => take(toBytes(bytes)));
    socket.on("error", () => {});
    socket.on("close", () => {
      closedAt = performance.now();
      opened.get(connection)?.cut();
      opened.delete(connection);
      close();
    });
  };

  const server = createServer(accept);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    running.delete(url);
    for (const { socket } of connections) socket.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    if (errors.length > 0) throw new AggregateError(errors, "a script of the upstream threw");
  };
  const upstream: RawUpstream = {
    url,
    port,
    requests,
    last: () => {
      const newest = requests.at(-1);
      if (newest === undefined) throw new Error("no request has reached the upstream");
      return newest;
    },
    forget: () => void requests.splice(0),
    connections,
    open: () => opened.size,
    busy: () => [...opened.values()].filter((reading) => reading?.isOver() !== true).length,
    errors,
    answer: (next) => {
      script = next;
    },
    [Symbol.asyncDispose]: close,
  };
  running.set(url, upstream);
  return upstream;
};
