import { describe, expect, test } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { OutputPart } from "../../../src/dialects/conversation.ts";
import type { ReplyEvent } from "../../../src/dialects/reply.ts";
import { richReply } from "../rich.ts";
import {
  call,
  chunksOf,
  contextOf,
  readRequest,
  readReply,
  replyOf,
  said,
  talk,
  thought,
  writeReply,
  writeStream,
} from "./support.ts";

const [rich] = richReply.candidates;

describe("what a client sees", () => {
  test("reasoning in both fields, the seal behind the text, its own index for each entry", () => {
    const content: OutputPart[] = [
      { ...thought, signature: { by: "anthropic", value: "EuY=" } },
      { ...thought, isSummary: true, id: "rs", signature: { by: "openai-responses", value: "{}" } },
    ];
    expect(writeReply(replyOf(content)).body.choices[0]?.message).toEqual({
      role: "assistant",
      content: null,
      refusal: null,
      reasoning_content: "Hm.Hm.",
      reasoning_details: [
        { type: "reasoning.text", text: "Hm.", signature: "qlite:anthropic:EuY=", index: 0 },
        { type: "reasoning.summary", summary: "Hm.", id: "rs", index: 1 },
        { type: "reasoning.encrypted", data: "qlite:openai-responses:{}", id: "rs", index: 2 },
      ],
    });
    const details = chunksOf(writeStream(toEvents(replyOf(content)))).flatMap(
      (chunk) => chunk.choices[0]?.delta.reasoning_details ?? [],
    );
    expect(details.map(({ type, index }) => [type, index])).toEqual([
      ["reasoning.text", 0],
      ["reasoning.text", 0],
      ["reasoning.summary", 1],
      ["reasoning.encrypted", 2],
    ]);
  });

  test("citations count from the beginning of the whole content, in one delta before the finish", () => {
    const citation = { url: "https://a.example/", title: null, quote: null, native: null };
    const content: OutputPart[] = [
      { ...said("Hello"), text: "One. " },
      {
        kind: "text",
        text: "Two.",
        citations: [
          { ...citation, start: 0, end: 3 },
          { ...citation, start: null, end: null },
        ],
        cache: null,
      },
    ];
    const spans = [
      {
        type: "url_citation",
        url_citation: { url: "https://a.example/", title: "https://a.example/", start_index: 5, end_index: 8 },
      },
      {
        type: "url_citation",
        url_citation: { url: "https://a.example/", title: "https://a.example/", start_index: 5, end_index: 9 },
      },
    ];
    expect(writeReply(replyOf(content)).body.choices[0]?.message.annotations).toMatchObject(spans);
    expect(chunksOf(writeStream(toEvents(replyOf(content)))).at(-2)).toMatchObject({
      choices: [{ delta: { annotations: spans } }],
    });
  });

  test("tokens of a refusal have their own list", () => {
    const logprobs = [{ token: "No", bytes: null, logprob: -1, top: [] }];
    const wire = [{ token: "No", bytes: null, logprob: -1, top_logprobs: [] }];
    const of = (content: readonly OutputPart[]) => {
      const reply = replyOf(content);
      const sealed = { ...reply, candidates: [{ ...reply.candidates[0]!, logprobs }] };
      return [
        writeReply(sealed).body.choices[0]?.logprobs,
        chunksOf(writeStream(toEvents(sealed)))[1]?.choices[0]?.logprobs,
        readReply(writeReply(sealed).body).candidates[0]?.logprobs,
      ];
    };
    const refused = { content: null, refusal: wire };
    expect(of([{ kind: "refusal", text: "No" }])).toEqual([refused, refused, logprobs]);
    const told = { content: wire, refusal: null };
    expect(of([said("No")])).toEqual([told, told, logprobs]);
  });

  test("what has no words is named", () => {
    const content: OutputPart[] = [
      {
        kind: "text",
        text: "a",
        citations: [{ url: null, title: "Doc", quote: null, start: null, end: null, native: null }],
        cache: null,
      },
      { kind: "native", dialect: "openai-responses", name: "web_search_call", value: {} },
      { kind: "image", source: { kind: "file_id", id: "f", dialect: "gemini" }, detail: null, cache: null },
      { kind: "speech", id: "", data: "AA==", transcript: "", expiresAt: null },
      { kind: "speech", id: "", data: "AA==", transcript: "", expiresAt: null },
    ];
    const { body, dropped } = writeReply(replyOf(content));
    expect(dropped).toEqual(["message.annotations", "message.web_search_call", "message.images", "message.audio"]);
    expect(body.choices[0]?.message.audio).toEqual({
      id: "audio_1",
      data: "AA==",
      expires_at: 1_795_000_000,
      transcript: "",
    });
  });

  test("without an id and a time the reply gets its own", () => {
    const reply = { ...replyOf([said("Hello")]), id: "", createdAt: null, serviceTier: null, fingerprint: null };
    expect(writeReply(reply).body).toMatchObject({ id: "chatcmpl-1", created: 1_795_000_000 });
    expect(chunksOf(writeStream(toEvents(reply)))[0]).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1_795_000_000,
      model: "some-model-2026",
      choices: [
        { index: 0, delta: { role: "assistant", content: "", refusal: null }, logprobs: null, finish_reason: null },
      ],
    });
  });
});

