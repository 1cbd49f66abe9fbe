// What stands in a response and what comes of it, judged by the official clients.
import { APIError, RateLimitError } from "openai";
import { expect, test } from "bun:test";
import { answerKindsOf, toAnswerOf } from "../../../src/mock/responses/to-answer.ts";
import { hello, rejectionOf } from "../serve-mock.ts";
import { parse, place, withResponses } from "./serve-response.ts";

const ask = { model: "gpt-x", messages: hello };

test("the envelope stands in the reply, whole and streamed", () =>
  withResponses(
    [
      {
        text: "Hi",
        id: "chatcmpl-fixed",
        created: 1234,
        model: "gpt-answering",
        system_fingerprint: "fp_x",
        service_tier: "priority",
        headers: { "X-RateLimit-Remaining": 3, "openai-processing-ms": "12" },
        usage: {
          prompt_tokens: 20,
          completion_tokens: 5,
          prompt_tokens_details: { cached_tokens: 8 },
          completion_tokens_details: { reasoning_tokens: 2, accepted_prediction_tokens: 1 },
        },
      },
    ],
    async ({ openai }) => {
      const head = {
        id: "chatcmpl-fixed",
        created: 1234,
        model: "gpt-answering",
        system_fingerprint: "fp_x",
        service_tier: "priority",
      };
      const usage = {
        prompt_tokens: 20,
        completion_tokens: 5,
        total_tokens: 25,
        prompt_tokens_details: { cached_tokens: 8 },
        completion_tokens_details: { reasoning_tokens: 2, accepted_prediction_tokens: 1 },
      };
      const { data, response } = await openai.chat.completions.create(ask).withResponse();
      expect(data).toMatchObject({ ...head, usage });
      expect(response.headers.get("x-ratelimit-remaining")).toBe("3");
      expect(response.headers.get("openai-processing-ms")).toBe("12");
      const stream = openai.chat.completions.stream({ ...ask, stream_options: { include_usage: true } });
      expect(await stream.finalChatCompletion()).toMatchObject({ ...head, usage });
    },
  ));

test("several choices are answered, the last again where more are asked for", () =>
  withResponses([{ choices: ["one", { refusal: "no" }, { tool_calls: [{ name: "f" }] }] }], async ({ openai }) => {
    const all = await openai.chat.completions.create(ask);
    expect(all.choices.map(({ index, finish_reason: reason }) => [index, reason])).toEqual([
      [0, "stop"],
      [1, "stop"],
      [2, "tool_calls"],
    ]);
    expect(all.choices[1]?.message.refusal).toBe("no");
    const four = await openai.chat.completions.create({ ...ask, n: 4 });
    const ids = four.choices.flatMap(({ message }) => (message.tool_calls ?? []).map(({ id }) => id));
    expect([four.choices.length, new Set(ids).size]).toEqual([4, 2]);
    expect((await openai.chat.completions.create({ ...ask, n: 1 })).choices).toHaveLength(1);
  }));

test("probabilities of tokens are those written, made up, or none", () =>
  withResponses(
    [
      {
        text: "Hi you",
        logprobs: [
          { token: "Hi", logprob: -0.5, top: { Hi: -0.5, Ho: -2 } },
          { token: " you", logprob: -1 },
        ],
      },
      "Hi you",
      { text: "Hi you", logprobs: false },
      { text: "Hi", logprobs: [{ token: "Ho", logprob: -1 }] },
    ],
    async ({ openai }) => {
      const asked = { ...ask, logprobs: true, top_logprobs: 2 };
      const create = () => openai.chat.completions.create(asked);
      const [written] = (await create()).choices;
      expect(
        written?.logprobs?.content?.map(({ token, logprob, top_logprobs: top }) => [token, logprob, top.length]),
      ).toEqual([
        ["Hi", -0.5, 2],
        [" you", -1, 1],
      ]);
      expect((await create()).choices[0]?.logprobs?.content?.map(({ token }) => token)).toEqual(["Hi", " you"]);
      expect((await create()).choices[0]?.logprobs).toBeNull();
      expect(String(await rejectionOf(create()))).toContain("the tokens of logprobs, joined, are not the text");
    },
  ));

test("a text comes from a file, and a refusal ends in one", () =>
  withResponses([{ text_file: "story.txt" }, { refusal: "I will not" }], async ({ openai, anthropic }) => {
    expect((await openai.chat.completions.create(ask)).choices[0]?.message.content).toBe("Once upon a time.");
    const refused = await anthropic.messages.create({ ...ask, max_tokens: 9 });
    expect(refused).toMatchObject({ stop_reason: "refusal", content: [{ text: "I will not" }] });
  }));

test("a stop sequence that is written ends the answer in its name", () =>
  withResponses([{ text: "a b", stop_sequence: "END" }], async ({ anthropic }) => {
    const reply = await anthropic.messages.create({ ...ask, max_tokens: 9 });
    expect(reply).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "END" });
  }));

