// What is said of a medium beside its bytes: kept where there is a place for it, else named.
import { expect, test } from "bun:test";
import type { InputPart } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import { gemini } from "../../../src/dialects/gemini/dialect.ts";
import { plainCall } from "../rich.ts";
import { emptyConversation, result, user } from "../support/conversation.ts";
import { writeRequest } from "../support/speak.ts";

const droppedIn = (part: object): readonly string[] => {
  const drops = createDrops(gemini.fieldNames);
  gemini.readRequest({ contents: [{ role: "user", parts: [part] }] }, { model: "m", stream: false }, drops);
  return drops.names();
};

const named = (mimeType: string): object => ({ inlineData: { mimeType, data: "AAAA", displayName: "a" } });
const inDetail = (mimeType: string): object => ({
  fileData: { mimeType, fileUri: "https://x.example/a" },
  mediaResolution: { level: "MEDIA_RESOLUTION_HIGH" },
});

test.each([
  [named("image/png"), ["contents.parts.inlineData.displayName"]],
  [named("audio/wav"), ["contents.parts.inlineData.displayName"]],
  [named("application/pdf"), []],
  [
    { fileData: { mimeType: "video/mp4", fileUri: "https://x.example/a.mp4", displayName: "a" } },
    ["contents.parts.fileData.displayName"],
  ],
  [inDetail("application/pdf"), ["contents.parts.mediaResolution"]],
  [inDetail("video/mp4"), ["contents.parts.mediaResolution"]],
  [inDetail("image/png"), []],
])("%j: a name that is no document's and a resolution that is no image's are named", (part, names) => {
  expect(droppedIn(part)).toEqual(names);
});

const cache = { ttlSeconds: null };
const pdf = { kind: "base64", data: "JVBERi0=", mediaType: "application/pdf" } as const;
const png = { kind: "base64", data: "AAAA", mediaType: "image/png" } as const;
const citation = { url: "https://a.example", title: null, quote: null, start: null, end: null, native: null };

test.each<[InputPart, readonly string[]]>([
  [{ kind: "text", text: "a", citations: [], cache }, ["messages.content.cache_control"]],
  [{ kind: "text", text: "a", citations: [citation], cache: null }, ["messages.content.citations"]],
  [{ kind: "image", source: png, detail: "low", cache }, ["messages.content.cache_control", "messages.content.detail"]],
  [
    { kind: "file", source: pdf, name: "a.pdf", context: "c", cite: true, cache: null },
    ["messages.content.filename", "messages.content.context", "messages.content.citations"],
  ],
])("what a function's response has no place for is named: %j", (part, names) => {
  const call = { ...plainCall, id: "c" };
  const { dropped } = writeRequest("gemini", {
    ...emptyConversation,
    model: "gemini-3.1-pro",
    messages: [
      user("Hi"),
      { role: "assistant", content: [call], name: null },
      { role: "tool", results: [{ ...result("c", "", "f"), content: [part] }] },
    ],
  });
  expect(dropped).toEqual([...names]);
});
