import { Buffer } from "node:buffer";
import { joinChunks } from "./body.ts";

const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const colon = 0x3a;
const openBrace = 0x7b;

/** The longest line that is held until its end comes; a longer one is not looked at. */
const maxLineBytes = 16_777_216;

const prefix = Buffer.from("data:");
// Called on what is no `Buffer`: 45 ns for an event of 220 bytes, half of what a view of it costs.
const { indexOf } = Buffer.prototype;

/** Whether what stands behind a field's name is an object. */
const isObjectAt = (bytes: Uint8Array, at: number): boolean => {
  let here = at;
  while (bytes[here] === space) here += 1;
  if (bytes[here] !== colon) return false;
  here += 1;
  while (bytes[here] === space) here += 1;
  return bytes[here] === openBrace;
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
    let at = indexOf.call(bytes, mark);
    while (at !== -1) {
      let from = at + mark.length;
      if (isObjectAt(bytes, from)) {
        const start = bytes.lastIndexOf(lf, at) + 1;
        const end = bytes.indexOf(lf, at);
        from = end === -1 ? bytes.length : end;
        const value = dataOf(bytes.subarray(start, from));
        if (value !== null) found(value);
      }
      at = indexOf.call(bytes, mark, from);
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
