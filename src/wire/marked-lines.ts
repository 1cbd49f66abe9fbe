import { Buffer } from "node:buffer";
import { joinChunks } from "./body.ts";

const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const tab = 0x09;
const colon = 0x3a;
const openBrace = 0x7b;

/** The longest line that is held until its end comes; a longer one is not looked at. */
const maxLineBytes = 16_777_216;

const prefix = Buffer.from("data:");
// Called on what is no `Buffer`: 45 ns for an event of 220 bytes, half of what a view of it costs.
const { indexOf } = Buffer.prototype;

const skipSpace = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (at < bytes.length && (bytes[at] === space || bytes[at] === tab)) at += 1;
  return at;
};

/** Whether what stands behind a field's name is an object. */
const isObjectAt = (bytes: Uint8Array, at: number): boolean => {
  const colonAt = skipSpace(bytes, at);
  return bytes[colonAt] === colon && bytes[skipSpace(bytes, colonAt + 1)] === openBrace;
};

/** The offset of the next field of this name, `mark` with its quotes, that has an object in it; -1 where there is none. */
export const indexOfObject = (bytes: Uint8Array, mark: Uint8Array, from: number): number => {
  let at = indexOf.call(bytes, mark, from);
  while (at !== -1 && !isObjectAt(bytes, at + mark.length)) at = indexOf.call(bytes, mark, at + mark.length);
  return at;
};

/** The value of a `data:` line, null for any other. */
const dataOf = (line: Uint8Array): Uint8Array | null => {
  if (indexOf.call(line, prefix) !== 0) return null;
  return line.slice(prefix.length, line.at(-1) === cr ? -1 : line.length);
};

/** Takes the bytes of a stream, cut anywhere. */
export type ByteObserver = (bytes: Uint8Array) => void;

/**
 * Looks through a stream of events for `data:` lines that hold a certain field with an object in it, and gives a copy of each
 * such line's value to `found`. Lines end in LF or CRLF.
 *
 * Every other event costs one search of its bytes (`bench/micro/meter.ts`). In a string of JSON the field's quotes would be
 * escaped, so only a field, or a string of its very name, is ever found.
 */
export const createMarkedLines = (field: string, found: (value: Uint8Array) => void) => {
  const mark = Buffer.from(field);
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let isTooLong = false;

  const search = (bytes: Uint8Array): void => {
    let at = indexOfObject(bytes, mark, 0);
    while (at !== -1) {
      const start = bytes.lastIndexOf(lf, at) + 1;
      const lineEnd = bytes.indexOf(lf, at);
      const end = lineEnd === -1 ? bytes.length : lineEnd;
      const value = dataOf(bytes.subarray(start, end));
      if (value !== null) found(value);
      at = indexOfObject(bytes, mark, end);
    }
  };
  const hold = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    heldBytes += bytes.length;
    isTooLong ||= heldBytes > maxLineBytes;
    if (isTooLong) held = [];
    else held.push(bytes.slice());
  };

  const push: ByteObserver = (bytes) => {
    const isWhole = bytes.at(-1) === lf;
    if (isWhole && heldBytes === 0) {
      search(bytes);
      return;
    }
    const end = isWhole ? bytes.length : bytes.lastIndexOf(lf) + 1;
    if (end > 0) {
      if (isTooLong) search(bytes.subarray(bytes.indexOf(lf) + 1, end));
      else search(joinChunks([...held, bytes.subarray(0, end)], heldBytes + end));
      held = [];
      heldBytes = 0;
      isTooLong = false;
    }
    hold(bytes.subarray(end));
  };
  return {
    push,
    /** The stream has ended: its last line may have no line end. */
    end: (): void => {
      if (!isTooLong && heldBytes > 0) search(joinChunks(held, heldBytes));
      held = [];
      heldBytes = 0;
    },
  };
};
