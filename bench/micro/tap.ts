import { toReader } from "../../src/wire/outlet.ts";
import { tap, type TapObserver } from "../../src/wire/tap.ts";
import type { Case } from "./case.ts";

const chunks = 1000;
const chunk = new TextEncoder().encode(`data: {"choices":[{"delta":{"content":"${"x".repeat(220)}"}}]}\n\n`);

const createSource = (): ReadableStream<Uint8Array> => {
  let sent = 0;
  return new ReadableStream(
    {
      pull: (controller) => {
        if (sent === chunks) controller.close();
        else controller.enqueue(chunk);
        sent += 1;
      },
    },
    { highWaterMark: 0 },
  );
};

const drain = async (stream: ReadableStream<Uint8Array>): Promise<number> => {
  const reader = stream.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    bytes += value.length;
  }
};

let seen = 0;
const observer: TapObserver = {
  pull: () => {},
  chunk: (bytes) => {
    seen += bytes.length;
  },
  end: () => {},
};
const count = (bytes: Uint8Array): Uint8Array => {
  seen += bytes.length;
  return bytes;
};

const generate = async function* (source: ReadableStream<Uint8Array>) {
  for await (const bytes of source) yield count(bytes);
};

const transform = (): TransformStream<Uint8Array, Uint8Array> =>
  new TransformStream({
    transform: (bytes, controller) => {
      controller.enqueue(count(bytes));
    },
  });

export const tapCases: readonly Case[] = [
  {
    name: `tap: a chunk of ${chunk.length} bytes, read in this process; no sockets`,
    per: chunks,
    variants: {
      tap: () => drain(toReader(tap(createSource(), observer))),
      "untouched stream": () => drain(createSource()),
      "TransformStream that counts": () => drain(createSource().pipeThrough(transform())),
      "async generator that counts": async () => {
        let bytes = 0;
        for await (const value of generate(createSource())) bytes += value.length;
        return bytes;
      },
    },
  },
];

/** What the observers saw, so that nothing of their work is left out as unused. */
export const seenBytes = (): number => seen;
