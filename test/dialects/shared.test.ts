import { expect, test } from "bun:test";
import { createAssembler, toEvents } from "../../src/dialects/assemble.ts";
import type { Conversation } from "../../src/dialects/conversation.ts";
import { createDrops, dropUnknown, nativeFields } from "../../src/dialects/drops.ts";
import { kindOfStatus, statusFor, toFailure } from "../../src/dialects/failure.ts";
import { compact, maybeOneOf, maybeText, needList, needText, toNumber } from "../../src/dialects/fields.ts";
import { packSignature, unpackSignature } from "../../src/dialects/signature.ts";
import { errorTable, ProxyError } from "../../src/errors.ts";
import { parseJson } from "../../src/wire/lossless-json.ts";
import { richReply } from "./rich.ts";

test("a whole reply told as events is the same reply again", () => {
  const assembler = createAssembler();
  for (const event of toEvents(richReply)) assembler.event(event);
  expect(assembler.reply()).toEqual(richReply);
  expect(assembler.failure()).toBeNull();
});

const logprob = { token: "a", bytes: null, logprob: -1, top: [] };
/** An answer of so many deltas, each with so many tokens. */
const assembled = (deltas: number, tokens: number) => {
  const [candidate, index] = [0, 0];
  const assembler = createAssembler();
  assembler.event({
    kind: "part",
    candidate,
    index,
    part: { kind: "text", text: "", citations: [], cache: null },
  });
  const logprobs = Array.from({ length: tokens }, () => logprob);
  for (let delta = 0; delta < deltas; delta += 1) {
    assembler.event({ kind: "delta", candidate, index, text: "a", logprobs });
  }
  return assembler;
};
const countOf = ({ reply }: ReturnType<typeof createAssembler>): number | undefined =>
  reply().candidates[0]?.logprobs?.length;

test("a delta may have 300,000 logprobs, and an answer so far does not grow", () => {
  const assembler = assembled(2, 300_000);
  const soFar = assembler.reply();
  assembler.event({ kind: "delta", candidate: 0, index: 0, text: "a", logprobs: [logprob] });
  expect([soFar.candidates[0]?.logprobs?.length, countOf(assembler)]).toEqual([600_000, 600_001]);
});

const timeOf = (deltas: number): number => {
  const times = Array.from({ length: 3 }, () => {
    const begun = performance.now();
    expect(countOf(assembled(deltas, 1))).toBe(deltas);
    return performance.now() - begun;
  });
  return Math.min(...times);
};

test("logprobs of ten times as many deltas take no hundred times as long", () => {
  timeOf(4000);
  expect(timeOf(40_000) / timeOf(4000)).toBeLessThan(40);
});

test("an answer cut short is as long as it has grown and ended in an error", () => {
  const assembler = createAssembler();
  for (const event of toEvents(richReply).slice(0, 4)) assembler.event(event);
  const [candidate] = assembler.reply().candidates;
  expect(candidate?.finish.reason).toBe("error");
  expect(candidate?.content.length).toBeGreaterThan(0);
});

test("dropped names are the client's words, each once, and fit into a header", () => {
  const drops = createDrops({ topK: "generationConfig.topK" });
  drops.field("topK");
  drops.field("seed");
  drops.name("a b\r\nc");
  drops.name("a b\r\nc");
  drops.name("x".repeat(500));
  expect(drops.names()).toEqual(["generationConfig.topK", "seed", "a_b__c", "x".repeat(80)]);
  for (let index = 0; index < 1000; index += 1) drops.name(`n${index}`);
  expect(drops.names().length).toBe(64);
});

test("unknown keys are named with their place, a null is not missed", () => {
  const drops = createDrops({});
  dropUnknown({ a: 1, b: 2, c: null }, new Set(["a"]), "messages.", drops);
  expect(drops.names()).toEqual(["messages.b"]);
});

test("fields of one dialect stay for it, are shared with its kin and named to any other", () => {
  const native: Conversation["native"] = { dialect: "openai-chat", fields: { x: 1, shared: 2, none: null } };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is read
  const conversation = { native } as Conversation;
  const drops = createDrops({});
  expect(nativeFields(conversation, "openai-chat", drops)).toEqual({ x: 1, shared: 2, none: null });
  expect(drops.names()).toEqual([]);
  expect(nativeFields(conversation, "anthropic", drops, new Set(["shared"]))).toEqual({ shared: 2 });
  expect(drops.names()).toEqual(["x"]);
});

test.each([
  [undefined, "Missing required parameter: 'a.b'", "missing_required_parameter"],
  [null, "Invalid type for 'a.b': wanted a string, got null", "invalid_request"],
  [[], "Invalid type for 'a.b': wanted a string, got an array", "invalid_request"],
  [1, "Invalid type for 'a.b': wanted a string, got a number", "invalid_request"],
  [parseJson("1.0"), "Invalid type for 'a.b': wanted a string, got a number", "invalid_request"],
  [{}, "Invalid type for 'a.b': wanted a string, got an object", "invalid_request"],
  [true, "Invalid type for 'a.b': wanted a string, got a boolean", "invalid_request"],
] as const)("a field that is %p is refused with its path", (value, message, code) => {
  try {
    needText(value, "a.b");
    expect.unreachable();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ProxyError);
    expect(thrown).toMatchObject({ message, code, param: "a.b" });
  }
});

test("what may be absent is null, and still checked when it is there", () => {
  expect([maybeText(undefined, "a"), maybeText(null, "a"), maybeText("x", "a")]).toEqual([null, null, "x"]);
  expect(() => maybeText(1, "a")).toThrow("wanted a string");
  expect(() => needList({}, "a")).toThrow("wanted an array, got an object");
  expect(maybeOneOf("b", ["a", "b"], "p")).toBe("b");
  expect(() => maybeOneOf("c", ["a", "b"], "p")).toThrow("Invalid value for 'p': 'c'. Supported values are: 'a', 'b'");
});

test("a number kept as it was spelled is still a number", () => {
  expect([toNumber(parseJson("1.0")), toNumber(2), toNumber("2"), toNumber({})]).toEqual([1, 2, null, null]);
});

test("compact says nothing of what was not given", () => {
  expect(compact({ a: 0, b: null, c: undefined, d: false, e: "" })).toEqual({ a: 0, d: false, e: "" });
});

test("a seal survives a client of another dialect", () => {
  const seal = { by: "anthropic", value: "Eq:o=/+" } as const;
  expect(packSignature(seal, "anthropic")).toBe("Eq:o=/+");
  for (const to of ["openai-chat", "openai-responses", "gemini"] as const) {
    expect(unpackSignature(packSignature(seal, to), to)).toEqual(seal);
  }
  expect(unpackSignature("qlite:nobody:x", "gemini")).toEqual({ by: "gemini", value: "qlite:nobody:x" });
});

test("every failure of ours has a kind that fits its status", () => {
  for (const [code, row] of Object.entries(errorTable)) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table are its codes
    const failure = toFailure(new ProxyError(code as keyof typeof errorTable, "it failed"));
    expect(failure).toMatchObject({ status: row.status, message: "it failed", code });
    expect(kindOfStatus(failure.status)).toBe(failure.kind);
  }
});

test("an overload is 529 to Anthropic's clients alone", () => {
  const overload = { kind: "overloaded", status: 529, message: "", code: null, param: null } as const;
  expect([statusFor(overload, "anthropic"), statusFor(overload, "openai-chat")]).toEqual([529, 503]);
  expect(statusFor({ ...overload, kind: "rate_limit", status: 429 }, "anthropic")).toBe(429);
});