test("sources are cited", () =>
  withResponses(
    [{ text: "Berlin is big.", citations: [{ url: "https://b.example/", title: "B", start: 0, end: 6 }] }],
    async ({ openai }) => {
      expect((await openai.chat.completions.create(ask)).choices[0]?.message.annotations).toMatchObject([
        { type: "url_citation", url_citation: { url: "https://b.example/", title: "B", start_index: 0, end_index: 6 } },
      ]);
    },
  ));

test("arguments of a strict tool are held to its parameters, those of another go out as they are", () =>
  withResponses([{ tool_calls: [{ name: "add", arguments: { a: "one" } }] }], async ({ openai }) => {
    const parameters = {
      type: "object",
      properties: { a: { type: "integer" } },
      required: ["a"],
      additionalProperties: false,
    };
    const create = (strict: boolean) =>
      openai.chat.completions.create({
        ...ask,
        tools: [{ type: "function", function: { name: "add", strict, parameters } }],
      });
    expect(await rejectionOf(create(true))).toMatchObject({ status: 400, code: "mock_fixture_invalid" });
    const call = (await create(false)).choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ function: { name: "add", arguments: '{"a":"one"}' } });
  }));

test("arguments that are text go out as text, broken JSON too, and a custom tool gets them", () =>
  withResponses([{ tool_calls: [{ name: "shell", arguments: "ls {", id: "call_mine" }] }], async ({ openai }) => {
    const tools = [{ type: "custom" as const, name: "shell" }];
    const reply = await openai.responses.create({ model: "m", input: "Hello", tools });
    expect(reply.output[0]).toMatchObject({ type: "custom_tool_call", input: "ls {", call_id: "call_mine" });
    const chat = await openai.chat.completions.create(ask);
    expect(chat.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { arguments: "ls {" } });
  }));

test("an image the model made stands in the answer", () =>
  withResponses([{ blocks: [{ text: "Here:" }, { image: "auto" }] }], async ({ gemini }) => {
    const reply = await gemini.models.generateContent({ model: "m", contents: "Draw" });
    const parts = reply.candidates?.[0]?.content?.parts ?? [];
    expect(parts[0]?.text).toBe("Here:");
    expect(parts[1]?.inlineData?.mimeType).toBe("image/png");
    expect(
      Buffer.from(parts[1]?.inlineData?.data ?? "", "base64")
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  }));

test("an error has its code, param, headers and the time to wait", () =>
  withResponses(
    [
      {
        error: {
          status: 429,
          code: "insufficient_quota",
          message: "No money for {{ request.model }}",
          param: "model",
          headers: { "X-Team": "a" },
          retry_after: 3,
          retry_after_ms: 20,
          should_retry: false,
        },
      },
    ],
    async ({ openai }) => {
      const thrown = await rejectionOf(openai.chat.completions.create(ask));
      expect(thrown).toBeInstanceOf(RateLimitError);
      if (!(thrown instanceof APIError)) throw new Error("no APIError");
      expect(thrown).toMatchObject({ code: "insufficient_quota", type: "insufficient_quota", param: "model" });
      expect(thrown.message).toContain("No money for gpt-x");
      const names = ["x-team", "retry-after", "retry-after-ms", "x-should-retry"];
      expect(names.map((name) => thrown.headers?.get(name))).toEqual(["a", "3", "20", "false"]);
    },
  ));

const post = (url: string, body: object = ask): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(body) });

test("a raw reply goes out as it is written", () =>
  withResponses(
    [
      { raw: { status: 418, headers: { "X-Tea": "green" }, body: "short and stout" } },
      { raw: { body: { a: ["{{ request.model }}"] } } },
      { raw: { file: "body.json" } },
      { raw: { base64: "AAEC", headers: { "content-type": "application/x-bytes" } } },
      { raw: { status: 204 } },
    ],
    async ({ url }) => {
      const tea = await post(url);
      expect([tea.status, tea.headers.get("x-tea"), await tea.text()]).toEqual([418, "green", "short and stout"]);
      const json = await post(url);
      expect([json.headers.get("content-type"), await json.text()]).toEqual(["application/json", '{"a":["gpt-x"]}']);
      const file = await post(url);
      expect([file.headers.get("content-type"), await file.text()]).toEqual(["application/json", '{"ok":true}']);
      const bytes = await post(url);
      expect([bytes.headers.get("content-type"), [...(await bytes.bytes())]]).toEqual([
        "application/x-bytes",
        [0, 1, 2],
      ]);
      const nothing = await post(url);
      expect([nothing.status, await nothing.text()]).toEqual([204, ""]);
    },
  ));

