// From one dialect into another: what the other has no words for is named, what it says is not.
import { describe, expect, test } from "bun:test";
import { anthropic } from "../../src/dialects/anthropic/dialect.ts";
import { createAssembler } from "../../src/dialects/assemble.ts";
import { bedrockConverse } from "../../src/dialects/bedrock-converse/dialect.ts";
import type { JsonObject } from "../../src/dialects/conversation.ts";
import { plainTraits, type Dialect, type Traits, type UpstreamDialect } from "../../src/dialects/dialect.ts";
import { createDrops } from "../../src/dialects/drops.ts";
import { gemini } from "../../src/dialects/gemini/dialect.ts";
import { openaiChat } from "../../src/dialects/openai-chat/dialect.ts";
import { openaiResponses } from "../../src/dialects/openai-responses/dialect.ts";
import type { Reply } from "../../src/dialects/reply.ts";
import { emptyConversation } from "./support/conversation.ts";

const clients = { chat: openaiChat, responses: openaiResponses, anthropic, gemini } as const;
const upstreams = { ...clients, bedrock: bedrockConverse } as const;

/** The names of what a client's request loses at an upstream. */
const lostOf = (
  client: Dialect,
  body: JsonObject,
  upstream: UpstreamDialect,
  traits: Partial<Traits> = {},
  model = "m",
) => {
  const drops = createDrops(client.fieldNames);
  const conversation = client.readRequest(body, { model, stream: false }, drops);
  upstream.writeRequest(conversation, { ...plainTraits, ...traits }, drops);
  return drops.names();
};

/** The names of what an upstream's reply loses at a client. */
const lostAt = (client: Dialect, reply: Reply): readonly string[] => {
  const drops = createDrops(client.fieldNames);
  const context = { conversation: emptyConversation, nowSeconds: 1, newId: () => "id", framing: "sse" } as const;
  client.writeReply(reply, context, drops);
  return drops.names();
};

