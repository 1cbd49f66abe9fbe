/** How one reply ended. */
export type Ended = {
  readonly status: number;
  /** HTTP chunks, the empty last one not counted; 0 of a body with its length told. */
  readonly chunks: number;
};

export type Line = {
  /** Sends a request and reads its reply to the end; rejects when the connection breaks first. */
  readonly ask: (request: Uint8Array) => Promise<Ended>;
  readonly close: () => void;
};

const CR = 0x0d;
const LAST_CHUNK = "0\r\n\r\n";

/** Follows one reply and keeps nothing of its body. */
const createFollower = () => {
  let head = "";
  let left = -1;
  let returns = 0;
  let tail = "";
  const isDone = (body: Buffer): boolean => {
    if (left >= 0) {
      left -= body.length;
      return left <= 0;
    }
    // JSON has no carriage return of its own, and a chunk takes two: behind its length and behind itself.
    for (let at = body.indexOf(CR); at !== -1; at = body.indexOf(CR, at + 1)) returns++;
    tail = (tail + body.toString("latin1", Math.max(0, body.length - LAST_CHUNK.length))).slice(-LAST_CHUNK.length);
    return tail === LAST_CHUNK;
  };
  return (bytes: Buffer): Ended | null => {
    let body = bytes;
    if (!head.includes("\r\n\r\n")) {
      const before = head.length;
      head += bytes.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return null;
      body = bytes.subarray(end + 4 - before);
      left = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? -1);
    }
    return isDone(body) ? { status: Number(head.slice(9, 12)), chunks: Math.max(0, returns / 2 - 1) } : null;
  };
};

/** Connects to 127.0.0.1; keep-alive, one request at a time. */
export const connectLine = async (port: number): Promise<Line> => {
  let pending: PromiseWithResolvers<Ended> | undefined;
  let follow = createFollower();
  let unsent: Uint8Array = new Uint8Array(0);
  const fail = (reason: string): void => pending?.reject(new Error(reason));
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_socket, bytes) => {
        const ended = follow(bytes);
        if (ended !== null) pending?.resolve(ended);
      },
      drain: (self) => {
        unsent = unsent.subarray(self.write(unsent));
      },
      close: () => fail("connection closed before the reply ended"),
      error: (_socket, error) => fail(error.message),
    },
  });
  return {
    ask: (request) => {
      pending = Promise.withResolvers<Ended>();
      follow = createFollower();
      unsent = request.subarray(socket.write(request));
      return pending.promise;
    },
    close: () => {
      socket.terminate();
    },
  };
};
