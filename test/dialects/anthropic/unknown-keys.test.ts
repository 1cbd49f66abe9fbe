import { expect, test } from "bun:test";
import { newDrops, read } from "./make.ts";

const droppedIn = (block: object, role = "user"): readonly string[] => {
  const drops = newDrops();
  const answer = role === "assistant" ? [{ role: "user", content: "Hi" }] : [];
  read({ messages: [...answer, { role, content: [block] }] }, drops);
  return drops.names();
};

const image = (source: object): object => ({ type: "image", source });
const document = (source: object, more: object = {}): object => ({ type: "document", source, ...more });

test.each([
  ["an image of bytes", image({ type: "base64", media_type: "image/png", data: "AAAA", strange: 1 })],
  ["an image by its URL", image({ type: "url", url: "https://x.example/a.png", strange: 1 })],
  ["an image of a file", image({ type: "file", file_id: "file_1", strange: 1 })],
  ["a PDF", document({ type: "base64", media_type: "application/pdf", data: "AAAA", strange: 1 })],
  ["a text", document({ type: "text", media_type: "text/plain", data: "a", strange: 1 })],
  ["a PDF by its URL", document({ type: "url", url: "https://x.example/a.pdf", strange: 1 })],
  ["a document of a file", document({ type: "file", file_id: "file_1", strange: 1 })],
  ["a document of content", document({ type: "content", content: "a", strange: 1 })],
])("an unknown key in the source of %s is named", (_, block) => {
  expect(droppedIn(block)).toEqual(["messages.content.source.strange"]);
});

test("an unknown key of a document's citations is named, and of a citation", () => {
  const source = { type: "text", media_type: "text/plain", data: "a" };
  expect(droppedIn(document(source, { citations: { enabled: true, strange: 1 } }))).toEqual([
    "messages.content.citations.strange",
  ]);
  const citation = { type: "char_location", cited_text: "a", document_index: 0, document_title: null };
  const cited = { ...citation, start_char_index: 0, end_char_index: 1, file_id: null, strange: 1 };
  expect(droppedIn({ type: "text", text: "a", citations: [cited] }, "assistant")).toEqual([
    "messages.content.citations.strange",
  ]);
});
