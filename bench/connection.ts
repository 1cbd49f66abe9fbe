/**
 * A keep-alive HTTP/1.1 client over a raw socket: the least a load generator can cost, and no reply is decoded or pooled
 * behind its back. It understands content-length and chunked replies, one request at a time; it checks no more than that.
 */
export type Reply = { readonly status: number; readonly head: string; readonly bodyBytes: number };

export type Connection = {
  /** Sends one request made by `toRequest`; resolves when the reply has ended, rejects when the connection broke first. */
  readonly send: (request: Uint8Array, onBody?: (bytes: Uint8Array) => void) => Promise<Reply>;
  /** Stops reading from the socket for good, as a client that hangs does. */
  readonly stall: () => void;
  readonly close: () => void;
};

/** The bytes of a POST to /v1/chat/completions, as small clients send it. */
export const toRequest = (body: string): Uint8Array =>
  new TextEncoder().encode(
    "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
      `Authorization: Bearer sk-bench\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

/** Feeds the payload of a chunked body to `onBody`; answers true when the last chunk has passed. */
const createDechunker = (onBody: (bytes: Uint8Array) => void) => {
  let held = Buffer.alloc(0);
  return (bytes: Buffer): boolean => {
    let data = held.length > 0 ? Buffer.concat([held, bytes]) : bytes;
    for (;;) {
      const lineEnd = data.indexOf("\r\n");
      const size = lineEnd < 0 ? Number.NaN : Number.parseInt(data.toString("latin1", 0, lineEnd), 16);
      if (Number.isNaN(size) || data.length < lineEnd + size + 4) {
        held = Buffer.from(data); // the socket reuses its buffer
        return false;
      }
      if (size === 0) return true;
      onBody(data.subarray(lineEnd + 2, lineEnd + 2 + size));
      data = data.subarray(lineEnd + size + 4);
    }
  };
};

type Pending = {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly onBody: (bytes: Uint8Array) => void;
};

/** Turns the bytes of one reply into calls of `onBody` and, at its end, one `resolve`. */
const createReader = ({ resolve, onBody }: Pending) => {
  let head = "";
  let bodyBytes = 0;
  let length = -1;
  const count = (bytes: Uint8Array) => {
    bodyBytes += bytes.length;
    onBody(bytes);
  };
  const dechunk = createDechunker(count);
  return (bytes: Buffer): boolean => {
    let body = bytes;
    if (!head.endsWith("\r\n\r\n")) {
      // The blank line may come in two pieces.
      const before = head.length;
      head += bytes.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return false;
      head = head.slice(0, end + 4);
      const found = /^content-length: *(\d+)/im.exec(head)?.[1];
      length = found === undefined ? -1 : Number(found);
      body = bytes.subarray(end + 4 - before);
    }
    let ended: boolean;
    if (length < 0) ended = dechunk(body);
    else {
      if (body.length > 0) count(body);
      ended = bodyBytes >= length;
    }
    if (ended) resolve({ status: Number(head.slice(9, 12)), head, bodyBytes });
    return ended;
  };
};

/** Connects to 127.0.0.1. */
export const connect = async (port: number): Promise<Connection> => {
  let pending: Pending | undefined;
  let reader: ((bytes: Buffer) => boolean) | undefined;
  let unsent: Uint8Array = new Uint8Array(0);
  const fail = (reason: string) => {
    pending?.reject(new Error(reason));
    pending = undefined;
    reader = undefined;
  };
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_socket, bytes) => {
        if (reader?.(bytes) !== true) return;
        pending = undefined;
        reader = undefined;
      },
      drain: (self) => {
        unsent = unsent.subarray(self.write(unsent));
      },
      close: () => fail("connection closed before the reply ended"),
      error: (_socket, error) => fail(error.message),
    },
  });
  return {
    send: (request, onBody = () => {}) =>
      new Promise((resolve, reject) => {
        pending = { resolve, reject, onBody };
        reader = createReader(pending);
        unsent = request.subarray(socket.write(request));
      }),
    stall: () => {
      socket.pause();
    },
    close: () => {
      socket.terminate();
    },
  };
};
