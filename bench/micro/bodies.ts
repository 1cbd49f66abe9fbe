import { sliceBytes } from "../../src/wire/scan.ts";

const encoder = new TextEncoder();

/** A chat request whose JSON is about so many bytes, spelled as `JSON.stringify` does. */
export const chatOf = (bytes: number): Uint8Array => {
  const words = 'The quick brown fox jumps over the lazy dog; naïve café, 世界. He said "no"\nand left. ';
  const messages = [{ role: "system", content: "You are terse." }];
  let left = bytes - 150;
  while (left > 0) {
    const content = words.repeat(12).slice(0, Math.min(left, 900));
    messages.push({ role: messages.length % 2 === 0 ? "assistant" : "user", content });
    left -= Buffer.byteLength(JSON.stringify(content)) + 30;
  }
  return encoder.encode(
    JSON.stringify({ model: "gpt-5.4-mini", messages, temperature: 0.7, max_tokens: 256, stream: true }),
  );
};

const around = (value: string): Uint8Array => encoder.encode(`{"model":"gpt-5.4-mini","x":${value},"stream":true}`);
const list = (item: string, bytes: number): string =>
  `[${Array.from({ length: Math.ceil(bytes / (item.length + 1)) }, () => item).join(",")}]`;
const deep = "[".repeat(500) + "]".repeat(500);
const mebibyte = 1_048_576;

export const chats: readonly (readonly [name: string, body: Uint8Array])[] = [
  ["chat, 170 B", chatOf(170)],
  ["chat, 26 KB", chatOf(26_000)],
  ["chat, 1 MiB", chatOf(mebibyte)],
  ["chat, 10 MiB", chatOf(10 * mebibyte)],
];

/** JSON that keeps a scanner busiest for its size. */
const hostileOf = (bytes: number): readonly (readonly [name: string, body: Uint8Array])[] => [
  ["nested 500 deep", around(list(deep, bytes))],
  ["empty arrays", around(list("[]", bytes))],
  ["digits", around(list("0", bytes))],
  ["literals", around(list("false,null", bytes))],
  ["escapes", around(`"${"\\u0041\\n".repeat(bytes / 8)}"`)],
  ["escaped quotes", around(`"${'\\"'.repeat(bytes / 2)}"`)],
  ["white space", around(`${" ".repeat(bytes)}0`)],
  ["objects of one key", around(list('{"a":{}}', bytes))],
  [
    "keys of the top level",
    encoder.encode(`{${'"s":0,"m":0,'.repeat(bytes / 12)}"model":"gpt-5.4-mini","stream":true}`),
  ],
  ["escaped keys", encoder.encode(`{${'"\\u0073tream2":0,'.repeat(bytes / 17)}"model":"gpt-5.4-mini","stream":true}`)],
  ["a file in base64", around(`"${"QUJD".repeat(bytes / 4)}"`)],
];

/** 1 MiB of each. */
export const hostile = hostileOf(mebibyte);

/** A slice of each, which is as much as is scanned in one go. */
export const slices = hostileOf(sliceBytes);
