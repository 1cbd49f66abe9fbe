// Models that one of a provider's dialects alone has: a client of the other is translated to.
import { expect, test } from "bun:test";
import OpenAI from "openai";
import { openaiChat } from "../../support/dialects/openai-chat.ts";
import { openaiResponses } from "../../support/dialects/openai-responses.ts";
import { said, type Side } from "../../support/dialects/scripted.ts";
import { startGateway, upstreamKey } from "../../support/gateway.ts";
import { share, shareUpstream } from "../../support/share.ts";
import { replying } from "../../support/upstream-scripts.ts";

const upstream = await shareUpstream();
const gateway = share(
  startGateway({
    providers: [{ name: "up", type: "azure", base_url: upstream.url, api_key: upstreamKey, models: ["*"] }],
  }),
);
const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "client", maxRetries: 0 });

const paths = () => upstream.requests.map(({ target }) => target);
const answering = (side: Side) => upstream.answer(replying(JSON.stringify(side.answers.text.whole)));

test.each(["gpt-5-pro", "gpt-5.3-codex", "o3-pro"])(
  "a chat client reaches %s, which is in Responses alone",
  async (model) => {
    answering(openaiResponses);
    const { choices } = await client.chat.completions.create({ model, messages: [{ role: "user", content: "Hi" }] });
    expect(choices[0]?.message.content).toBe(said.text);
    expect(paths()).toEqual(["/openai/v1/responses"]);
  },
);

test("a client of Responses reaches a model that is in chat alone", async () => {
  answering(openaiChat);
  const { output_text } = await client.responses.create({ model: "gpt-4o-search-preview", input: "Hi" });
  expect(output_text).toBe(said.text);
  expect(paths()).toEqual(["/openai/v1/chat/completions"]);
});

test("a model that both have is asked in the client's own dialect", async () => {
  answering(openaiChat);
  await client.chat.completions.create({ model: "gpt-5.4", messages: [{ role: "user", content: "Hi" }] });
  expect(paths()).toEqual(["/openai/v1/chat/completions"]);
});
