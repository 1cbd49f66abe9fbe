import { expect, test } from "bun:test";
import { hasForeignSeal } from "../../src/wire/foreign-seal.ts";

const has = (text: string): boolean => hasForeignSeal(new TextEncoder().encode(text));

test.each([
  '{"signature":"qlite:openai-chat:"}',
  '{"encrypted_content":"call.qlite:gemini:x"}',
  '{"encrypted_content":"redacted.qlite:anthropic:x"}',
  '{"thoughtSignature":"cWxpdGU6YW50aHJvcGljOng="}',
  '{"a":"about qlite: this","data":"qlite:anthropic:x"}',
])("%s holds one", (text) => {
  expect(has(text)).toBe(true);
});

test.each([
  "{}",
  '{"content":"see qlite: the proxy"}',
  String.raw`{"content":"\"qlite:openai-chat:\""}`,
  '{"content":"recall.qlite:x"}',
  "qlite:",
  '{"content":"xcWxpdGU6"}',
])("%s holds none", (text) => {
  expect(has(text)).toBe(false);
});

test("it is looked for in the view alone, not in what lies around it", () => {
  const bytes = new TextEncoder().encode('{"a":"qlite:x"}{}');
  expect(hasForeignSeal(bytes.subarray(15))).toBe(false);
});
