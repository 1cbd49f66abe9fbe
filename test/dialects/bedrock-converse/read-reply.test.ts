import { expect, test } from "bun:test";
import type { JsonObject } from "../../../src/dialects/conversation.ts";
import { createDrops } from "../../../src/dialects/drops.ts";
import type { FailureKind, FinishReason } from "../../../src/dialects/reply.ts";
import { bedrockConverse } from "../../../src/dialects/bedrock-converse/dialect.ts";

const read = (more: JsonObject) => {
  const drops = createDrops({});
  const reply = bedrockConverse.readReply({ output: { message: { role: "assistant", content: [] } }, ...more }, drops);
  return { reply, dropped: drops.names() };
};

const reasons: readonly (readonly [string, FinishReason, string | null])[] = [
  ["end_turn", "stop", null],
  ["tool_use", "tool_calls", null],
  ["max_tokens", "length", null],
  ["stop_sequence", "stop_sequence", null],
  ["model_context_window_exceeded", "length", "model_context_window_exceeded"],
  ["guardrail_intervened", "content_filter", "guardrail_intervened"],
  ["content_filtered", "content_filter", "content_filtered"],
  ["malformed_model_output", "error", "malformed_model_output"],
  ["malformed_tool_use", "error", "malformed_tool_use"],
  ["refusal", "refusal", "refusal"],
  ["pause_turn", "pause", "pause_turn"],
  ["constructor", "stop", "constructor"],
];

test.each(reasons)("the stop reason %s", (stopReason, reason, detail) => {
  expect(read({ stopReason }).reply.candidates[0]?.finish).toEqual({ reason, stopSequence: null, detail });
});

test("the tier, the model a router chose, and a guardrail's trace by name", () => {
  const { reply, dropped } = read({
    stopReason: "guardrail_intervened",
    serviceTier: { type: "flex" },
    trace: { promptRouter: { invokedModelId: "arn:m" }, guardrail: { actionReason: "x" } },
  });
  expect(reply).toMatchObject({ model: "arn:m", serviceTier: "flex", usage: null, createdAt: null });
  expect(dropped).toEqual(["trace.guardrail"]);
});

test("a block nobody knows stays as it is", () => {
  const { reply } = read({
    output: { message: { content: [{ futureContent: { a: 1 } }, {}, "no block"] } },
  });
  expect(reply.candidates[0]?.content).toEqual([
    { kind: "native", dialect: "bedrock-converse", name: "futureContent", value: { futureContent: { a: 1 } } },
  ]);
});

test("a reply without a message is not of the dialect", () => {
  expect(() => bedrockConverse.readReply({ choices: [] }, createDrops({}))).toThrow("no message");
});

const failures: readonly (readonly [number, JsonObject | null, FailureKind, string, string | null])[] = [
  [400, { message: "Bad" }, "invalid_request", "Bad", null],
  [
    400,
    { __type: "com.amazon.coral.service#ServiceQuotaExceededException:http://x", message: "Full" },
    "quota",
    "Full",
    "serviceQuotaExceededException",
  ],
  [403, { Message: "No" }, "permission", "No", null],
  [404, { message: "?" }, "not_found", "?", null],
  [408, { message: "?" }, "timeout", "?", null],
  [424, { message: "?" }, "server", "?", null],
  [429, { message: "?" }, "rate_limit", "?", null],
  [429, { __type: "ModelNotReadyException", message: "?" }, "overloaded", "?", "modelNotReadyException"],
  [500, null, "server", "The provider failed without saying why", null],
  [503, { message: "?" }, "overloaded", "?", null],
];

test.each(failures)("the error reply %d %j", (status, body, kind, message, code) => {
  expect(bedrockConverse.readFailure(status, body)).toEqual({ kind, status, message, code, param: null });
});
