import { expect, test } from "bun:test";
import { getEncodingNameForModel, type TiktokenModel } from "js-tiktoken";
import { encodingOf } from "../../src/tokens/encoding.ts";

const own = { o200k: { name: "o200k_base", isOwn: true }, cl100k: { name: "cl100k_base", isOwn: true } } as const;
const nearest = { name: "o200k_base", isOwn: false } as const;

test.each([
  ["gpt-4o-mini", own.o200k],
  ["gpt-4.1", own.o200k],
  ["gpt-5.4-mini", own.o200k],
  ["o3", own.o200k],
  ["o4-mini-2025-04-16", own.o200k],
  ["gpt-oss-120b", own.o200k],
  ["ft:gpt-4o-2024-08-06:acme::abc123", own.o200k],
  ["openai/gpt-4o", own.o200k],
  ["GPT-4o", own.o200k],
  ["gpt-4", own.cl100k],
  ["gpt-4-turbo", own.cl100k],
  ["ft:gpt-4-0613:acme::abc123", own.cl100k],
  ["gpt-35-turbo", own.cl100k],
  ["text-embedding-3-small", own.cl100k],
  ["gpt-6.1-sol", nearest],
  ["claude-opus-4-1", nearest],
  ["gemini-2.5-pro", nearest],
  ["o1x", nearest],
  ["", nearest],
] as const)("%s is counted by %o", (model, encoding) => {
  expect(encodingOf(model)).toEqual(encoding);
});

const names: readonly TiktokenModel[] = [
  "gpt-3.5-turbo-instruct",
  "gpt-3.5-turbo-16k-0613",
  "gpt-3.5-turbo",
  "gpt-4-32k",
  "gpt-4-0314",
  "gpt-4",
  "gpt-35-turbo",
  "gpt-4-vision-preview",
  "gpt-4-turbo-2024-04-09",
  "text-embedding-ada-002",
  "text-embedding-3-large",
  "gpt-4o",
  "gpt-4o-2024-11-20",
  "gpt-4o-mini-search-preview",
  "gpt-4o-audio-preview-2024-10-01",
  "o1",
  "o1-mini-2024-09-12",
  "o1-preview",
  "o1-pro",
  "o3",
  "o3-mini-2025-01-31",
  "o4-mini",
  "chatgpt-4o-latest",
  "gpt-4o-realtime",
  "gpt-4.1-nano",
  "gpt-4.5-preview",
  "gpt-5",
  "gpt-5-chat-latest",
];

test.each(names)("%s has the encoding that js-tiktoken gives it", (name) => {
  const given: string = getEncodingNameForModel(name);
  const ours: { readonly name: string; readonly isOwn: boolean } = encodingOf(name);
  expect(ours).toEqual({ name: given, isOwn: true });
});
