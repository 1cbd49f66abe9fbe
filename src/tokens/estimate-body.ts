import { Buffer } from "node:buffer";
import { joinChunks } from "../wire/body.ts";
import { estimateTokens, estimateTokensOfBytes } from "./estimate.ts";

const quote = 0x22;

/** What stands in front of a picture, a sound or a file in a request. */
const dataMarks = [Buffer.from(";base64,"), Buffer.from('"data"')];

/** A shorter one costs less than looking for its end. */
const minDataBytes = 1024;

/** A body of a million marks would take 200 ms. */
const maxFound = 4096;

/** Up to here a request is parsed, so that only its words count; of a longer one names and brackets count too. */
const maxParsedBytes = 16_384;

const { indexOf } = Buffer.prototype;

/** The bytes without the data in them, which is no text: a picture's tokens have nothing to do with its length. */
const withoutData = (body: Uint8Array): Uint8Array => {
  let rest = body;
  for (const mark of dataMarks) {
    let at = indexOf.call(rest, mark);
    if (at === -1) continue;
    const kept: Uint8Array[] = [];
    let length = 0;
    let from = 0;
    const keep = (to: number): void => {
      kept.push(rest.subarray(from, to));
      length += to - from;
    };
    for (let found = 0; at !== -1 && found < maxFound; at = indexOf.call(rest, mark, from), found += 1) {
      let start = at + mark.length;
      if (mark[0] === quote) start = rest.indexOf(quote, start) + 1;
      const end = start === 0 ? -1 : rest.indexOf(quote, start);
      if (end === -1) break;
      keep(end - start < minDataBytes ? end : start);
      from = end;
    }
    keep(rest.length);
    rest = joinChunks(kept, length);
  }
  return rest;
};

/** Fields whose text no model reads. */
const unread = new Set([
  "model",
  "role",
  "type",
  "id",
  "tool_call_id",
  "call_id",
  "tool_use_id",
  "data",
  "user",
  "encrypted_content",
  "signature",
]);

/** All texts of a value, names of fields left out, but not those of a tool's parameters, which are read. */
const textOf = (value: unknown, name: string, depth: number): string => {
  if (typeof value === "string") return unread.has(name) || value.startsWith("data:") ? "" : `${value}\n`;
  if (typeof value !== "object" || value === null || depth > 32) return "";
  if (name === "parameters" || name === "input_schema") return JSON.stringify(value);
  let text = "";
  if (Array.isArray(value)) for (const item of value) text += textOf(item, name, depth + 1);
  else for (const [key, inner] of Object.entries(value)) text += textOf(inner, key, depth + 1);
  return text;
};

/** Estimates the tokens of a request by its words; pictures, sounds and files count nothing. */
export const estimateBody = (body: Uint8Array): number => {
  const rest = withoutData(body);
  if (rest.length > maxParsedBytes) return estimateTokensOfBytes(rest);
  try {
    return estimateTokens(textOf(JSON.parse(new TextDecoder().decode(rest)), "", 0));
  } catch {
    return estimateTokensOfBytes(rest);
  }
};
