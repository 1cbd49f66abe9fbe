// Properties of all dialects, for any conversation and any reply (arbitrary.ts). A run is the same each time; another one
// is had with `QLITE_SEED=7 bun test test/dialects/properties.test.ts`.
import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { toEvents } from "../../src/dialects/assemble.ts";
import type { ClientDialectName, Conversation, DialectName, JsonObject } from "../../src/dialects/conversation.ts";
import type { Reply, ReplyEvent } from "../../src/dialects/reply.ts";
import { arbitraryConversation } from "./arbitrary.ts";
import { arbitraryReply, arbitraryUsage, upstreamUsages } from "./support/arbitrary-reply.ts";
import { allSettings, formOf, replyDigest, sayings, settingsOf, turnsOf } from "./support/digest.ts";
import { cell } from "./support/gaps.ts";
import { endingIn, isSound } from "./support/make-replies.ts";
import {
  asParsed,
  clientNames,
  clientOf,
  readReply,
  readRequest,
  readStream,
  readStreamText,
  upstreamNames,
  writeReply,
  writeRequest,
  writeStream,
} from "./support/speak.ts";
import { cutAt, sseOf } from "./support/stream-contract.ts";

const seed = Number(process.env["QLITE_SEED"] ?? 20_261_122);
const check = <T>(one: fc.Arbitrary<T>, holds: (value: T) => void, numRuns = 150): void =>
  fc.assert(fc.property(one, holds), { seed, numRuns });

const nameOf = (field: (typeof allSettings)[number]): string => clientOf("openai-chat").fieldNames[field] ?? field;

/** The events of a reply, its texts in pieces of so many characters. */
const inDeltas = (reply: Reply, size: number): readonly ReplyEvent[] =>
  toEvents(reply).flatMap((event): readonly ReplyEvent[] => {
    if (event.kind !== "delta") return [event];
    const characters = Array.from(event.text);
    const pieces = Array.from({ length: Math.ceil(characters.length / size) }, (_, at) =>
      characters.slice(at * size, (at + 1) * size).join(""),
    );
    return pieces.map((text) => Object.assign({}, event, { text }));
  });

interface Again {
  readonly conversation: Conversation;
  readonly dropped: readonly string[];
}

/** Says a conversation in a dialect as a request and reads it again. */
const through = (name: ClientDialectName, conversation: Conversation): Again => {
  const written = writeRequest(name, conversation);
  const read = readRequest(name, written.value, conversation.model);
  return { conversation: read.value, dropped: [...written.dropped, ...read.dropped] };
};

describe.each(clientNames)("%s", (name) => {
  cell(`${name}: any conversation says the same after a way through the dialect`, () => {
    check(arbitraryConversation, (given) => {
      const { conversation } = through(name, given);
      expect(turnsOf(conversation, name)).toEqual([...turnsOf(given, name)]);
      expect(formOf(conversation)).toEqual(formOf(given));
    });
  });

  cell(`${name}: any setting is said, or named as dropped`, () => {
    check(arbitraryConversation, (given) => {
      const { conversation, dropped } = through(name, given);
      for (const field of allSettings) {
        const isGiven = given[field] !== null && !(field === "stop" && given.stop.length === 0);
        // Claude takes one of the two; the one with the greater effect stays.
        const isSecond = name === "anthropic" && field === "topP" && given.temperature !== null;
        const isSaid = settingsOf[name].includes(field) && !isSecond;
        if (isGiven && isSaid) expect({ [field]: conversation[field] }).toEqual({ [field]: given[field] });
        if (isGiven) expect([field, dropped.includes(nameOf(field))]).toEqual([field, !isSaid]);
        // Anthropic's service wants a limit from everybody.
        const isRequired = name === "anthropic" && field === "maxOutputTokens";
        if (!isGiven && !isRequired) expect(conversation[field] ?? []).toEqual([]);
      }
    });
  });

  cell(`${name}: any reply says the same after a way through the dialect`, () => {
    check(arbitraryReply, (given) => {
      const read = readReply(name, writeReply(name, given).value).value;
      expect(replyDigest(read, name, false, true)).toEqual(replyDigest(given, name, false, false));
    });
  });

  cell(`${name}: any reply says the same after a way through a stream of the dialect`, () => {
    check(fc.tuple(arbitraryReply, fc.integer({ min: 1, max: 9 })), ([given, size]) => {
      const { reply, failure, isWhole } = readStreamText(name, writeStream(name, inDeltas(given, size)).join(""));
      expect(isWhole).toBe(true);
      if (name === "openai-responses" && given.candidates[0]?.finish.reason === "error") return;
      expect(failure).toBeNull();
      expect(replyDigest(reply, name, true, true)).toEqual(replyDigest(given, name, true, false));
    });
  });

  cell(`${name}: any usage stays sound, whole and as a stream`, () => {
    check(arbitraryUsage, (usage) => {
      const given = { ...endingIn("stop"), usage };
      const whole = readReply(name, writeReply(name, given).value).value.usage;
      const streamed = readStreamText(name, writeStream(name, toEvents(given)).join("")).reply.usage;
      for (const read of [whole, streamed]) {
        expect([read?.inputTokens, read?.outputTokens]).toEqual([usage.inputTokens, usage.outputTokens]);
        expect(read !== null && isSound(read)).toBe(true);
      }
    });
  });

  cell(`${name}: a stream gives the same events however its bytes are cut`, () => {
    const cuts = fc.array(fc.nat({ max: 4000 }), { maxLength: 12 });
    check(
      fc.tuple(arbitraryReply, cuts),
      ([given, places]) => {
        const text = writeStream(name, toEvents(given)).join("");
        const pieces = cutAt(text, places);
        expect(sseOf(pieces)).toEqual([...sseOf(cutAt(text, []))]);
        expect(readStream(name, pieces)).toEqual(readStreamText(name, text));
      },
      80,
    );
  });
});

