import { describe, expect, test } from "bun:test";
import { toEvents } from "../../src/dialects/assemble.ts";
import type { Told } from "../../src/dialects/metering.ts";
import type { Usage } from "../../src/dialects/reply.ts";
import { watchJson, watchEvents, watchWhole } from "../../src/dialects/watch-usage.ts";
import { meterings } from "../../src/dialect-table.ts";
import { plainUsage, richReply } from "./rich.ts";
import {
  clientNames,
  clientOf,
  plainConversation,
  readReply,
  readStreamText,
  toBytes,
  upstreamOf,
  writeReply,
  writeStream,
} from "./support/speak.ts";

const usage: Usage = {
  ...plainUsage,
  inputTokens: 1200,
  outputTokens: 345,
  cachedInputTokens: 1000,
  reasoningTokens: 300,
};
const reply = { ...richReply, usage };

/** Gives the stream in these pieces to a watch; what it told last, and what it takes to have been said. */
const watch = (name: (typeof clientNames)[number], pieces: readonly Uint8Array[]) => {
  let told: Told | null = null;
  const { push, settle, said } = watchEvents(upstreamOf(name), meterings[name], (given) => {
    told = given;
  });
  for (const piece of pieces) push(piece);
  settle();
  const last: Told | null = told;
  return { told: last as Told | null, said: said() };
};

describe.each(clientNames.map((name) => [name] as const))("usage of %s", (name) => {
  const text = writeStream(name, toEvents(reply)).join("");
  const read = readStreamText(name, text).reply;

  test("is the same as the dialect's reader tells, of a stream cut in two at any byte", () => {
    const bytes = toBytes(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const { told } = watch(name, [bytes.subarray(0, cut), bytes.subarray(cut)]);
      expect(told?.usage).toEqual(read.usage!);
      expect(told?.isFinal).toBe(true);
    }
    expect(read.usage).toMatchObject({ inputTokens: 1200, outputTokens: 345, cachedInputTokens: 1000 });
  });

  test("is the same byte by byte, with CRLF", () => {
    const bytes = toBytes(text.replaceAll("\n", "\r\n"));
    expect(
      watch(
        name,
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
      ).told?.usage,
    ).toEqual(read.usage!);
  });

  test("a stream cut short has told no final usage, and what it said is known", () => {
    const events = text.split("\n\n");
    for (let end = 0; end < events.length - 3; end += 1) {
      const part = `${events.slice(0, end).join("\n\n")}\n\n`;
      const { told, said } = watch(name, [toBytes(part)]);
      if (name !== "gemini") expect(told?.isFinal ?? false).toBe(false);
      expect(said!.scale).toBe(1);
    }
    const { said } = watch(name, [toBytes(text)]);
    expect(said!.text).toContain("It is raining.");
  });

  test("of a long stream what was said is told by its beginning and how much longer it is", () => {
    const long = {
      ...reply,
      candidates: [
        { ...reply.candidates[0]!, content: [{ kind: "text", text: "", citations: [], cache: null } as const] },
      ],
    };
    const [start, part, ...rest] = toEvents(long);
    const deltas = Array.from(
      { length: 1000 },
      () => ({ kind: "delta", candidate: 0, index: 0, text: "word ", logprobs: null }) as const,
    );
    const { said } = watch(
      name,
      writeStream(name, [start!, part!, ...deltas, ...rest.filter(({ kind }) => kind !== "delta")]).map(toBytes),
    );
    const words = (said!.text.length / 5) * said!.scale;
    expect(words).toBeGreaterThan(850);
    expect(words).toBeLessThan(1150);
  });

  test("of a whole reply", () => {
    const body = writeReply(name, reply).value;
    let told: Told | null = null;
    watchWhole(toBytes(JSON.stringify(body)), upstreamOf(name), meterings[name], (given) => {
      told = given;
    });
    expect(told as unknown).toMatchObject({ usage: readReply(name, body).value.usage!, isFinal: true });
  });

  test("of a whole reply too long to be parsed", () => {
    const body = writeReply(name, reply).value;
    let told: Told | null = null;
    const long = JSON.stringify({ filler: "x".repeat(300_000), ...body });
    watchWhole(toBytes(long), upstreamOf(name), meterings[name], (given) => {
      told = given;
    });
    expect(told as unknown).toMatchObject({ usage: { inputTokens: 1200, outputTokens: 345 } });
  });

  test("what is no usage tells none", () => {
    for (const odd of [
      'data: "usage"\n\n',
      'data: {"usage":{\n\n',
      'data: {"usage":null}\n\n',
      '{"usage":{"a":1}}\n\n',
      "\n",
    ]) {
      expect(watch(name, [toBytes(odd)]).told).toBeNull();
    }
  });
});

test("a tier that is told in front of the usage counts", () => {
  const body = { model: "m", service_tier: "priority", usage: { input_tokens: 1, output_tokens: 2 } };
  let told: Told | null = null;
  watchWhole(toBytes(JSON.stringify(body)), upstreamOf("openai-responses"), meterings["openai-responses"], (given) => {
    told = given;
  });
  expect(told as unknown).toMatchObject({ serviceTier: "priority", model: "m", usage: { outputTokens: 2 } });
});

test("the usage so far that a chunk tells is not the last word", () => {
  const soFar = { prompt_tokens: 9, completion_tokens: 4 };
  const chunk = (finish_reason: string | null) =>
    toBytes(
      `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "a" }, finish_reason }], usage: soFar })}\n\n`,
    );
  expect(watch("openai-chat", [chunk(null)]).told).toMatchObject({ isFinal: false, usage: { outputTokens: 4 } });
  expect(watch("openai-chat", [chunk("stop")]).told).toMatchObject({ isFinal: true });
});

