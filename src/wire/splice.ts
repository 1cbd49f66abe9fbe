import type { Call } from "./scan.ts";

const encoder = new TextEncoder();

/** Gives the bytes with `text` in place of those from `start` to `end`; a new array, the given one is not touched. */
const splice = (body: Uint8Array, start: number, end: number, text: string): Uint8Array<ArrayBuffer> => {
  const bytes = encoder.encode(text);
  const spliced = new Uint8Array(body.length - (end - start) + bytes.length);
  spliced.set(body.subarray(0, start));
  spliced.set(bytes, start);
  spliced.set(body.subarray(end), start + bytes.length);
  return spliced;
};

/**
 * Gives the body with another model name in place of its own; every other byte stays as it was.
 *
 * The result is a new array; the given one is not touched. It is what a rename or a `provider/model` name needs.
 */
export const spliceModel = (body: Uint8Array, call: Call, model: string): Uint8Array<ArrayBuffer> =>
  splice(body, call.modelStart, call.modelEnd, JSON.stringify(model));

const quote = 0x22;

/**
 * Gives the body with another member, such as `"version":1`, in place of the model's, its key included; every other byte
 * stays as it was.
 */
export const replaceModelMember = (body: Uint8Array, call: Call, member: string): Uint8Array<ArrayBuffer> => {
  // However it is escaped, a key that means `model` holds no quote of its own.
  const keyEnd = body.lastIndexOf(quote, call.modelStart - 1);
  return splice(body, body.lastIndexOf(quote, keyEnd - 1), call.modelEnd, member);
};

/** Gives the body, an object that is not empty, with one more member in front; every other byte stays as it was. */
export const insertMember = (body: Uint8Array, member: string): Uint8Array<ArrayBuffer> => {
  const start = body.indexOf(0x7b) + 1;
  return splice(body, start, start, `${member},`);
};
