import type { Call } from "./scan.ts";

const encoder = new TextEncoder();

/**
 * Gives the body with another model name in place of its own; every other byte stays as it was.
 *
 * The result is a new array; the given one is not touched. It is what a rename or a `provider/model` name needs.
 */
export const spliceModel = (body: Uint8Array, call: Call, model: string): Uint8Array<ArrayBuffer> => {
  const name = encoder.encode(JSON.stringify(model));
  const spliced = new Uint8Array(body.length - (call.modelEnd - call.modelStart) + name.length);
  spliced.set(body.subarray(0, call.modelStart));
  spliced.set(name, call.modelStart);
  spliced.set(body.subarray(call.modelEnd), call.modelStart + name.length);
  return spliced;
};
