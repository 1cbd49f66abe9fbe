import { ProxyError } from "../errors.ts";

const tooLarge = (bytes: number | null, limit: number): ProxyError => {
  const state = bytes === null ? "larger" : `${bytes.toLocaleString("en-US")} bytes`;
  return new ProxyError(
    "request_too_large",
    bytes === null
      ? `The request body is ${state} than the limit of ${limit.toLocaleString("en-US")} bytes`
      : `The request body is ${state}, the limit is ${limit.toLocaleString("en-US")}`,
    // What follows of the body is not read, so the connection is of no more use.
    { headers: { connection: "close" } },
  );
};

/** Gives the declared length of a body in bytes, null when it is sent in chunks. */
export const declaredLength = (headers: Headers): number | null => {
  const text = headers.get("content-length");
  return text === null ? null : Number(text);
};

/**
 * Gives the declared length, see `declaredLength`, once it is known to be within the limit.
 *
 * @throws {ProxyError} `request_too_large` - before a byte is read
 */
export const checkLength = (headers: Headers, limit: number): number | null => {
  const length = declaredLength(headers);
  if (length !== null && length > limit) throw tooLarge(length, limit);
  return length;
};

const ignore = (): void => {};

/** Puts chunks together that have so many bytes in all. */
export const joinChunks = (chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

/** Reads a stream whole; throws what `exceeded` gives once it is longer than `limit` bytes, and reads no further. `seen` may throw, too. */
export const readStream = async (
  stream: ReadableStream<Uint8Array>,
  limit: number,
  exceeded: () => Error,
  seen: (bytes: number) => void = ignore,
): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > limit) throw exceeded();
    seen(chunk.length);
    chunks.push(chunk);
  }
  return joinChunks(chunks, length);
};

/**
 * Reads a request body whole, at most `limit` bytes of it; `length` is what `checkLength` has found.
 *
 * @throws {ProxyError} `request_too_large` - by the declared length, or as soon as chunks exceed the limit
 */
export const readBody = (
  request: Request,
  limit: number,
  length = checkLength(request.headers, limit),
): Promise<Uint8Array<ArrayBuffer>> => {
  if (length !== null) return request.bytes();
  return request.body === null
    ? Promise.resolve(new Uint8Array(0))
    : readStream(request.body, limit, () => tooLarge(null, limit));
};

/** Told of each step of an upload, so that its deadlines fall on the right side. */
export interface UploadObserver {
  /** The upstream takes more, so the next wait is for the client. */
  readonly pull: () => void;
  /** The client gave a chunk, so the next wait is for the upstream; also at the end of the body. */
  readonly chunk: () => void;
  /** More than the limit has come. */
  readonly exceeded: (error: ProxyError) => void;
}

/** Gives a stream of the same chunks that breaks once they exceed `limit` bytes; holds one chunk at most. */
export const limitBody = (
  source: ReadableStream<Uint8Array>,
  limit: number,
  observer: UploadObserver,
): ReadableStream<Uint8Array> => {
  const reader = source.getReader();
  let length = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        observer.pull();
        const { done, value } = await reader.read();
        observer.chunk();
        if (done) {
          controller.close();
          return;
        }
        length += value.length;
        if (length > limit) {
          const error = tooLarge(null, limit);
          observer.exceeded(error);
          controller.error(error);
          await reader.cancel(error);
          return;
        }
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
};