test("a seal that stands in for none is not written", () => {
  const signature = { by: "openai-chat", value: "" } as const;
  const bare = replyOf([thought, call]);
  const stamped = replyOf([
    { ...thought, signature },
    { ...call, signature },
  ]);
  expect(writeReply(stamped)).toEqual(writeReply(bare));
  expect(writeStream(toEvents(stamped))).toBe(writeStream(toEvents(bare)));
});

test("nothing is written behind the end", () => {
  const events = toEvents(replyOf([said("Hello")]));
  expect(writeStream([...events, ...events])).toBe(writeStream(events));
});

test("speech without an id or an end gets its own", () => {
  const speech = { kind: "speech", id: "", data: "AA==", transcript: "", expiresAt: null } as const;
  const chunks = chunksOf(writeStream(toEvents(replyOf([speech])))).map((chunk) => chunk.choices[0]?.delta.audio);
  expect(chunks.slice(1, 3)).toEqual([{ id: "audio_1", data: "AA==", transcript: "" }, { expires_at: 1_795_000_000 }]);
});

describe("a client that asked with `functions`", () => {
  const { conversation } = readRequest({ functions: [{ name: "f", parameters: { type: "object" } }] });
  const reply = replyOf([{ ...call, arguments: '{"a":1}' }], "tool_calls");

  test("is answered with `function_call`, also when the model was changed on the way", () => {
    const { body } = writeReply(reply, contextOf({ ...conversation, model: "other" }));
    expect(body.choices[0]).toMatchObject({
      message: { content: null, function_call: { name: "f", arguments: '{"a":1}' } },
      finish_reason: "function_call",
    });
    expect(body.choices[0]?.message.tool_calls).toBeUndefined();
  });

  test("and so in a stream", () => {
    const choices = chunksOf(writeStream(toEvents(reply), contextOf(conversation))).map((chunk) => chunk.choices[0]!);
    expect(choices.map(({ delta }) => delta)).toEqual([
      { role: "assistant", content: null, refusal: null },
      { function_call: { name: "f", arguments: "" } },
      { function_call: { arguments: '{"a":1}' } },
      {},
    ]);
    expect(choices.at(-1)?.finish_reason).toBe("function_call");
  });
});

const streamOf = (
  wantsUsage: boolean,
  events: readonly ReplyEvent[] = toEvents({ ...richReply, candidates: [rich!] }),
) => writeStream(events, contextOf(talk({ wantsUsage })));

describe("the order of a stream", () => {
  test("role, deltas, finish, usage, [DONE]; every chunk but the last says usage null", () => {
    const written = streamOf(true);
    const chunks = chunksOf(written);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: null, refusal: null });
    expect(chunks.at(-2)?.choices[0]).toMatchObject({ delta: {}, finish_reason: "tool_calls" });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null && chunk.choices.length === 1)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 120, total_tokens: 180 } });
    expect(written.endsWith("}\n\ndata: [DONE]\n\n")).toBe(true);
  });

  test("a client that did not ask for the usage sees none", () => {
    const chunks = chunksOf(streamOf(false));
    expect(chunks.every((chunk) => !("usage" in chunk) && chunk.choices.length === 1)).toBe(true);
  });

  test("an error is the last thing written", () => {
    const events = toEvents(richReply).slice(0, 4);
    const failure = { kind: "overloaded", status: 503, message: "Busy", code: null, param: null } as const;
    const written = streamOf(true, [...events, { kind: "error", failure }, { kind: "end" }, ...events]);
    expect(
      written.endsWith(
        'data: {"error":{"message":"Busy","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}}\n\n',
      ),
    ).toBe(true);
    expect(written).not.toContain("[DONE]");
  });
});
