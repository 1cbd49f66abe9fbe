import { expect, test } from "bun:test";
import { createDrops } from "../../../src/dialects/drops.ts";
import { openaiResponses } from "../../../src/dialects/openai-responses/dialect.ts";
import type { OutputPart } from "../../../src/dialects/conversation.ts";
import { contextOf, read, readStream } from "./support.ts";

const spawn = {
  type: "function",
  name: "spawn",
  description: "Starts one.",
  parameters: { type: "object", properties: {} },
  strict: false,
};
// The shape of Codex 0.169.
const tools = [
  { type: "function", name: "exec", parameters: null, strict: null },
  { type: "namespace", name: "agents", description: "Sub-agents.", tools: [spawn, { type: "custom", name: "tell" }] },
];

test("the tools of a namespace stand by themselves, under both names", () => {
  const { conversation, dropped } = read({ input: "x", tools });
  expect(conversation.tools).toMatchObject([
    { kind: "function", name: "exec" },
    { kind: "function", name: "agents__spawn", grouped: { namespace: "agents", member: "spawn" } },
    { kind: "custom", name: "agents__tell", grouped: { namespace: "agents", member: "tell" } },
  ]);
  expect(dropped).toEqual(["tools.description"]);
});

test("a call in the history is known under both names", () => {
  const input = [
    { type: "function_call", call_id: "c1", namespace: "agents", name: "spawn", arguments: "{}" },
    { type: "function_call_output", call_id: "c1", namespace: "agents", name: "spawn", output: "ok" },
  ];
  const { conversation } = read({ input, tools });
  expect(conversation.messages).toMatchObject([
    { content: [{ kind: "tool_call", name: "agents__spawn" }] },
    { results: [{ callId: "c1", name: "agents__spawn" }] },
  ]);
  const goingOn = read({ input: input.slice(1), previous_response_id: "resp_1", tools }).conversation;
  expect(goingOn.messages).toMatchObject([{ results: [{ name: "agents__spawn" }] }]);
});

test("a namespace without tools or a name is refused", () => {
  expect(() => read({ input: "x", tools: [{ type: "namespace", name: "agents" }] })).toThrow("'tools[0].tools'");
  expect(() => read({ input: "x", tools: [{ type: "namespace", name: "", tools: [] }] })).toThrow("'tools[0].name'");
});

const call = (name: string, args: string): OutputPart => ({
  kind: "tool_call",
  id: `call_${name.length}`,
  name,
  arguments: args,
  isCustom: false,
  signature: null,
  cache: null,
});

test("a call comes back in its namespace, whole and as a stream", () => {
  const context = contextOf(read({ input: "x", tools }).conversation);
  const content = [call("agents__spawn", "{}"), call("agents__tell", '{"input":"hi"}'), call("exec", "{}")];
  const reply = {
    id: "resp_1",
    model: "m",
    createdAt: 1,
    serviceTier: null,
    fingerprint: null,
    usage: null,
    candidates: [
      {
        index: 0,
        content,
        finish: { reason: "tool_calls", stopSequence: null, detail: null } as const,
        logprobs: null,
      },
    ],
  };
  const { output } = openaiResponses.writeReply(reply, context, createDrops({}));
  expect(output).toMatchObject([
    { type: "function_call", namespace: "agents", name: "spawn", arguments: "{}" },
    { type: "custom_tool_call", namespace: "agents", name: "tell", input: "hi" },
    { type: "function_call", name: "exec" },
  ]);
  expect(JSON.stringify(output)).not.toContain("agents__");
  // A stream that was sent in such words is read under both names again.
  const write = openaiResponses.writeEvents(context);
  const { candidates } = reply;
  const events = candidates.flatMap(({ content: parts }) =>
    parts.flatMap((part, index) => [
      { kind: "part", candidate: 0, index, part } as const,
      { kind: "part_end", candidate: 0, index } as const,
    ]),
  );
  const text = [
    write({ kind: "start", id: "resp_1", model: "m", createdAt: 1, serviceTier: null, fingerprint: null }),
    ...events.map(write),
    write({ kind: "finish", candidate: 0, finish: { reason: "tool_calls", stopSequence: null, detail: null } }),
    write({ kind: "end" }),
  ].join("");
  expect(text).toContain('"namespace":"agents"');
  expect(readStream(new TextEncoder().encode(text)).isWhole).toBe(true);
});
