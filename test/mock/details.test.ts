import { ApiError } from "@google/genai";
import { expect, test } from "bun:test";
import { BadRequestError } from "openai";
import type { ChatCompletionTokenLogprob } from "openai/resources/chat/completions";
import { withMock } from "./asker.ts";
import { dataOf, expectSame, hello, mockOf, post, rejectionOf, tenWords } from "./serve-mock.ts";

const expectLikely = (tokens: readonly { readonly token: string; readonly logprob: number }[]): void => {
  expect(tokens.map(({ token }) => token).join("")).toBe(tenWords);
  expect(tokens).toHaveLength(10);
  for (const { logprob } of tokens) {
    expect(logprob).toBeLessThan(0);
    expect(logprob).toBeGreaterThanOrEqual(-1);
  }
};

test("chat logprobs are of the text's tokens, the same whole, streamed, and asked for again", () =>
  withMock({ chunks: 4 }, async (mock) => {
    const ask = { model: "m", messages: hello, logprobs: true, top_logprobs: 3 };
    const whole = await mock.openai.chat.completions.create(ask);
    const tokens = whole.choices[0]?.logprobs?.content ?? [];
    expectLikely(tokens);
    for (const { token, bytes, logprob, top_logprobs: top } of tokens) {
      expect(bytes).toEqual([...Buffer.from(token)]);
      expect(top).toHaveLength(3);
      expect(top[0]).toEqual({ token, bytes, logprob });
      for (const other of top.slice(1)) expect(other.logprob).toBeLessThan(logprob);
    }
    const pieces: ChatCompletionTokenLogprob[][] = [];
    for await (const { choices } of await mock.openai.chat.completions.create({ ...ask, stream: true })) {
      const said = choices[0]?.logprobs?.content;
      if (!said) continue;
      expect(said.map(({ token }) => token).join("")).toBe(choices[0]?.delta.content ?? "");
      pieces.push(said);
    }
    expect(pieces).toHaveLength(4);
    expect(pieces.flat()).toEqual(tokens);
    expect((await mock.openai.chat.completions.create(ask)).choices[0]?.logprobs?.content).toEqual(tokens);
    expect(
      (await mock.openai.chat.completions.create({ model: "m", messages: hello })).choices[0]?.logprobs,
    ).toBeNull();
  }));

test("logprobs of Responses and Gemini are of the text's tokens", () =>
  withMock({}, async (mock) => {
    const include = ["message.output_text.logprobs" as const];
    const ask = { model: "m", input: "Hello", include, top_logprobs: 2 };
    for (const reply of [
      await mock.openai.responses.create(ask),
      await mock.openai.responses.stream(ask).finalResponse(),
    ]) {
      const part = reply.output[0]?.type === "message" ? reply.output[0].content[0] : undefined;
      const tokens = part?.type === "output_text" ? (part.logprobs ?? []) : [];
      expectLikely(tokens);
      expect(tokens.every(({ top_logprobs: top }) => top.length === 2)).toBe(true);
    }
    const config = { responseLogprobs: true, logprobs: 2 };
    const reply = await mock.gemini.models.generateContent({ model: "m", contents: "Hello", config });
    const result = reply.candidates?.[0]?.logprobsResult;
    const chosen = result?.chosenCandidates ?? [];
    expectLikely(chosen.map(({ token, logProbability }) => ({ token: token ?? "", logprob: logProbability ?? 0 })));
    expect(result?.topCandidates?.map(({ candidates }) => candidates?.length)).toEqual(Array(10).fill(2));
  }));

test("several choices call with ids of their own, whole and streamed", () =>
  withMock({}, async (mock) => {
    const tools = [{ type: "function" as const, function: { name: "add" } }];
    const ask = { model: "m", messages: hello, tools, tool_choice: "required" as const, n: 3 };
    const { completions } = mock.openai.chat;
    for (const { choices } of [await completions.create(ask), await completions.stream(ask).finalChatCompletion()]) {
      const ids = choices.map(({ message }) => message.tool_calls?.[0]?.id);
      expect(new Set(ids).size).toBe(3);
      expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    }
  }));

test("the old functions of chat are answered with function_call", () =>
  withMock({}, async (mock) => {
    const functions = [{ name: "add", parameters: { type: "object", properties: { a: { type: "integer" } } } }];
    const ask = { model: "m", messages: hello, functions, function_call: { name: "add" } };
    const { choices } = await mock.openai.chat.completions.create(ask);
    expect(choices[0]).toMatchObject({
      finish_reason: "function_call",
      message: { content: null, function_call: { name: "add", arguments: '{"a":1}' } },
    });
    const { message } = choices[0]!;
    const result = { role: "function" as const, name: "add", content: "7" };
    const last = await mock.openai.chat.completions.create({ ...ask, messages: [...hello, message, result] });
    expect(last.choices[0]?.message.content).toBe(tenWords);
  }));

test("a custom tool is called with words", () =>
  withMock({}, async (mock) => {
    const tools = [{ type: "custom" as const, name: "shell" }];
    const reply = await mock.openai.responses.create({ model: "m", input: "Hello", tools, tool_choice: "required" });
    expect(reply.output[0]).toMatchObject({ type: "custom_tool_call", name: "shell", input: tenWords });
  }));

