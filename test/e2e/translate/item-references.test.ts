// The Vercel AI SDK with the Responses API as it is by default: it refers by id to the reasoning of earlier turns, and to
// texts that stand behind reasoning, because the service keeps them.
import { describe, expect, test } from "bun:test";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, isStepCount, streamText, tool, type ModelMessage } from "ai";
import { anthropic } from "../../support/dialects/anthropic.ts";
import { gemini } from "../../support/dialects/gemini.ts";
import { openaiChat } from "../../support/dialects/openai-chat.ts";
import { playing, said, understoodBy, type Side } from "../../support/dialects/scripted.ts";
import { startGateway, upstreamKey, type Gateway } from "../../support/gateway.ts";
import { share, shareUpstream } from "../../support/share.ts";
import { rejectionOf } from "../../support/until.ts";
import { clientKey, followUp, place, question, runWeather, weather } from "./client.ts";
import { forms } from "./matrix.ts";

const startSide = async (side: Side) => {
  const upstream = await shareUpstream();
  const providers = [{ name: "up", api_key: upstreamKey, models: ["*"], ...side.provider(upstream.url) }];
  const keeping = share(startGateway({ responses_store: { max_entries: 50 }, providers }));
  return { name: side.dialect, side, upstream, keeping, plain: share(startGateway({ providers })) };
};

const tools = { weather: tool({ description: weather.description, inputSchema: place, execute: runWeather }) };

interface Told {
  readonly text: string;
  readonly messages: readonly ModelMessage[];
}

/** Asks without a word about `store`, which is how it is used. */
const ask = async ({ url }: Gateway, side: Side, isStream: boolean, messages: ModelMessage[]): Promise<Told> => {
  const params = {
    model: createOpenAI({ baseURL: `${url}/v1`, apiKey: clientKey })(side.model),
    messages,
    tools,
    stopWhen: isStepCount(3),
    maxRetries: 0,
    providerOptions: { openai: { forceReasoning: true, reasoningEffort: "medium" } },
  };
  if (!isStream) {
    const { text, responseMessages } = await generateText(params);
    return { text, messages: responseMessages };
  }
  const result = streamText({ ...params, onError: () => {} });
  for await (const part of result.stream) if (part.type === "error") throw part.error;
  return { text: await result.text, messages: await result.responseMessages };
};

/** What the client sends in place of what it was told. */
const referred = (messages: readonly ModelMessage[]): readonly string[] =>
  JSON.stringify(messages).match(/"itemId":"[^"]+"/g) ?? [];

const asked = (): ModelMessage[] => [{ role: "user", content: question }];
const sides = [await startSide(openaiChat), await startSide(anthropic), await startSide(gemini)];

describe.each(sides)("toward $name", ({ side, upstream, keeping, plain }) => {
  for (const { isStream, form } of forms) {
    test(`a store finds the reasoning before calls by its id, ${form}`, async () => {
      upstream.answer(playing(side, ["thoughtCalls", "text"]));
      const told = await ask(keeping, side, isStream, asked());
      expect(told.text).toBe(said.text);
      expect(referred(told.messages)).not.toBeEmpty();
      const { seals, answered } = understoodBy(upstream, side);
      expect(seals).toEqual([...side.seals.thoughtCalls]);
      expect(answered).toHaveLength(2);
    });

    test(`a store finds the text behind reasoning by its id, ${form}`, async () => {
      upstream.answer(playing(side, ["thought", "text"]));
      const messages = asked();
      const first = await ask(keeping, side, isStream, messages);
      messages.push(...first.messages, { role: "user", content: followUp });
      await ask(keeping, side, isStream, messages);
      expect(upstream.last().body().toString()).toContain(said.text);
      expect(understoodBy(upstream, side)).toMatchObject({
        questions: [question, followUp],
        seals: [...side.seals.thought],
      });
    });

    test(`without a store it is told what to do, ${form}`, async () => {
      upstream.answer(playing(side, ["thoughtCalls", "text"]));
      const error = await rejectionOf(ask(plain, side, isStream, asked()));
      expect(error).toMatchObject({ statusCode: 400 });
      expect(String(error)).toContain("with `store: false`; set `responses_store`");
    });
  }
});

test("an item that is not kept is refused by its id", async () => {
  const [first] = sides;
  if (first === undefined) throw new Error("there are sides");
  const { keeping, side, upstream } = first;
  for (const item of [{ type: "item_reference", id: "rs_gone" }, { id: "rs_gone" }]) {
    const body = JSON.stringify({ model: side.model, input: [{ role: "user", content: "x" }, item] });
    const reply = await keeping.request("POST", "/v1/responses", { "content-type": "application/json" }, body);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body.toString()).error).toMatchObject({
      message: "Item with id 'rs_gone' not found.",
      param: "input",
    });
  }
  expect(upstream.requests).toBeEmpty();
});
