import { Buffer } from "node:buffer";
import { joinChunks } from "../wire/body.ts";
import { estimateTokens, estimateTokensOfPieces } from "./estimate.ts";

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

/** The pieces that are left of a body when the data is taken out, which is no text: a picture's tokens have nothing to do with its length. */
const withoutData = (body: Uint8Array): readonly Uint8Array[] => {
  let pieces: readonly Uint8Array[] = [body];
  for (const mark of dataMarks) {
    if (indexOf.call(body, mark) === -1) continue;
    let found = 0;
    const cut = (piece: Uint8Array): readonly Uint8Array[] => {
      const kept: Uint8Array[] = [];
      let from = 0;
      let at = indexOf.call(piece, mark);
      for (; at !== -1 && found < maxFound; found += 1) {
        let start = at + mark.length;
        if (mark[0] === quote) start = piece.indexOf(quote, start) + 1;
        const end = start === 0 ? -1 : piece.indexOf(quote, start);
        if (end === -1) break;
        if (end - start >= minDataBytes) {
          kept.push(piece.subarray(from, start));
          from = end;
        }
        at = indexOf.call(piece, mark, end);
      }
      kept.push(piece.subarray(from));
      return kept;
    };
    pieces = pieces.flatMap(cut);
  }
  return pieces;
};

/** Fields whose text no model reads, in requests and in the shape between the dialects. */
const unread = new Set([
  "model",
  "role",
  "type",
  "kind",
  "mediaType",
  "callId",
  "id",
  "tool_call_id",
  "call_id",
  "tool_use_id",
  "data",
  "user",
  "encrypted_content",
  "encoding_format",
  "taskType",
]);

/** All texts of a value, names of fields left out, but not those of a tool's parameters, which are read. */
const textOf = (value: unknown, name: string, depth: number): string => {
  if (typeof value === "string") return unread.has(name) || value.startsWith("data:") ? "" : `${value}\n`;
  if (typeof value !== "object" || value === null || depth > 32) return "";
  if (name === "parameters" || name === "input_schema") return JSON.stringify(value);
  let text = "";
  if (Array.isArray(value)) for (const item of value) text += textOf(item, name, depth + 1);
  else for (const [key, inner] of Object.entries(value)) if (key !== "signature") text += textOf(inner, key, depth + 1);
  return text;
};

/** Estimates the tokens of a request that is in hand as a value, by its words; pictures, sounds and files count nothing. */
export const estimateValue = (value: unknown): number => estimateTokens(textOf(value, "", 0));

/** The same of one in bytes. Copies no large body. */
export const estimateBody = (body: Uint8Array): number => {
  const pieces = withoutData(body);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > maxParsedBytes) return estimateTokensOfPieces(pieces, length);
  const text = new TextDecoder().decode(joinChunks(pieces, length));
  try {
    return estimateValue(JSON.parse(text));
  } catch {
    return estimateTokensOfPieces(pieces, length);
  }
};
