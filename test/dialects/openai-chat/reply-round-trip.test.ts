import { describe, expect, test } from "bun:test";
import { toEvents } from "../../../src/dialects/assemble.ts";
import type { OutputPart } from "../../../src/dialects/conversation.ts";
import type { Reply } from "../../../src/dialects/reply.ts";
import { richReply } from "../rich.ts";
import {
  call,
  contextOf,
  faultsOf,
  readReply,
  readRequest,
  readStream,
  replyOf,
  said,
  talk,
  thought,
  writeReply,
  writeStream,
} from "./support.ts";

const [rich, second] = richReply.candidates;

const address = "https://weather.example/";
const annotation = {
  type: "url_citation",
  url_citation: { url: address, title: "Weather", start_index: 0, end_index: 13, content: "rain" },
};
const native = { kind: "native", dialect: "openai-chat", name: "url_citation", value: annotation } as const;
const cited = said("It is raining.", [{ url: address, title: "Weather", quote: "rain", start: 0, end: 13, native }]);

/** What this dialect makes of a reply: what a citation was called is kept with it, the detail of a finish is not. */
const expected: Reply = {
  ...richReply,
  candidates: [
    {
      ...rich!,
      // JSON has no minus zero.
      logprobs: rich!.logprobs!.map(({ logprob, ...token }) => Object.assign(token, { logprob: logprob + 0 })),
      content: rich!.content.map((part) => (part.kind === "text" ? cited : part)),
    },
    { ...second!, finish: { ...second!.finish, detail: null } },
  ],
};

describe("a rich reply comes back as it was", () => {
  test("whole", () => {
    const { body, dropped } = writeReply(richReply);
    expect(dropped).toEqual([]);
    expect(readReply(body)).toEqual(expected);
  });

  test("as a stream", () => {
    const context = contextOf(talk({ wantsUsage: true }));
    const { reply, events, isWhole } = readStream(writeStream(toEvents(richReply), context));
    expect(reply).toEqual(expected);
    expect(faultsOf(events)).toEqual([]);
    expect(isWhole).toBe(true);
  });

  const parts: readonly (readonly [string, readonly OutputPart[]])[] = [
    ["text", [said("Hello")]],
    ["reasoning without a seal", [thought, said("Hello")]],
    ["reasoning with its own id", [{ ...thought, id: "r1" }, said("Hello")]],
    ["Anthropic's seal", [{ ...thought, signature: { by: "anthropic", value: "EuY=" } }, said("Hello")]],
    [
      "Anthropic's redacted block between two thoughts",
      [
        { ...thought, signature: { by: "anthropic", value: "EuY=" } },
        { ...thought, text: "", isRedacted: true, signature: { by: "anthropic", value: "data" } },
        { ...thought, text: "Then", signature: { by: "anthropic", value: "EuZ=" } },
        call,
      ],
    ],
    [
      "a summary with Anthropic's seal, and a redacted block",
      [
        { ...thought, isSummary: true, signature: { by: "anthropic", value: "EuY=" } },
        { ...thought, text: "", isRedacted: true, signature: { by: "anthropic", value: "data" } },
      ],
    ],
    [
      "the pieces of a summary, sealed by Responses behind the last",
      [
        { ...thought, id: "rs_1", isSummary: true },
        { ...thought, id: "rs_1", isSummary: true, text: "More", signature: { by: "openai-responses", value: "{}" } },
        call,
      ],
    ],
    [
      "Gemini's seal on a call",
      [
        { ...call, signature: { by: "gemini", value: "Q2k=" } },
        { ...call, id: "c2" },
      ],
    ],
    ["Gemini's thought", [{ ...thought, isSummary: true, signature: { by: "gemini", value: "Q2k=" } }, said("Hello")]],
    ["a custom call", [{ ...call, isCustom: true, arguments: "any text" }]],
    ["speech", [{ kind: "speech", id: "audio_1", data: "AAEC", transcript: "Hi", expiresAt: 1_795_000_100 }]],
    [
      "an image",
      [
        said("Hello"),
        { kind: "image", source: { kind: "base64", data: "iVBO", mediaType: "image/png" }, detail: null, cache: null },
      ],
    ],
    ["nothing", []],
  ];
  test.each(parts)("%s", (_, content) => {
    const reason = content.some((part) => part.kind === "tool_call") ? "tool_calls" : "stop";
    const reply = replyOf(content, reason);
    const { body, dropped } = writeReply(reply);
    expect(dropped).toEqual([]);
    expect(readReply(body)).toEqual(reply);
    expect(readStream(writeStream(toEvents(reply))).reply).toEqual(reply);
  });

  test.each(parts)("%s: sent back by a client, it is the history of the next turn", (_, content) => {
    const { body } = writeReply(replyOf(content));
    const calls = content.filter((part) => part.kind === "tool_call");
    const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "" }));
    const messages = [{ role: "user", content: "Hi" }, body.choices[0]?.message, ...results];
    if (content.length === 0) return;
    const { conversation, dropped } = readRequest({ messages });
    expect(dropped).toEqual([]);
    const kept = content.map((part) => (part.kind === "speech" ? { ...part, data: "", expiresAt: null } : part));
    expect(conversation.messages[1]).toEqual({ role: "assistant", content: kept, name: null });
  });
});
