// What a provider seals must come back to it: its reply goes to a client of any dialect, the client keeps the message as
// it is and sends it in the next turn, and the provider gets its own words again.
import { expect } from "bun:test";
import type { ClientDialectName, DialectName, JsonObject } from "../../../src/dialects/conversation.ts";
import { isObject, toList, toObject } from "../../../src/dialects/fields.ts";
import { createAssembler, toEvents } from "../../../src/dialects/assemble.ts";
import { plainTraits } from "../../../src/dialects/dialect.ts";
import type { Reply } from "../../../src/dialects/reply.ts";
import { cell } from "./gaps.ts";
import { readReply, readRequest, readStreamText, targets, upstreamNames, writeReply, writeRequest } from "./speak.ts";
import { writeStream } from "./speak.ts";

const thought = "Two numbers, one sum.";
const args = { a: 17, b: 25 };

/** An answer of each provider that thinks with all its kinds of seals, then calls a tool. */
const replies: Readonly<Record<DialectName, JsonObject>> = {
  "openai-chat": {
    id: "c1",
    model: "m",
    choices: [
      {
        index: 0,
        finish_reason: "tool_calls",
        message: {
          role: "assistant",
          content: "I add.",
          reasoning: thought,
          reasoning_details: [
            { type: "reasoning.text", text: thought, signature: "c2VhbA==", format: "x-v1", index: 0 },
          ],
          tool_calls: [{ id: "call_1", type: "function", function: { name: "add", arguments: JSON.stringify(args) } }],
        },
      },
    ],
  },
  "openai-responses": {
    id: "resp_1",
    model: "m",
    status: "completed",
    output: [
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: thought }], encrypted_content: "gAAA1" },
      { type: "message", id: "msg_1", role: "assistant", content: [{ type: "output_text", text: "I add." }] },
      { type: "reasoning", id: "rs_2", summary: [], encrypted_content: "gAAA2" },
      { type: "function_call", id: "fc_1", call_id: "call_1", name: "add", arguments: JSON.stringify(args) },
    ],
  },
  anthropic: {
    id: "msg_1",
    model: "m",
    role: "assistant",
    stop_reason: "tool_use",
    content: [
      { type: "thinking", thinking: thought, signature: "EqQB1" },
      { type: "redacted_thinking", data: "EmwK2" },
      { type: "thinking", thinking: "", signature: "EqQB3" },
      { type: "text", text: "I add." },
      { type: "tool_use", id: "toolu_1", name: "add", input: args },
    ],
  },
  gemini: {
    responseId: "g1",
    modelVersion: "m",
    candidates: [
      {
        index: 0,
        finishReason: "STOP",
        content: {
          role: "model",
          parts: [
            { text: thought, thought: true },
            { text: "I add.", thoughtSignature: "R2VtMQ==" },
            { functionCall: { name: "add", args }, thoughtSignature: "R2VtMg==" },
          ],
        },
      },
    ],
  },
  "bedrock-converse": {
    stopReason: "tool_use",
    output: {
      message: {
        role: "assistant",
        content: [
          { reasoningContent: { reasoningText: { text: thought, signature: "EqoB1" } } },
          { reasoningContent: { redactedContent: "RW1n" } },
          { text: "I add." },
          { toolUse: { toolUseId: "tooluse_1", name: "add", input: args } },
        ],
      },
    },
  },
};

const sealKeys = ["signature", "data", "encrypted_content", "thoughtSignature", "redactedContent"];

/** All seals in a body, in their order, each with the text it stands beside. */
const sealsIn = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(sealsIn);
  if (!isObject(value)) return [];
  const own = sealKeys.flatMap((key) => {
    const seal = value[key];
    return typeof seal === "string" && seal !== "skip_thought_signature_validator" ? [`${key}=${seal}`] : [];
  });
  return [...own, ...Object.values(value).flatMap(sealsIn)];
};

const objectsIn = (list: unknown): readonly JsonObject[] => toList(list).filter(isObject);

const first = (body: JsonObject, list: string): JsonObject => toObject(toList(body[list])[0]) ?? {};

