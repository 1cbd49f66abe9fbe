import { Buffer } from "node:buffer";
import { skipValue } from "./json-text.ts";
import { openBrace, skipColon } from "./json.ts";

const { lastIndexOf } = Buffer.prototype;

/**
 * Gives the bytes of the object that the last field of this name holds (`field` with its quotes), null when there is none or it
 * is cut off. The text around it need not be JSON.
 */
export const objectAfter = (bytes: Uint8Array, field: string): Uint8Array | null => {
  const mark = Buffer.from(field);
  let at = lastIndexOf.call(bytes, mark);
  while (at !== -1) {
    try {
      const start = skipColon(bytes, at + mark.length);
      if (bytes[start] === openBrace) return bytes.subarray(start, skipValue(bytes, start));
    } catch {
      // Cut off, or the name in a string of another's.
    }
    at = at === 0 ? -1 : lastIndexOf.call(bytes, mark, at - 1);
  }
  return null;
};