test("raw events are data, whole lines, JSON, or come after a time", () =>
  withResponses(
    [
      {
        raw: {
          sse: [
            "one\ntwo",
            "event: ping\ndata: {}",
            { a: 1 },
            [30, "late"],
            [40, { b: "{{ request.model }}" }],
            "[DONE]",
          ],
        },
      },
    ],
    async ({ url }) => {
      const began = performance.now();
      const reply = await post(url);
      expect(reply.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      expect(await reply.text()).toBe(
        'data: one\ndata: two\n\nevent: ping\ndata: {}\n\ndata: {"a":1}\n\ndata: late\n\ndata: {"b":"gpt-x"}\n\ndata: [DONE]\n\n',
      );
      expect(performance.now() - began).toBeGreaterThan(35);
    },
  ));

test("legacy completions are answered with the text, each choice with its own, in the usage that is written", () =>
  withResponses(
    [
      {
        choices: [{ text: "one" }, { reasoning: "hm", text: "two" }],
        usage: { prompt_tokens: 9, completion_tokens: 8 },
      },
    ],
    async ({ openai }) => {
      const params = { model: "m", prompt: "Say", n: 2 };
      const whole = await openai.completions.create(params);
      expect(whole.choices.map(({ text }) => text)).toEqual(["one", "two"]);
      expect(whole.usage).toMatchObject({ prompt_tokens: 9, completion_tokens: 8, total_tokens: 17 });
      const said = ["", ""];
      for await (const { choices } of await openai.completions.create({ ...params, stream: true })) {
        for (const { index, text } of choices) said[index] += text;
      }
      expect(said).toEqual(["one", "two"]);
    },
  ));

test("a response has words for several endpoints, and is not found for others", () =>
  withResponses([{ text: "heard", embedding: [0.5, -0.5], moderation: ["hate"] }], async ({ openai }) => {
    expect((await openai.chat.completions.create(ask)).choices[0]?.message.content).toBe("heard");
    const { data } = await openai.embeddings.create({ model: "m", input: ["a", "b"] });
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [0.5, -0.5],
      [0.5, -0.5],
    ]);
    const { results } = await openai.moderations.create({ input: "x" });
    expect(results[0]).toMatchObject({ flagged: true, categories: { hate: true, violence: false } });
    const thrown = await rejectionOf(openai.images.generate({ prompt: "a cat" }));
    expect(thrown).toMatchObject({ status: 400, code: "mock_no_match" });
  }));

test("a seed of its own gives auto another answer where a schema leaves a choice", async () => {
  const schema = {
    type: "object",
    properties: { n: { type: "integer", minimum: 0, maximum: 1_000_000 } },
    required: ["n"],
  };
  const format = { type: "json_schema" as const, json_schema: { name: "n", schema } };
  const answer = async (auto: unknown): Promise<string> => {
    let text = "";
    await withResponses([{ auto }], async ({ openai }) => {
      const reply = await openai.chat.completions.create({ ...ask, response_format: format });
      text = reply.choices[0]?.message.content ?? "";
    });
    return text;
  };
  expect(await answer(true)).toBe('{"n":0}');
  expect(await answer({ seed: 5 })).toBe(await answer({ seed: 5 }));
  expect(await answer({ seed: 5 })).not.toBe(await answer({ seed: 6 }));
});

const kinds = (written: unknown) => [...answerKindsOf(parse(written))];

test("kinds are told by what is written", () => {
  expect(kinds("Hi")).toEqual(["reply", "transcript"]);
  expect(kinds({ tool_calls: [{ name: "f" }] })).toEqual(["reply"]);
  expect(kinds({ error: { status: 500 } })).toEqual(["failure"]);
  expect(kinds({ raw: { body: "x" } })).toEqual(["raw"]);
  expect(kinds({ embedding: "hash" })).toEqual(["vectors"]);
  expect(kinds({ audio: "auto" })).toEqual(["reply", "sound"]);
  expect(kinds("auto")).toContain("images");
});

const load = (written: unknown) => () => toAnswerOf(parse(written), place);

test("what cannot be compiled is told when it is loaded", () => {
  expect(load({ text_file: "gone.txt" })).toThrow("gone.txt cannot be read");
  expect(load({ text: "{{ nothing.here }}" })).toThrow();
  expect(load({ raw: { file: "gone.bin" } })).toThrow("gone.bin cannot be read");
});

test("a text is spoken where a chat asks for sound, and written elsewhere; an image stands beside it", () =>
  withResponses(
    [
      { text: "Good day", audio: "auto" },
      { text: "x", image: "auto" },
    ],
    async ({ openai, gemini }) => {
      const audio = { format: "wav", voice: "alloy" } as const;
      const spoken = await openai.chat.completions.create({ ...ask, modalities: ["text", "audio"], audio });
      const said = spoken.choices[0]?.message;
      expect(said).toMatchObject({ content: null, audio: { transcript: "Good day" } });
      expect(
        Buffer.from(said?.audio?.data ?? "", "base64")
          .subarray(0, 4)
          .toString(),
      ).toBe("RIFF");
      const reply = await gemini.models.generateContent({ model: "m", contents: "Draw" });
      expect(reply.candidates?.[0]?.content?.parts?.map((part) => part.inlineData?.mimeType ?? part.text)).toEqual([
        "x",
        "image/png",
      ]);
    },
  ));
