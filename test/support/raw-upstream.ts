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
  readonly last: () => UpstreamCall;
  readonly connections: readonly UpstreamConnection[];
  /** Connections that are open now. */
  readonly open: () => number;
  /** What scripts threw; a test that expects nothing of the kind checks that it is empty. */
  readonly errors: readonly unknown[];
  /** Answers from now on. */
  readonly answer: (script: UpstreamScript) => void;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

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
      current?.cut();
      close();
    });
  };

  const server = createServer(accept);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const close = async (): Promise<void> => {
    for (const { socket } of connections) socket.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    last: () => requests.at(-1)!,
    connections,
    open: () => connections.filter((connection) => connection.closedAt() === null).length,
    errors,
    answer: (next) => {
      script = next;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};