/** A reply with nothing but a usage. */
const replyWith = (name: DialectName, usage: JsonObject): JsonObject => {
  switch (name) {
    case "openai-chat":
      return { choices: [{ index: 0, message: { role: "assistant", content: "Hi." }, finish_reason: "stop" }], usage };
    case "openai-responses":
      return { status: "completed", output: [], usage };
    case "anthropic":
      return { type: "message", role: "assistant", content: [], stop_reason: "end_turn", usage };
    case "gemini":
      return { candidates: [{ finishReason: "STOP" }], usageMetadata: usage };
    case "bedrock-converse":
      return { output: { message: { role: "assistant", content: [] } }, stopReason: "end_turn", usage };
  }
};

describe.each(upstreamNames)("%s", (name) => {
  cell(`${name}: any usage of an upstream is read so that no token counts twice`, () => {
    check(upstreamUsages[name], (usage) => {
      const read = readReply(name, replyWith(name, usage)).value.usage;
      expect(read !== null && isSound(read)).toBe(true);
    });
  });
});

cell("openai-responses: the response at the end of a stream is the whole reply again", () => {
  check(fc.tuple(arbitraryReply, fc.integer({ min: 1, max: 9 })), ([given, size]) => {
    const last = sseOf(cutAt(writeStream("openai-responses", inDeltas(given, size)).join(""), [])).at(-1);
    const { response } = asParsed(JSON.parse(last?.data ?? ""));
    const read = readReply("openai-responses", response).value;
    expect(replyDigest(read, "openai-responses", true, true)).toEqual(
      replyDigest(given, "openai-responses", true, false),
    );
  });
});

/** What is there that was not before, each thing as often as it is. */
const invented = (before: readonly string[], after: readonly string[]): readonly string[] => {
  const left = [...before];
  return after.filter((one) => {
    const at = left.indexOf(one);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
};

const pairs = clientNames.flatMap((one) =>
  clientNames.filter((other) => other !== one).map((other) => [one, other] as const),
);

for (const [one, other] of pairs) {
  cell(`${one} -> ${other} -> ${one}: a conversation on its way there and back gains nothing`, () => {
    check(
      arbitraryConversation,
      (given) => {
        const back = through(one, through(other, through(one, given).conversation).conversation).conversation;
        expect(invented(sayings(given), sayings(back))).toEqual([]);
        expect(back.tools.map(({ name }) => name)).toEqual(given.tools.map(({ name }) => name));
      },
      60,
    );
  });
}

test("the arbitrary conversations and replies are of every kind there is", () => {
  const conversations = fc.sample(arbitraryConversation, { seed, numRuns: 300 });
  const replies = fc.sample(arbitraryReply, { seed, numRuns: 300 });
  const roles = new Set(conversations.flatMap(({ messages }) => messages.map(({ role }) => role)));
  const reasons = new Set(replies.map(({ candidates: [first] }) => first?.finish.reason));
  const kinds = new Set(replies.flatMap(({ candidates: [first] }) => (first?.content ?? []).map(({ kind }) => kind)));
  expect([roles.size, reasons.size, kinds.size]).toEqual([5, 8, 4]);
});