test("of a Gemini stream that is one JSON array, cut anywhere", () => {
  const { writeEvents } = clientOf("gemini");
  const context = {
    conversation: plainConversation,
    nowSeconds: 1,
    newId: (prefix: string) => prefix,
    framing: "json-array",
  } as const;
  const bytes = toBytes(toEvents(reply).map(writeEvents(context)).join(""));
  for (let cut = 0; cut <= bytes.length; cut += 7) {
    let told: Told | null = null;
    const { push, settle } = watchJson(upstreamOf("gemini"), meterings.gemini, (given) => {
      told = given;
    });
    push(bytes.subarray(0, cut));
    push(bytes.subarray(cut));
    settle();
    expect(told as unknown).toMatchObject({ usage: { inputTokens: 1200, outputTokens: 345 }, isFinal: true });
  }
});

/** An element of a Gemini array; `isTurned` puts the usage in front of the candidates. */
const element = (fields: string, tokens: number, isTurned: boolean): string => {
  const candidates = `"candidates":[{"content":{"parts":[{"text":"a"}]}${fields}}]`;
  const told = `"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":${tokens}}`;
  return `{${(isTurned ? [told, candidates] : [candidates, told]).join()}}`;
};

const isFinal = (text: string): boolean | null => {
  const seen: Told[] = [];
  const { push, settle } = watchJson(upstreamOf("gemini"), meterings.gemini, (given) => seen.push(given));
  push(toBytes(text));
  settle();
  return seen.at(-1)?.isFinal ?? null;
};

test.each([false, true])(
  "of a Gemini array that breaks behind the reason it ended for, the usage so far is not the last word (usage first: %p)",
  (isTurned) => {
    const whole = `[${element("", 1, isTurned)},\n${element(',"finishReason":"STOP"', 5, isTurned)}]\n`;
    for (let cut = whole.indexOf('"STOP"') + 6; cut < whole.trimEnd().length; cut += 1) {
      expect([cut, isFinal(whole.slice(0, cut))]).toEqual([cut, false]);
    }
    expect(isFinal(whole)).toBe(true);
  },
);

/** What an answer of Gemini's that is JSON has said; it comes in pieces. */
const saidOf = (text: string) => {
  const { push, settle, said } = watchJson(upstreamOf("gemini"), meterings.gemini, () => {});
  const bytes = toBytes(text);
  for (let at = 0; at < bytes.length; at += 100) push(bytes.subarray(at, at + 100));
  settle();
  return said();
};

const elementOf = (text: string) => JSON.stringify({ candidates: [{ content: { parts: [{ text }], role: "model" } }] });

describe("what was said in a Gemini array", () => {
  test("that breaks is told as far as it came, wherever it was cut", () => {
    const [first, last] = ['It is "rain\\{ing}", \u00e9\n', "bring an [umbrella"];
    const text = `[${elementOf(first)}\n,\r\n${elementOf(last).replace("an", "\\u0061n")}]\n`;
    const head = text.indexOf("bring");
    for (let cut = 0; cut <= text.length; cut += 1) {
      const said = saidOf(text.slice(0, cut))!;
      expect([cut, `${first}${last}`.startsWith(said.text), said.scale]).toEqual([cut, true, 1]);
      if (cut > head) expect(said.text.length).toBeGreaterThanOrEqual(first.length + Math.min(cut - head - 6, 5));
    }
    expect(saidOf(text)).toEqual({ text: `${first}${last}`, scale: 1 });
  });

  test("that is long is told by its beginning and how much longer it is", () => {
    const said = saidOf(`[${Array.from({ length: 1000 }, () => elementOf("word ")).join()}`)!;
    expect(said.text.length).toBeLessThan(16_384);
    const words = (said.text.length / 5) * said.scale;
    expect(words).toBeWithin(950, 1050);
  });

  test("of one element longer than what is kept is told by its beginning", () => {
    const said = saidOf(`[${elementOf("word ".repeat(20_000))}`)!;
    expect((said.text.length / 5) * said.scale).toBeWithin(19_800, 20_200);
  });

  test.each(["[", "[]", "[1, null", '["a', "[}", '[{"candidates":[7', "]"])(
    "is nothing where it has no words: %j",
    (text) => {
      expect(saidOf(text)?.text ?? "").toBe("");
    },
  );

  test("is not known of what is no array", () => {
    expect([saidOf(elementOf("a")), saidOf("<html>")]).toEqual([null, null]);
  });
});

/** What is told of a whole reply of chat that passes in pieces. */
const pass = (body: string): Told | null => {
  const bytes = toBytes(body);
  const seen: Told[] = [];
  const { push, settle } = watchJson(upstreamOf("openai-chat"), meterings["openai-chat"], (given) => seen.push(given));
  for (let at = 0; at < bytes.length; at += 1000) push(bytes.subarray(at, at + 1000));
  settle();
  return seen.at(-1) ?? null;
};

describe("of a whole reply that passes", () => {
  const usageText = '"usage":{"prompt_tokens":1200,"completion_tokens":345}';
  const text = `{"id":"c","model":"gpt-5.4-2026-03-05","text":"${"x".repeat(100_000)}",${usageText},"service_tier":"flex"}\n`;
  test("and is too long to be kept, with its model and its tier", () => {
    expect(pass(text)).toMatchObject({
      usage: { inputTokens: 1200, outputTokens: 345 },
      model: "gpt-5.4-2026-03-05",
      serviceTier: "flex",
      isFinal: true,
    });
  });

  test("and breaks off is not the last word", () => {
    expect(pass(text.slice(0, -5))).toMatchObject({ usage: { outputTokens: 345 }, isFinal: false });
  });

  test("and tells none", () => {
    expect(pass(text.replace(usageText, '"a":1'))).toBeNull();
  });
});
