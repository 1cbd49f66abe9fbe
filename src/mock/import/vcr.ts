// Cassettes of vcrpy (pytest-recording, pytest-vcr, langchain-tests), of Ruby's VCR, and of php-vcr.
// @see https://github.com/kevin1024/vcrpy, vcr/serialize.py; https://github.com/vcr/vcr, lib/vcr/structs.rb (read 2026-11-22)
import { Buffer } from "node:buffer";
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject, toList, toObject, toText } from "../../dialects/fields.ts";
import { atOnce, type Exchange, type Pairs, type ReadRecording, type Unreadable } from "./exchange.ts";

const toPairs = (value: unknown): Pairs =>
  Object.entries(toObject(value) ?? {}).flatMap(([name, held]): Pairs =>
    (Array.isArray(held) ? held : [held]).flatMap((one: unknown): Pairs => {
      if (one instanceof Uint8Array) return [[name, Buffer.from(one).toString("latin1")]];
      return typeof one === "string" || typeof one === "number" ? [[name, String(one)]] : [];
    }),
  );

/** The bytes of what YAML gave, null where there are none. */
const toBytes = (value: unknown): Uint8Array | null => {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return Buffer.from(value);
  return null;
};

/** A body: text, bytes, `{ string }`, Ruby's `{ base64_string }`; or one that a serializer of its own has parsed. */
const toBody = (holder: JsonObject): Uint8Array | null => {
  if (holder["parsed_body"] !== undefined) return Buffer.from(JSON.stringify(holder["parsed_body"]));
  const { body, content } = holder;
  if (body === undefined && content !== undefined) return toBytes(content);
  if (body instanceof Uint8Array || !isObject(body))
    return toBytes(body) ?? (body === null || body === undefined ? new Uint8Array(0) : null);
  const packed = toText(body["base64_string"]);
  if (packed !== null) return Buffer.from(packed, "base64");
  if (Object.hasOwn(body, "string"))
    return toBytes(body["string"]) ?? (body["string"] === null ? new Uint8Array(0) : null);
  // A file-like body that Python pickled.
  return toBytes(toList(body["state"])[0]);
};

const hasReply = (response: JsonObject): boolean =>
  ["body", "content", "parsed_body"].some((key) => response[key] !== undefined && response[key] !== null);

/** A number, which php-vcr writes as text. */
const statusOf = ({ status, status_code }: JsonObject): number => {
  const code = Number(toObject(status)?.["code"] ?? status_code ?? status);
  return Number.isInteger(code) ? code : 0;
};

const valueOf = (pairs: Pairs, wanted: string): string =>
  pairs.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";

/** When it was recorded; vcrpy leaves that to the provider's own clock. */
const startOf = (interaction: JsonObject, headers: Pairs): number | null => {
  const at = Date.parse(toText(interaction["recorded_at"]) ?? valueOf(headers, "date"));
  return Number.isNaN(at) ? null : at;
};

const toExchange = (value: unknown, path: Exchange["path"]): Exchange | Unreadable => {
  const interaction = toObject(value) ?? {};
  const request = toObject(interaction["request"]);
  const response = toObject(interaction["response"]);
  const url = toText(request?.["uri"]) ?? toText(request?.["url"]);
  const unreadable = (why: string): Unreadable => ({ path, why, url });
  if (request === null || response === null || url === null) return unreadable("has no request, no response or no uri");
  const status = statusOf(response);
  if (status < 100 || status > 599) return unreadable(`has the status ${status}`);
  const sent = toBody(request);
  if (sent === null) return unreadable("has a request body that is neither text nor bytes");
  const headers = toPairs(response["headers"]);
  return {
    path,
    startedAt: startOf(interaction, headers),
    method: (toText(request["method"]) ?? "GET").toUpperCase(),
    url,
    request: { headers: toPairs(request["headers"]), body: sent },
    // Its time is in no cassette.
    response: { status, headers, body: hasReply(response) ? toBody(response) : null, marks: atOnce(0) },
  };
};

interface Listed {
  readonly path: Exchange["path"];
  readonly items: readonly unknown[];
}

const toListed = (value: unknown): Listed | null => {
  if (Array.isArray(value)) return { path: [], items: value };
  if (!isObject(value)) return null;
  for (const key of ["interactions", "http_interactions"]) {
    const items = value[key];
    if (Array.isArray(items)) return { path: [key], items };
  }
  const { requests, responses } = value;
  if (!Array.isArray(requests) || !Array.isArray(responses)) return null;
  const items = requests.map((request: unknown, index) => ({ request, response: responses[index] }));
  return { path: ["requests"], items };
};

const read = function* ({ path, items }: Listed): Generator<Exchange | Unreadable> {
  for (const [index, item] of items.entries()) yield toExchange(item, [...path, index]);
};

/** Reads a cassette of VCR in one of its languages. */
export const readVcr: ReadRecording = (value) => {
  const listed = toListed(value);
  const isCassette = listed?.items.every((item) => toObject(item)?.["request"] !== undefined) ?? false;
  if (listed === null || !isCassette) {
    return { kind: "other", why: "holds no interactions with a request, as a cassette of VCR does" };
  }
  return { kind: "ok", entries: read(listed) };
};
