import { isUtf8 } from "node:buffer";
import { scanCall, scanCallInSlices } from "../../src/wire/scan.ts";
import { chats, hostile, slices } from "./bodies.ts";
import type { Case } from "./case.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lax = new TextDecoder();

const parse = (body: Uint8Array) => {
  const { model, stream }: { readonly model: string; readonly stream: boolean } = JSON.parse(strict.decode(body));
  return { model, stream };
};

const parseLax = (body: Uint8Array) => {
  const { model, stream }: { readonly model: string; readonly stream: boolean } = JSON.parse(lax.decode(body));
  return { model, stream };
};

/** How long the check of the encoding alone takes, which is part of a scan. */
const checkUtf8 = (body: Uint8Array) => {
  if (!isUtf8(body)) throw new Error("not UTF-8");
  return parsed.get(body);
};

const atOnce = (): Promise<void> => Promise.resolve();

const bodies = [...chats, ...hostile, ...slices];
const parsed = new Map(bodies.map(([, body]) => [body, parse(body)]));

export const scanCases: readonly Case[] = bodies.map(([name, body]) => ({
  name: `scan: ${name} (${body.length.toLocaleString("en-US")} bytes)`,
  variants: {
    scanCall: () => {
      const { model, stream } = scanCall(body);
      return { model, stream };
    },
    "in slices, nobody between them": async () => {
      const { model, stream } = await scanCallInSlices(body, atOnce);
      return { model, stream };
    },
    "JSON.parse, UTF-8 checked": () => parse(body),
    "JSON.parse, UTF-8 replaced": () => parseLax(body),
    "isUtf8 alone": () => checkUtf8(body),
  },
}));