test("Anthropic refuses thinking without a signature, Responses an item under another's id", () =>
  withMock({}, async (mock) => {
    const content = [{ type: "thinking" as const, thinking: "Hm.", signature: "" }];
    const messages = [...hello, { role: "assistant" as const, content }, ...hello];
    const unsigned = await rejectionOf(mock.anthropic.messages.create({ model: "m", max_tokens: 9, messages }));
    expect(String(unsigned)).toContain("Invalid `signature` in `thinking` block");

    const reasoning = { effort: "low" as const };
    const { output } = await mock.openai.responses.create({ model: "m", input: "Hello", reasoning });
    const [item] = output;
    if (item?.type !== "reasoning") throw new Error("no reasoning");
    const user = { role: "user" as const, content: "And?" };
    const input = [{ ...item, id: "rs_other" }, user];
    const renamed = await rejectionOf(mock.openai.responses.create({ model: "m", input }));
    expect(renamed).toMatchObject({ status: 400, param: "input" });
    const { id: _, ...nameless } = item;
    // As Codex sends it.
    expect(await mock.openai.post("/responses", { body: { model: "m", input: [nameless, user] } })).toMatchObject({
      status: "completed",
    });
  }));

test("numbers out of bounds are a 400 that names the field as the dialect does", () =>
  withMock({}, async (mock) => {
    const chat = { model: "m", messages: hello };
    for (const [field, value] of [
      ["temperature", 2.1],
      ["top_p", -0.1],
      ["presence_penalty", 3],
      ["max_completion_tokens", 0],
      ["stop", ["a", "b", "c", "d", "e"]],
      ["stream", "yes"],
    ] as const) {
      const thrown = await rejectionOf(mock.openai.post("/chat/completions", { body: { ...chat, [field]: value } }));
      expect(thrown).toBeInstanceOf(BadRequestError);
      expect(thrown).toMatchObject({ param: field });
    }
    const config = { maxOutputTokens: 0 };
    const thrown = await rejectionOf(mock.gemini.models.generateContent({ model: "m", contents: "Hi", config }));
    expect(thrown).toBeInstanceOf(ApiError);
    expect(String(thrown)).toContain("generationConfig.maxOutputTokens");
  }));

test("a legacy completion stops, fails in mid-stream and refuses like a chat", () =>
  withMock({ errorAfter: 2 }, async (mock) => {
    const ask = { model: "m", prompt: "one" };
    const stopped = await mock.openai.completions.create({ ...ask, stop: "dolor" });
    expectSame(stopped.choices[0], { index: 0, text: "Lorem ipsum ", logprobs: null, finish_reason: "stop" });
    expect(stopped.usage?.completion_tokens).toBe(2);
    const seen: string[] = [];
    const read = async (): Promise<void> => {
      for await (const { choices } of await mock.openai.completions.create({ ...ask, stream: true })) {
        seen.push(choices[0]?.text ?? "");
      }
    };
    expect(String(await rejectionOf(read()))).toContain("asked to end this stream in an error");
    expect(seen).toHaveLength(2);
    const thrown = await rejectionOf(mock.openai.completions.create({ ...ask, temperature: 3 }));
    expect(thrown).toMatchObject({ status: 400, param: "temperature" });
  }));

test("responses.input_tokens counts what a response's usage shows", () =>
  withMock({}, async (mock) => {
    const counted = await mock.openai.responses.inputTokens.count({
      model: "m",
      input: "Hello",
      instructions: "Be kind",
    });
    expect(counted).toEqual({ object: "response.input_tokens", input_tokens: 3 });
  }));

test("models are listed in Gemini's shape, and there is one of every name", () =>
  withMock({}, async (mock) => {
    const listed = await Array.fromAsync(await mock.gemini.models.list());
    expect(listed.map(({ name }) => name)).toContain("models/gemini-3.8-flash");
    expect((await mock.gemini.models.get({ model: "gemini-x" })).name).toBe("models/gemini-x");
  }));

test("an error in a stream is its last write, in the words of the dialect", async () => {
  const mock = mockOf({ errorAfter: 1, seed: 3 });
  const ends: Readonly<Record<string, [path: string, body: object, last: object]>> = {
    chat: ["/v1/chat/completions", { model: "m", messages: hello }, { error: { type: "service_unavailable_error" } }],
    responses: ["/v1/responses", { model: "m", input: "Hi" }, { type: "error", code: "server_is_overloaded" }],
    anthropic: [
      "/v1/messages",
      { model: "m", max_tokens: 9, messages: hello },
      { type: "error", error: { type: "overloaded_error" } },
    ],
    gemini: [
      "/v1beta/models/m:streamGenerateContent?alt=sse",
      { contents: [{ parts: [{ text: "Hi" }] }] },
      { error: { code: 503, status: "UNAVAILABLE" } },
    ],
  };
  for (const [path, body, last] of Object.values(ends)) {
    const reply = await mock.fetch(post(path, { ...body, stream: true }));
    expect(reply.status).toBe(200);
    expect(JSON.parse(dataOf(await reply.text()).at(-1) ?? "")).toMatchObject(last);
  }
});

test("a stream has as many pieces as were asked for, ten thousand too", async () => {
  const mock = mockOf({ chunks: 10_000 });
  const paths: readonly (readonly [path: string, body: object, piece: RegExp])[] = [
    ["/v1/chat/completions", { model: "m", messages: hello, stream: true }, /"delta":\{"content":"[^"]/],
    ["/v1/responses", { model: "m", input: "Hi", stream: true }, /"type":"response.output_text.delta"/],
    ["/v1/messages", { model: "m", max_tokens: 1_000_000, messages: hello, stream: true }, /"type":"text_delta"/],
    [
      "/v1beta/models/m:streamGenerateContent?alt=sse",
      { contents: [{ parts: [{ text: "Hi" }] }] },
      /"parts":\[\{"text":"[^"]/,
    ],
  ];
  for (const [path, body, piece] of paths) {
    const events = dataOf(await (await mock.fetch(post(path, body))).text());
    expect(events.filter((data) => piece.test(data)).length).toBe(10_000);
  }
});
