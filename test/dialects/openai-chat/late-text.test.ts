import { describe, expect, test } from "bun:test";
import { faultsOf, readStream } from "./support.ts";

const chunk = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ id: "1", model: "m", created: 1, choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

const callPiece = (json: string, begin: object = {}): string =>
  chunk({ tool_calls: [{ index: 0, ...begin, function: { ...("id" in begin && { name: "f" }), arguments: json } }] });
const textsOf = (...chunks: readonly string[]) => {
  const text = [...chunks, chunk({}, "tool_calls"), "data: [DONE]\n\n"].join("");
  const { reply, isWhole, failure, events } = readStream(new TextEncoder().encode(text));
  expect([isWhole, failure, faultsOf(events)]).toEqual([true, null, []]);
  return reply.candidates.flatMap(({ content }) =>
    content.map((part) => (part.kind === "tool_call" ? part.arguments : part.kind === "text" ? part.text : part.kind)),
  );
};

describe("text that comes while a call is under way", () => {
  const begun = callPiece('{"a"', { id: "call_1" });

  test("is told behind it, and the call stays one", () => {
    expect(textsOf(begun, chunk({ content: "\n" }), chunk({ content: "Let me" }), callPiece(":1}"))).toEqual([
      '{"a":1}',
      "\nLet me",
    ]);
  });

  test("is told as soon as more of it comes and the call is whole", () => {
    const chunks = [
      begun,
      chunk({ content: "Let" }),
      callPiece(":1}"),
      chunk({ content: " me" }),
      chunk({ content: " see" }),
    ];
    expect(textsOf(...chunks)).toEqual(['{"a":1}', "Let me see"]);
  });

  test("stays with its refusal", () => {
    expect(textsOf(begun, chunk({ content: "I " }), chunk({ refusal: "No." }), callPiece(":1}"))).toEqual([
      '{"a":1}',
      "I ",
      "refusal",
    ]);
  });

  test("takes no time that grows with the square of the answer", () => {
    // To parse the arguments each time takes longer than a test may.
    const long = callPiece(`{"a":"${"x".repeat(4_000_000)}`, { id: "call_1" });
    const said = Array.from({ length: 30_000 }, () => chunk({ content: "w" }));
    expect(textsOf(long, ...said, callPiece('"}'))[1]).toHaveLength(30_000);
  });
});
