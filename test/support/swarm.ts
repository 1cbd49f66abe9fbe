import { connect, type Socket } from "node:net";
import { toRequestBytes } from "./http-bytes.ts";

/** One chat stream on a connection of its own. */
export interface SwarmStream {
  readonly socket: Socket;
  /** All that has arrived, framing included. */
  readonly text: () => string;
  readonly hasStarted: () => boolean;
  /** Whether it ended as HTTP says: with the last chunk of its framing. */
  readonly isWhole: () => boolean;
  readonly isOver: () => boolean;
  /** Resolves when it is whole, or when its connection is gone. */
  readonly over: Promise<void>;
}

const openStream = (host: string, port: number, request: Buffer): SwarmStream => {
  const socket = connect({ host, port });
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let text = "";
  let isOver = false;
  const end = (): void => {
    isOver = true;
    resolve();
  };
  const isWhole = (): boolean => text.endsWith("\r\n0\r\n\r\n");
  socket.setEncoding("latin1");
  socket.on("data", (piece: unknown) => {
    text += String(piece);
    if (isWhole()) {
      end();
      socket.destroy();
    }
  });
  socket.on("error", end);
  socket.on("close", end);
  socket.write(request);
  return { socket, text: () => text, hasStarted: () => text.includes("data: "), isWhole, isOver: () => isOver, over };
};

/**
 * Opens many chat streams at once by plain sockets, which no cap of `fetch` touches.
 *
 * Each is one request on a connection of its own; a stream that is whole closes it.
 */
export const openSwarm = (url: string, count: number, model = "gpt-5.4"): readonly SwarmStream[] => {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "Hello" }] });
  const request = toRequestBytes("POST", "/v1/chat/completions", { "content-type": "application/json" }, body);
  return Array.from({ length: count }, () => openStream(hostname, Number(port), request));
};
