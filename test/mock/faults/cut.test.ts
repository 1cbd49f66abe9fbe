import { expect, test } from "bun:test";
import { assert, integer, property, string } from "fast-check";
import { createGenerate } from "../../../src/mock/auto/generate.ts";
import { sliceChars, toTokens } from "../../../src/mock/auto/text.ts";
import type { Cut } from "../../../src/mock/endpoints/cut.ts";
import { parseFields } from "../../../src/mock/endpoints/fields.ts";
import { findRoute } from "../../../src/mock/endpoints/routes.ts";
import { createIds } from "../../../src/mock/seed.ts";

test("a text is cut at words, signs, three digits, and two letters of a script without spaces", () => {
  expect([...toTokens("Hello, world! It's 2026.\n\n  if x:", 1)]).toEqual([
    "Hello",
    ",",
    " world",
    "!",
    " It",
    "'",
    "s",
    " 202",
    "6",
    ".",
    "\n\n ",
    " if",
    " x",
    ":",
  ]);
  expect([...toTokens("日本語の、そして 😀", 1)]).toEqual(["日本", "語の", "、", "そし", "て", " 😀"]);
  expect([...toTokens("one two three", 2)]).toEqual(["one two", " three"]);
  expect([...toTokens("", 1)]).toEqual([]);
  expect([...toTokens("x".repeat(40), 1)].map(({ length }) => length)).toEqual([16, 16, 8]);
});

test("the pieces make up the text, none is empty, and none of them breaks a character", () => {
  assert(
    property(string({ unit: "grapheme" }), integer({ min: 1, max: 9 }), (text, size) => {
      for (const pieces of [[...toTokens(text, size)], [...sliceChars(text, size)]]) {
        expect(pieces.join("")).toBe(text);
        expect(pieces.every((piece) => piece !== "" && piece.isWellFormed())).toBe(true);
      }
      const { length } = [...sliceChars(text, size)];
      expect(length).toBeLessThanOrEqual(Math.ceil(text.length / size));
    }),
  );
});

const headers = new Headers();
const path = "/v1/chat/completions";

/** What the content deltas of a chat stream say, cut so. */
const deltasOf = async (cut: Cut, more: object = {}): Promise<readonly string[]> => {
  const body = parseFields(
    JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "Hi" }], ...more }),
  );
  const heard = findRoute(path, headers)?.endpoint.hear({ path, query: "", headers, body });
  const ids = createIds(1)(0);
  const answer = heard?.auto(ids, createGenerate({ responseTokens: 5, chunks: 3 }));
  if (heard === undefined || answer === undefined) throw new Error("no answer");
  const said = heard.say(answer, { ids, cut, nextWaitMs: () => 0 });
  if (said.body.kind !== "stream") throw new Error("no stream");
  let text = "";
  for (;;) {
    const write = await said.body.writes.next();
    if (write === null) break;
    text += String(write.bytes);
  }
  return [...text.matchAll(/"delta":\{"content":"(.*?)"\}/g)].map(([, content = ""]) => content);
};

test("a stream is cut by tokens, by characters, or into pieces, the old way to say it too", async () => {
  expect(await deltasOf({ chunk: { by: "token", size: 1 }, errorAfter: null })).toEqual([
    "Lorem",
    " ipsum",
    " dolor",
    " sit",
    " amet",
    ",",
  ]);
  expect(await deltasOf({ chunk: { by: "token", size: 4 }, errorAfter: null })).toEqual([
    "Lorem ipsum dolor sit",
    " amet,",
  ]);
  expect(await deltasOf({ chunk: { by: "char", size: 10 }, errorAfter: null })).toEqual([
    "Lorem ipsu",
    "m dolor si",
    "t amet,",
  ]);
  const pieces = await deltasOf({ chunk: { by: "pieces", size: 3 }, errorAfter: null });
  expect(pieces).toHaveLength(3);
  expect(await deltasOf({ chunk: { by: "token", size: 1 }, errorAfter: 2 })).toEqual(["Lorem", " ipsum"]);
});

test("where log probabilities are told, a piece is so many of their tokens", async () => {
  const tokens = await deltasOf({ chunk: { by: "token", size: 1 }, errorAfter: null }, { logprobs: true });
  expect(tokens.join("")).toBe("Lorem ipsum dolor sit amet,");
  const pairs = await deltasOf({ chunk: { by: "token", size: 2 }, errorAfter: null }, { logprobs: true });
  expect(pairs.join("")).toBe(tokens.join(""));
  expect(pairs).toHaveLength(Math.ceil(tokens.length / 2));
});
