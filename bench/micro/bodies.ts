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

/** JSON that keeps a scanner busiest for its size, 1 MiB each. */
export const hostile: readonly (readonly [name: string, body: Uint8Array])[] = [
  ["nested 500 deep, 1 MiB", around(list(deep, mebibyte))],
  ["empty arrays, 1 MiB", around(list("[]", mebibyte))],
  ["digits, 1 MiB", around(list("0", mebibyte))],
  ["literals, 1 MiB", around(list("false,null", mebibyte))],
  ["escapes, 1 MiB", around(`"${"\\u0041\\n".repeat(mebibyte / 8)}"`)],
  ["objects of one key, 1 MiB", around(list('{"a":{}}', mebibyte))],
  [
    "keys of the top level, 1 MiB",
    encoder.encode(`{${'"s":0,"m":0,'.repeat(mebibyte / 12)}"model":"gpt-5.4-mini","stream":true}`),
  ],
  ["a file in base64, 1 MiB", around(`"${"QUJD".repeat(mebibyte / 4)}"`)],
];
