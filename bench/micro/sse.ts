import { createSseParser } from "../../src/wire/sse.ts";
import { eventsOf } from "../translation-replies.ts";
import type { Case } from "./case.ts";

const encoder = new TextEncoder();
const deltas = 1000;
const events = eventsOf("openai-chat", "text", deltas);
const single = events.map((event) => encoder.encode(event));

const cut = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

const together = encoder.encode(events.join(""));

/** Gives how many characters of data there were, so that every event has to be made. */
const byParser = (chunks: readonly Uint8Array[]): number => {
  let chars = 0;
  const parser = createSseParser(({ data }) => {
    chars += data.length;
  });
  for (const chunk of chunks) parser.push(chunk);
  return chars;
};

/** What a program writes that knows its upstream: LF only, `data:` in one line, nothing else. */
const byNaiveSplit = (chunks: readonly Uint8Array[]): number => {
  const decoder = new TextDecoder();
  let rest = "";
  let chars = 0;
  for (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = parts.pop() ?? "";
    for (const part of parts) chars += part.length - "data: ".length;
  }
  return chars;
};

const toVariants = (chunks: readonly Uint8Array[]): Case["variants"] => ({
  createSseParser: () => byParser(chunks),
  "split at blank lines": () => byNaiveSplit(chunks),
});

/** One event of so many bytes, as an image in base64 is, in pieces of 16 KiB. */
const image = (bytes: number): readonly Uint8Array[] =>
  cut(encoder.encode(`data: {"b64_json":"${"QUJD".repeat(bytes / 4)}"}\n\n`), 16_384);

export const sseCases: readonly Case[] = [
  { name: "sse: an event, in a chunk of its own", per: events.length, variants: toVariants(single) },
  { name: "sse: an event, in chunks of 64 KiB", per: events.length, variants: toVariants(cut(together, 65_536)) },
  { name: "sse: an event, in chunks of 7 bytes", per: events.length, variants: toVariants(cut(together, 7)) },
  ...[1, 4, 16].map((mebibytes) => ({
    name: `sse: one event of ${mebibytes} MiB, time of each MiB`,
    per: mebibytes,
    variants: toVariants(image(mebibytes * 1_048_576)),
  })),
];
