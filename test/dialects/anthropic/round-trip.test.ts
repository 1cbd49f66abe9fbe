import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { toEvents } from "../../../src/dialects/assemble.ts";
import { anthropic } from "../../../src/dialects/anthropic/dialect.ts";
import { withFewHints } from "../../../src/dialects/cache-limit.ts";
import type { CacheHint, Conversation, Message, OutputPart } from "../../../src/dialects/conversation.ts";
import {
  adaptive,
  call,
  context,
  conversationOf,
  finish,
  newDrops,
  parseBody,
  readStream,
  replyOf,
  result,
  text,
  writeStream,
} from "./make.ts";

/** Writes a conversation and reads it again, over the wire; nothing may be named as dropped on the way. */
const roundTrip = (conversation: Conversation): Conversation => {
  const drops = newDrops();
  const wire = JSON.stringify(anthropic.writeRequest(conversation, adaptive, drops));
  const { model, stream } = conversation;
  const back = anthropic.readRequest(parseBody(wire), { model, stream }, drops);
  expect(drops.names()).toEqual([]);
  return back;
};

const anyCache = fc.constantFrom<CacheHint | null>(
  null,
  { ttlSeconds: null },
  { ttlSeconds: 300 },
  { ttlSeconds: 3600 },
);
const anyWord = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).map((said) => `${said}.`);
const anyText = fc
  .record({ said: anyWord, cache: anyCache })
  .map(({ said, cache }) => Object.assign(text(said), { cache }));
const anyImage = fc.record({ cache: anyCache }).map(({ cache }) => ({
  kind: "image" as const,
  source: { kind: "base64" as const, data: "iVBORw0KGgo=", mediaType: "image/png" },
  detail: null,
  cache,
}));
const anyFile = fc
  .record({ said: anyWord, name: fc.option(anyWord), cite: fc.boolean(), cache: anyCache })
  .map((file) => ({
    kind: "file" as const,
    source: { kind: "text" as const, text: file.said },
    name: file.name,
    context: null,
    cite: file.cite,
    cache: file.cache,
  }));
const anyInput = fc.oneof(anyText, anyImage, anyFile);
const anySealed: fc.Arbitrary<OutputPart> = fc
  .record({ said: fc.string(), isRedacted: fc.boolean() })
  .map(({ said, isRedacted }) => ({
    kind: "reasoning",
    id: null,
    text: isRedacted ? "" : said,
    isSummary: true,
    isRedacted,
    signature: { by: "anthropic", value: `sig${said.length}` },
  }));
const anyArguments = fc
  .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }))
  .map((input) => JSON.stringify(input));

