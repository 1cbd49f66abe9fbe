import { Buffer } from "node:buffer";
import { estimateBody } from "./estimate-body.ts";

const mark = Buffer.from('"input"');
const comma = 0x2c;
const { indexOf } = Buffer.prototype;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** A list's brackets, the mark behind a name, and the four spaces of JSON. */
const between = new Set(Buffer.from("[]: \t\r\n"));

/** So much of the input is looked at, in bytes; the rest is taken to be as dense. */
const sampleBytes = 65_536;

/** How many tokens the input is where it is written as tokens, in a list or in lists; 0 where it is not. */
const countInput = (body: Uint8Array): number => {
  const found = indexOf.call(body, mark);
  if (found === -1) return 0;
  const from = found + mark.length;
  const end = Math.min(body.length, from + sampleBytes);
  let count = 0;
  let isInNumber = false;
  for (let at = from; at < end; at += 1) {
    const byte = body[at] ?? 0;
    const isNumber = isDigit(byte);
    if (isNumber && !isInNumber) count += 1;
    else if (!isNumber && byte !== comma && !between.has(byte)) return count;
    isInNumber = isNumber;
  }
  return Math.round((count * (body.length - from)) / Math.max(1, end - from));
};

/** Estimates the tokens of a request for embeddings, in bytes, by its words; where its input is tokens, these are counted. */
export const estimateEmbedding = (body: Uint8Array): number => countInput(body) || estimateBody(body);
