// HAR files of browsers, mitmproxy, proxies, and Polly.js.
// @see http://www.softwareishard.com/blog/har-12-spec/ and https://github.com/Netflix/pollyjs (read 2026-11-22)
import { Buffer } from "node:buffer";
import type { Mark } from "../../cassette/file/event-rows.ts";
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject, toList, toNumber, toObject, toText } from "../../dialects/fields.ts";
import type { Exchange, Pairs, ReadRecording, Unreadable } from "./exchange.ts";

const toPairs = (value: unknown): Pairs =>
  toList(value).flatMap((item): Pairs => {
    const name = toText(toObject(item)?.["name"]);
    const held = toText(toObject(item)?.["value"]);
    return name === null || held === null ? [] : [[name, held]];
  });

const valueOf = (pairs: Pairs, wanted: string): string =>
  pairs.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";

const encodings = new Set(["base64", "hex"]);
const toBytes = (text: string, encoding: string | null): Uint8Array => {
  const name = encoding?.toLowerCase() ?? "";
  if (name === "hex") return Buffer.from(text, "hex");
  return encodings.has(name) ? Buffer.from(text, "base64") : Buffer.from(text);
};

/** Polly keeps what was packed as a list of its chunks, each in base64 or hex. */
const toChunks = (text: string, encoding: string | null, packing: string): Uint8Array | null => {
  if (packing === "" || !text.startsWith('["')) return null;
  try {
    const chunks: unknown = JSON.parse(text);
    if (!Array.isArray(chunks) || !chunks.every((chunk) => typeof chunk === "string")) return null;
    return Buffer.concat(
      chunks.map((chunk: string) => toBytes(chunk, encoding ?? (/^[0-9a-f]*$/.test(chunk) ? "hex" : "base64"))),
    );
  } catch {
    return null;
  }
};

const toBody = (response: JsonObject, headers: Pairs): Uint8Array | null => {
  const content = toObject(response["content"]);
  const text = toText(content?.["text"]);
  if (text === null) {
    const status = toNumber(response["status"]) ?? 0;
    const size = toNumber(content?.["size"]) ?? 0;
    return size === 0 && (status === 204 || status === 304) ? new Uint8Array(0) : null;
  }
  const encoding = toText(content?.["encoding"]);
  return toChunks(text, encoding, valueOf(headers, "content-encoding")) ?? toBytes(text, encoding);
};

/** Where the first event of a stream ends. */
const firstEnd = (body: Uint8Array): number => {
  const at = Buffer.from(body)
    .toString("latin1")
    .search(/\r\n\r\n|\n\n|\r\r/);
  if (at === -1) return body.length;
  return body[at] === 13 && body[at + 1] === 10 ? at + 4 : at + 2;
};

const sinceOf = (value: unknown): number => Math.max(0, toNumber(value) ?? 0);

/** Milliseconds from the request to the first byte. */
const toFirst = (timings: JsonObject): number =>
  ["blocked", "dns", "connect", "send", "wait"].reduce((sum, name) => sum + sinceOf(timings[name]), 0);

/** Where each event ends, and when Chrome says that it came; null where the two lists do not fit. */
const toEventMarks = (body: Uint8Array, messages: readonly unknown[], startedAt: number): readonly Mark[] | null => {
  const text = Buffer.from(body).toString("latin1");
  const ends = [...text.matchAll(/\r\n\r\n|\n\n|\r\r/g)].map((found) => found.index + found[0].length);
  if (messages.length === 0 || ends.length !== messages.length) return null;
  let last = 0;
  return ends.map((end, index) => {
    const seconds = toNumber(toObject(messages[index])?.["time"]);
    if (seconds !== null) last = Math.max(last, Math.round(seconds * 1000 - startedAt));
    return { end, ms: last };
  });
};

const createMarks = (entry: JsonObject, startedAt: number | null): Exchange["response"]["marks"] => {
  const timings = toObject(entry["timings"]) ?? {};
  const first = toFirst(timings);
  const ms = Math.round(Math.max(sinceOf(entry["time"]), first + sinceOf(timings["receive"])));
  const messages = toList(entry["_eventSourceMessages"]);
  return (length, body) => {
    const exact = startedAt === null ? null : toEventMarks(body, messages, startedAt);
    if (exact !== null) return exact;
    const head = Math.min(length, firstEnd(body));
    return head < length
      ? [
          { end: head, ms: Math.round(first) },
          { end: length, ms },
        ]
      : [{ end: length, ms }];
  };
};

const toRequestBody = (request: JsonObject): Uint8Array | string => {
  const data = toObject(request["postData"]);
  if (data === null) return new Uint8Array(0);
  const text = toText(data["text"]);
  const encoding = toText(data["encoding"]) ?? toText(data["_encoding"]);
  if (text !== null && (text !== "" || toList(data["params"]).length === 0)) return toBytes(text, encoding);
  return "has the fields of a form and not its bytes";
};

const toExchange = (value: unknown, path: Exchange["path"]): Exchange | Unreadable => {
  const entry = toObject(value) ?? {};
  const request = toObject(entry["request"]);
  const response = toObject(entry["response"]);
  const url = toText(request?.["url"]);
  const unreadable = (why: string): Unreadable => ({ path, why, url });
  if (request === null || response === null || url === null) return unreadable("has no request, no response or no URL");
  const status = toNumber(response["status"]) ?? 0;
  if (status < 100 || status > 599) return unreadable(`has the status ${status}: it never got an answer`);
  const requestHeaders = toPairs(request["headers"]);
  const sent = toRequestBody(request);
  if (typeof sent === "string") return unreadable(sent);
  const headers = toPairs(response["headers"]);
  const started = Date.parse(toText(entry["startedDateTime"]) ?? "");
  const startedAt = Number.isNaN(started) ? null : started;
  const type = toText(toObject(response["content"])?.["mimeType"]) ?? "";
  const typed: Pairs =
    valueOf(headers, "content-type") === "" && type !== "" ? [...headers, ["content-type", type]] : headers;
  return {
    path,
    startedAt,
    method: (toText(request["method"]) ?? "GET").toUpperCase(),
    url,
    request: { headers: requestHeaders, body: sent },
    response: { status, headers: typed, body: toBody(response, headers), marks: createMarks(entry, startedAt) },
  };
};

/** The logs of a file: one, or several by name as Polly.js keeps them in a browser. */
const toLogs = (value: JsonObject): readonly (readonly [Exchange["path"], JsonObject])[] => {
  const one = toObject(value["log"]);
  if (one !== null) return [[["log"], one]];
  return Object.entries(value).flatMap(([name, item]): readonly (readonly [Exchange["path"], JsonObject])[] => {
    const log = toObject(toObject(item)?.["log"]);
    return log === null ? [] : [[[name, "log"], log]];
  });
};

const read = function* (logs: ReturnType<typeof toLogs>): Generator<Exchange | Unreadable> {
  for (const [path, log] of logs) {
    for (const [index, entry] of toList(log["entries"]).entries()) yield toExchange(entry, [...path, "entries", index]);
  }
};

/** Reads a HAR file. */
export const readHar: ReadRecording = (value) => {
  const logs = isObject(value) ? toLogs(value) : [];
  const isHar = logs.some(([, log]) => Array.isArray(log["entries"]));
  return isHar
    ? { kind: "ok", entries: read(logs) }
    : { kind: "other", why: "holds no log with entries, as a HAR file does" };
};