/** Turns as the service orders them: the user's, the assistant's with its calls, and the results of those. */
const anyTurns = fc
  .array(
    fc.record({
      user: fc.array(anyInput, { minLength: 1, maxLength: 3 }),
      thoughts: fc.array(anySealed, { maxLength: 2 }),
      said: anyText,
      calls: fc.array(
        fc.record({ input: anyArguments, content: fc.array(anyInput, { maxLength: 2 }), isError: fc.boolean() }),
        { maxLength: 3 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((rounds) =>
    rounds.flatMap(({ user, thoughts, said, calls }, round): Message[] => {
      const ids = calls.map((_, index) => `call_${round}_${index}`);
      return [
        { role: "user", content: user, name: null },
        {
          role: "assistant",
          name: null,
          content: [...thoughts, said, ...calls.map(({ input }, index) => call(ids[index]!, "f", input))],
        },
        ...(calls.length === 0
          ? []
          : [
              {
                role: "tool" as const,
                results: calls.map(({ content, isError }, index) => ({
                  ...result(ids[index]!, "", "f"),
                  content,
                  isError,
                })),
              },
            ]),
        ...(calls.length === 0 ? [] : [{ role: "assistant" as const, content: [text("Done.")], name: null }]),
      ];
    }),
  )
  .map((messages): Message[] => messages.concat({ role: "user", content: [text("Go on.")], name: null }));

test("any conversation the dialect can say comes back as it was", () => {
  fc.assert(
    fc.property(anyTurns, fc.option(anyWord), anyCache, fc.boolean(), (turns, said, cache, stream) => {
      const system: Message[] =
        said === null ? [] : [{ role: "system", content: [{ ...text(said), cache }], name: null }];
      const any = conversationOf({
        messages: [...system, ...turns],
        stream,
        cache,
        maxOutputTokens: 5000,
        wantsUsage: true,
        tools: [{ kind: "function", name: "f", description: "d", parameters: { type: "object" }, strict: null, cache }],
        toolChoice: { kind: "auto" },
        parallelToolCalls: false,
        user: said,
        stop: ["END"],
        serviceTier: "auto",
        topK: 3,
        native: { dialect: "anthropic", fields: { inference_geo: "eu" } },
      });
      // The service takes four cache hints.
      const conversation = withFewHints(any, newDrops());
      expect(roundTrip(conversation)).toEqual(conversation);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["adaptive", { effort: "high", budgetTokens: -1, summary: "auto", wantsSignatures: true }],
  ["adaptive without text", { effort: null, budgetTokens: -1, summary: "none", wantsSignatures: true }],
  ["off", { effort: "none", budgetTokens: 0, summary: null, wantsSignatures: false }],
] as const)("reasoning, %s, comes back as it was", (_, reasoning) => {
  expect(roundTrip(conversationOf({ reasoning })).reasoning).toEqual(reasoning);
});

const anyPart: fc.Arbitrary<OutputPart> = fc.oneof(
  anyWord.map((said): OutputPart => text(said)),
  anySealed,
  fc
    .record({ said: anyWord, by: fc.constantFrom("gemini" as const, "openai-responses" as const) })
    .map(({ said, by }): OutputPart => ({
      kind: "reasoning",
      id: null,
      text: said,
      isSummary: true,
      isRedacted: false,
      signature: { by, value: said },
    })),
  fc.record({ id: anyWord, input: anyArguments }).map(({ id, input }): OutputPart => call(id, "f", input)),
);
const anyReply = fc
  .record({
    content: fc.array(anyPart, { maxLength: 6 }),
    reason: fc.constantFrom("stop" as const, "length" as const, "tool_calls" as const, "pause" as const),
  })
  .map(({ content, reason }) =>
    replyOf({ candidates: [{ index: 0, content, finish: finish(reason), logprobs: null }] }),
  );

test("any answer the dialect can say comes back as it was, whole and as a stream in any pieces", () => {
  fc.assert(
    fc.property(anyReply, fc.array(fc.nat(), { maxLength: 8 }), (reply, cuts) => {
      const drops = newDrops();
      const wire = JSON.stringify(anthropic.writeReply(reply, context, drops));
      const usage = expect.objectContaining({ inputTokens: 0, outputTokens: 0 });
      expect(anthropic.readReply(parseBody(wire), drops)).toEqual({ ...reply, usage });
      expect(drops.names()).toEqual([]);
      const bytes = new TextEncoder().encode(writeStream(toEvents(reply)));
      const places = cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b);
      expect(readStream(bytes, places).reply).toEqual({ ...reply, usage });
    }),
    { numRuns: 300 },
  );
});

test("a whole round through a client: what Gemini and OpenAI sealed comes back to them", () => {
  const content: OutputPart[] = [
    {
      kind: "reasoning",
      id: null,
      text: "Hm",
      isSummary: true,
      isRedacted: false,
      signature: { by: "openai-responses", value: '{"id":"rs_1","encrypted_content":"e"}' },
    },
    { ...call("c1", "f", "{}"), signature: { by: "gemini", value: "seal" } },
    call("c2", "f", "{}"),
  ];
  const reply = replyOf({ candidates: [{ index: 0, content, finish: finish("tool_calls"), logprobs: null }] });
  const whole = anthropic.writeReply(reply, context, newDrops())["content"];
  const streamed = readStream(writeStream(toEvents(reply))).reply;
  expect(anthropic.writeReply(streamed, context, newDrops())["content"]).toEqual(whole);
  const body = {
    max_tokens: 5,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: whole },
    ],
  };
  const sent = parseBody(JSON.stringify(body));
  expect(anthropic.readRequest(sent, { model: "m", stream: false }, newDrops()).messages[1]).toEqual({
    role: "assistant",
    content,
    name: null,
  });
});