const page = { type: "web_search_result_location", url: "https://a.example", title: "A", cited_text: "so it is" };
const sealedPage = { ...page, encrypted_index: "EoI=" };
const ofSearch = {
  type: "search_result_location",
  source: "https://a.example",
  title: "A",
  cited_text: "so it is",
  search_result_index: 0,
  start_block_index: 0,
  end_block_index: 1,
};
const ofClaude = (...citations: readonly JsonObject[]): Reply =>
  anthropic.readReply(
    {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude",
      content: [{ type: "text", text: "It is so.", citations }],
      stop_reason: "end_turn",
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    createDrops({}),
  );

describe("what a citation of Claude's says beside its address and its title is named", () => {
  const seal = "message.annotations.encrypted_index";
  const quote = "message.annotations.cited_text";
  test.each([
    ["responses", sealedPage, [quote, seal]],
    ["chat", sealedPage, [seal]],
    ["gemini", sealedPage, [quote, seal]],
    ["anthropic", sealedPage, []],
    ["chat", { ...page, encrypted_index: "" }, []],
    [
      "chat",
      ofSearch,
      ["search_result_index", "start_block_index", "end_block_index"].map((key) => `message.annotations.${key}`),
    ],
  ] as const)("toward a client of %s: %j", (name, citation, names) => {
    expect(lostAt(clients[name], ofClaude(citation))).toEqual([...names]);
  });

  test.each([
    ["responses", ["messages.content.citations.cited_text", "messages.content.citations.encrypted_index"]],
    ["chat", ["messages.content.citations"]],
    ["anthropic", []],
  ] as const)("and so it is in a history toward %s", (name, names) => {
    const content = [{ type: "text", text: "It is so.", citations: [sealedPage] }];
    const messages = [
      { role: "user", content: "Is it?" },
      { role: "assistant", content },
      { role: "user", content: "Sure?" },
    ];
    expect(lostOf(anthropic, { model: "m", max_tokens: 99, messages }, upstreams[name])).toEqual([...names]);
  });
});

const image = { type: "image_generation_call", id: "ig_1", status: "completed", output_format: "png", result: "AAAA" };
const more = { revised_prompt: "A cat", error: { code: "e", message: "m", param: null, type: "t" }, svg_usage: {} };
const noMore = { revised_prompt: null };
const response = (item: JsonObject): JsonObject => ({ id: "resp_1", status: "completed", model: "m", output: [item] });
const streamed = (item: JsonObject): Reply => {
  const assembler = createAssembler();
  const reader = openaiResponses.readEvents(assembler.event);
  const say = (type: string, fields: object): void => reader.event({ type, data: JSON.stringify({ type, ...fields }) });
  say("response.output_item.done", { output_index: 0, item });
  say("response.completed", { response: response(item) });
  return assembler.reply();
};

describe("what an image item of Responses says beside the image is named", () => {
  const beside = ["revised_prompt", "error", "svg_usage"];
  test.each(["chat", "gemini"] as const)("toward a client of %s, whole and streamed", (name) => {
    const item = { ...image, ...more };
    for (const reply of [openaiResponses.readReply(response(item), createDrops({})), streamed(item)]) {
      expect(lostAt(clients[name], reply)).toEqual(beside.map((key) => `message.images.${key}`));
    }
    expect(lostAt(clients[name], streamed({ ...image, ...noMore }))).toEqual([]);
  });

  test("and in a history; its id and its state go without saying, as do those of other items and their logprobs", () => {
    const content = [{ type: "output_text", text: "A", annotations: [], logprobs: [{ token: "A", logprob: -1 }] }];
    const said = { type: "message", id: "msg_1", status: "completed", role: "assistant", content };
    const input = (item: JsonObject) => ({ model: "m", input: [{ role: "user", content: "Draw" }, said, item] });
    expect(lostOf(openaiResponses, input({ ...image, ...more }), gemini)).toEqual(
      beside.map((key) => `messages.content.${key}`),
    );
    expect(lostOf(openaiResponses, input({ ...image, ...noMore }), gemini)).toEqual([]);
  });
});

test.each([
  [true, []],
  [false, ["tools.eager_input_streaming"]],
  [null, []],
] as const)("eager_input_streaming: %j of a tool of Claude's is named as %j", (eager_input_streaming, names) => {
  const tools = [{ name: "f", input_schema: { type: "object" }, eager_input_streaming }];
  const body = { model: "m", max_tokens: 99, messages: [{ role: "user", content: "Hi" }], tools };
  expect(lostOf(anthropic, body, openaiResponses)).toEqual([...names]);
});

const withFile = (fileData: JsonObject) => ({ contents: [{ role: "user", parts: [{ fileData }] }] });

describe("the MIME type of a document at an address", () => {
  const fileUri = "https://a.example/notes";
  test.each(["chat", "responses", "anthropic"] as const)(
    "is named toward %s, where there is no place for it",
    (name) => {
      expect(lostOf(gemini, withFile({ fileUri, mimeType: "text/markdown" }), upstreams[name])).toEqual([
        "messages.content.media_type",
      ]);
      expect(lostOf(gemini, withFile({ fileUri, mimeType: "application/pdf" }), upstreams[name])).toEqual([]);
    },
  );
  test("is not toward Gemini, which is told", () => {
    expect(lostOf(gemini, withFile({ fileUri, mimeType: "text/markdown" }), gemini)).toEqual([]);
  });
});

const asked = (display?: string) => ({
  model: "m",
  max_tokens: 9000,
  messages: [{ role: "user", content: "Hi" }],
  thinking: { type: "enabled", budget_tokens: 8192, ...(display !== undefined && { display }) },
});

describe("how thoughts are to be shown, toward Bedrock", () => {
  const claude = "us.anthropic.claude-opus-4-8-20260901-v1:0";
  const nova = "us.amazon.nova-2-lite-v1:0";
  test.each([
    [claude, "budget", "omitted", ["thinking.display"]],
    [claude, "effort", "omitted", []],
    [nova, "effort", "omitted", ["thinking.display"]],
    // It is what the service does.
    [claude, "budget", "summarized", []],
    [claude, "budget", undefined, []],
  ] as const)("%s by %s, %s: named is %j", (model, thinking, display, names) => {
    expect(lostOf(anthropic, asked(display), bedrockConverse, { thinking }, model)).toEqual([...names]);
  });

  test.each([
    [anthropic, "effort", "detailed", ["reasoning.summary"]],
    [anthropic, "budget", "concise", ["reasoning.summary"]],
    [anthropic, "effort", "auto", []],
    [bedrockConverse, "effort", "detailed", ["reasoning.summary"]],
    [bedrockConverse, "budget", "concise", ["reasoning.summary"]],
    [gemini, "effort", "detailed", ["reasoning.summary"]],
    [gemini, "effort", "auto", []],
  ] as const)("to $name by %s, a summary that is %s: named is %j", (to, thinking, summary, names) => {
    const responses = { model: "m", input: "Hi", reasoning: { effort: "low", summary } };
    expect(lostOf(openaiResponses, responses, to, { thinking }, claude)).toEqual([...names]);
  });

  test("is named as the client calls it", () => {
    const responses = { model: "m", input: "Hi", reasoning: { effort: "low", summary: "detailed" } };
    expect(lostOf(openaiResponses, responses, bedrockConverse, {}, nova)).toEqual(["reasoning.summary"]);
    const thinkingConfig = { thinkingBudget: 2000, includeThoughts: false };
    const google = { contents: [{ role: "user", parts: [{ text: "Hi" }] }], generationConfig: { thinkingConfig } };
    expect(lostOf(gemini, google, bedrockConverse, {}, nova)).toEqual([
      "generationConfig.thinkingConfig.includeThoughts",
    ]);
  });
});
