import { scanCall } from "../../src/wire/scan.ts";
import { spliceModel } from "../../src/wire/splice.ts";
import { chats } from "./bodies.ts";
import type { Case } from "./case.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const renamed = "some-other-model-2026";

const rewrite = (body: Uint8Array): Uint8Array => {
  const parsed: object = JSON.parse(decoder.decode(body));
  return encoder.encode(JSON.stringify({ ...parsed, model: renamed }));
};

/** The body's span is known in all of them but the rewrite, which has to find the model itself. */
export const spliceCases: readonly Case[] = chats.slice(0, 3).map(([size, body]) => {
  const call = scanCall(body);
  const { modelStart, modelEnd } = call;
  return {
    name: `splice: another model in a ${size}`,
    toComparable: (result) => (result instanceof Uint8Array ? Buffer.from(result).toString("latin1") : result),
    variants: {
      spliceModel: () => spliceModel(body, call, renamed),
      "Buffer.concat of three": () => {
        const name = encoder.encode(JSON.stringify(renamed));
        return Buffer.concat([body.subarray(0, modelStart), name, body.subarray(modelEnd)]);
      },
      "text.replace, encoded again": () =>
        encoder.encode(decoder.decode(body).replace('"gpt-5.4-mini"', JSON.stringify(renamed))),
      "JSON.parse, JSON.stringify": () => rewrite(body),
    },
  };
});