/** The next request of a client that keeps the answer as it is and gives the result of its call. */
const nextTurn: Readonly<Record<ClientDialectName, (reply: JsonObject) => JsonObject>> = {
  "openai-chat": (reply) => {
    const message = toObject(first(reply, "choices")["message"]) ?? {};
    const calls = objectsIn(message["tool_calls"]);
    const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "42" }));
    return { messages: [{ role: "user", content: "17 + 25?" }, message, ...results], reasoning_effort: "high" };
  },
  "openai-responses": (reply) => {
    const output = objectsIn(reply["output"]);
    const calls = output.filter(({ type }) => type === "function_call");
    const results = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: "42" }));
    const reasoning = { effort: "high" };
    return { input: [{ role: "user", content: "17 + 25?" }, ...output, ...results], reasoning, store: false };
  },
  anthropic: (reply) => {
    const content = objectsIn(reply["content"]);
    const calls = content.filter(({ type }) => type === "tool_use");
    const results = calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "42" }));
    const turn = { role: "assistant", content };
    const messages = [{ role: "user", content: "17 + 25?" }, turn, { role: "user", content: results }];
    return { max_tokens: 9000, thinking: { type: "adaptive" }, messages };
  },
  gemini: (reply) => {
    const content = toObject(first(reply, "candidates")["content"]) ?? {};
    const calls = objectsIn(objectsIn(content["parts"]).map(({ functionCall }) => functionCall));
    const results = calls.map(({ id, name }) => ({ functionResponse: { id, name, response: { output: "42" } } }));
    const contents = [{ role: "user", parts: [{ text: "17 + 25?" }] }, content, { role: "user", parts: results }];
    return { contents, generationConfig: { thinkingConfig: { thinkingLevel: "HIGH" } } };
  },
};

/** The reply as a client makes it of a stream: told in events and read again, as the client's own SDK would. */
const throughStream = (client: ClientDialectName, reply: Reply): Reply =>
  readStreamText(client, writeStream(client, toEvents(reply)).join("")).reply;

/** A server of the chat dialect that thinks and seals nothing, such as DeepSeek's. */
const unsealed: JsonObject = {
  id: "c1",
  model: "m",
  choices: [
    {
      index: 0,
      finish_reason: "tool_calls",
      message: {
        role: "assistant",
        content: "I add.",
        reasoning_content: thought,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "add", arguments: JSON.stringify(args) } }],
      },
    },
  ],
};

/** The same of Gemini. */
const unsealedThought: JsonObject = {
  responseId: "g1",
  modelVersion: "m",
  candidates: [
    {
      index: 0,
      finishReason: "STOP",
      content: { role: "model", parts: [{ text: thought, thought: true }, { functionCall: { name: "add", args } }] },
    },
  ],
};

/** The next turn of a client that was given a reply. */
const nextOf = (client: ClientDialectName, reply: Reply) =>
  readRequest(client, nextTurn[client](writeReply(client, reply).value)).value;

export const unsealedContract = (client: ClientDialectName): void => {
  cell(`${client} <-> openai-chat: reasoning without a seal comes back`, () => {
    const reply = readReply("openai-chat", unsealed).value;
    for (const one of [reply, throughStream(client, reply)]) {
      const { value } = writeRequest("openai-chat", nextOf(client, one), plainTraits);
      const turns = objectsIn(value["messages"]).filter(({ role }) => role === "assistant");
      expect(turns.map(({ reasoning_content }) => reasoning_content)).toEqual([thought]);
    }
  });
  cell(`${client}: what stands for a missing seal is sent to nobody as one`, () => {
    for (const reply of [readReply("openai-chat", unsealed).value, readReply("gemini", unsealedThought).value]) {
      for (const one of [reply, throughStream(client, reply)]) {
        for (const to of upstreamNames) {
          const { value } = writeRequest(to, nextOf(client, one));
          expect(sealsIn(value)).toEqual([]);
          expect(JSON.stringify(value)).not.toContain("qlite:");
        }
      }
    }
  });
};

export const sealContract = (client: ClientDialectName): void => {
  for (const upstream of upstreamNames) {
    if (upstream === client) continue;
    const check = (reply: Reply): void => {
      const said = writeReply(client, reply).value;
      const next = readRequest(client, nextTurn[client](said), targets[upstream].model).value;
      const traits = { ...targets[upstream].traits, hasReasoningDetails: true, reasoningField: "reasoning" as const };
      const { value } = writeRequest(upstream, next, traits);
      expect(sealsIn(value)).toEqual(sealsIn(replies[upstream]));
      expect(JSON.stringify(value).split(thought).length).toBeGreaterThan(upstream === "bedrock-converse" ? 0 : 1);
    };
    cell(`${client} <-> ${upstream}: the seals of an answer come back in the next turn`, () => {
      check(readReply(upstream, replies[upstream]).value);
    });
    cell(`${client} <-> ${upstream}: the seals of a stream come back in the next turn`, () => {
      const assembler = createAssembler();
      for (const event of toEvents(readReply(upstream, replies[upstream]).value)) assembler.event(event);
      check(throughStream(client, assembler.reply()));
    });
  }
};
