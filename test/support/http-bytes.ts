/** Header names as they were written, in order, one entry a line. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

/** Headers to send: a name once, or lines as they are to be written. */
export type SentHeaders = Readonly<Record<string, string>> | HeaderLines;

export interface Head {
  /** The request or status line. */
  readonly line: string;
  readonly headers: HeaderLines;
  /** Offset of the first byte of the body. */
  readonly end: number;
}

/** A body taken out of its framing. */
export interface Body {
  /** What stood between the frames: HTTP chunks, or one piece when the body was not chunked. */
  readonly chunks: readonly Buffer[];
  readonly isWhole: boolean;
  /** Bytes of the buffer that belong to this body. */
  readonly end: number;
}

/** Text becomes UTF-8. */
export const toBytes = (text: string | Uint8Array): Buffer =>
  typeof text === "string" ? Buffer.from(text) : Buffer.from(text);

const blank = Buffer.from("\r\n\r\n");

/** Reads a head; null while it is not whole. Bytes are taken as Latin-1, so nothing is lost. */
export const parseHead = (bytes: Buffer): Head | null => {
  const at = bytes.indexOf(blank);
  if (at === -1) return null;
  const [line = "", ...rest] = bytes.toString("latin1", 0, at).split("\r\n");
  const headers = rest.map((text) => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon), text.slice(colon + 1).trim()] as const;
  });
  return { line, headers, end: at + blank.length };
};

/** All values of a header, in order; names are compared without case. */
export const valuesOf = (headers: HeaderLines, name: string): readonly string[] =>
  headers.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);

export const valueOf = (headers: HeaderLines, name: string): string | null => {
  const values = valuesOf(headers, name);
  return values.length === 0 ? null : values.join(", ");
};

/** Takes a chunked body apart; trailers are skipped. */
const parseChunked = (bytes: Buffer, start: number): Body => {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return { chunks, isWhole: false, end: bytes.length };
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const from = lineEnd + 2;
    if (size === 0) {
      const end = bytes.indexOf("\r\n", from);
      return end === -1 ? { chunks, isWhole: false, end: bytes.length } : { chunks, isWhole: true, end: end + 2 };
    }
    if (bytes.length < from + size + 2) return { chunks, isWhole: false, end: bytes.length };
    chunks.push(bytes.subarray(from, from + size));
    at = from + size + 2;
  }
};

/** How a body ends when no header says so: there is none, or it lasts until the connection closes. */
export type Undelimited = "empty" | "until close";

/** Reads as much of a body as there is. */
export const parseBody = (bytes: Buffer, head: Head, undelimited: Undelimited, isClosed = false): Body => {
  if (/chunked/i.test(valueOf(head.headers, "transfer-encoding") ?? "")) return parseChunked(bytes, head.end);
  const length = valueOf(head.headers, "content-length");
  if (length === null && undelimited === "empty") return { chunks: [], isWhole: true, end: head.end };
  const end = length === null ? bytes.length : head.end + Number(length);
  const body = bytes.subarray(head.end, end);
  return {
    chunks: body.length === 0 ? [] : [body],
    isWhole: length === null ? isClosed : bytes.length >= end,
    end: Math.min(end, bytes.length),
  };
};

/** Reads the body of a reply to this method, as much of it as there is; some replies have none whatever they say. */
export const parseReplyBody = (bytes: Buffer, head: Head, method: string, isClosed = false): Body => {
  const isBare = method === "HEAD" || /^\S+ (204|304)\b/.test(head.line);
  return isBare ? { chunks: [], isWhole: true, end: head.end } : parseBody(bytes, head, "until close", isClosed);
};

/** Tells whether these bytes are a whole reply to this method, behind any interim ones. */
export const isWholeReply = (method: string, bytes: Buffer): boolean => {
  const head = parseHead(bytes);
  if (head === null) return false;
  if (/^\S+ 1\d\d\b/.test(head.line)) return isWholeReply(method, bytes.subarray(head.end));
  return parseReplyBody(bytes, head, method).isWhole;
};

/** Makes a request's bytes. A body without a framing header of its own gets a `content-length`. */
export const toRequestBytes = (
  method: string,
  target: string,
  headers: SentHeaders = {},
  body?: string | Uint8Array,
): Buffer => {
  const lines = toLines(headers);
  const has = (name: string): boolean => valueOf(lines, name) !== null;
  const bytes = toBytes(body ?? "");
  const all: HeaderLines = [
    ...(has("host") ? [] : ([["host", "gateway.test"]] as const)),
    ...lines,
    ...(body === undefined || has("content-length") || has("transfer-encoding")
      ? []
      : ([["content-length", String(bytes.length)]] as const)),
  ];
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${head}\r\n`, "latin1"), bytes]);
};

/** The path of a chat call. */
export const chat = "/v1/chat/completions";

/** Makes a chat call's bytes. */
export const toChatBytes = (body: string | Uint8Array = '{"model":"m"}', headers: SentHeaders = {}): Buffer =>
  toRequestBytes("POST", chat, headers, body);

/** Frames pieces as HTTP chunks, with the last one. */
export const toChunked = (pieces: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat([...pieces.map(toChunk), Buffer.from("0\r\n\r\n")]);

/** Frames one HTTP chunk. */
export const toChunk = (piece: string | Uint8Array): Buffer => {
  const bytes = toBytes(piece);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
};

/** Headers as lines, however they were given. */
export const toLines = (headers: SentHeaders): HeaderLines =>
  Array.isArray(headers) ? headers : Object.entries(headers);

/** A reply's head, without any header that was not asked for. */
export const toHead = (status: number | string, headers: SentHeaders = {}): string =>
  `HTTP/1.1 ${typeof status === "number" ? `${status} Said` : status}\r\n${toLines(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}\r\n`;
