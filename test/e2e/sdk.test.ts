import { describe, expect, test } from "bun:test";
import { BadRequestError } from "openai";
import { serveMock } from "../mock/serve-mock.ts";
import { gatewayTo, startGateway, upstreamKey } from "../support/gateway.ts";
import { hello, openaiAt } from "../support/sdk.ts";
import { share } from "../support/share.ts";
import { rejectionOf, until } from "../support/until.ts";

const mock = serveMock();
share(mock);
const mocks = [
  ["qlite mock behind a socket", share(gatewayTo(mock))],
  ["a provider of type mock", share(startGateway("providers: [{ name: up, type: mock, models: ['*'] }]"))],
] as const;

describe.each(mocks)("the official OpenAI SDK, unchanged but for its base URL, through qlite to %s", (_, gateway) => {
  const openai = openaiAt(gateway);

  test("chat.completions.create answers, marked as a mock's answer", async () => {
    const { data, response, request_id } = await openai.chat.completions
      .create({ model: "gpt-5.4", messages: hello })
      .withResponse();
    expect(data).toMatchObject({ object: "chat.completion", model: "gpt-5.4" });
    expect(data.choices[0]).toMatchObject({ finish_reason: "stop", message: { role: "assistant" } });
    expect(data.choices[0]?.message.content).toStartWith("Lorem ipsum");
    expect(data.usage?.completion_tokens).toBe(10);
    expect(response.headers.get("x-qlite-source")).toBe("mock");
    expect(response.headers.get("x-upstream-request-id")).toStartWith("req_");
    expect(await gateway.lineOf(request_id)).toMatchObject({
      msg: "exchange",
      method: "POST",
      path: "/v1/chat/completions",
      model: "gpt-5.4",
      provider: "up",
      stream: false,
      status: 200,
      ended: "complete",
    });
  });

  test("a provider/model name is answered under the bare one", async () => {
    expect((await openai.chat.completions.create({ model: "up/gpt-5.4", messages: hello })).model).toBe("gpt-5.4");
  });

  test("a chat stream gives the same text in pieces, and its end is logged", async () => {
    const whole = await openai.chat.completions.create({ model: "m", messages: hello });
    const { data: stream, request_id } = await openai.chat.completions
      .create({ model: "m", messages: hello, stream: true, stream_options: { include_usage: true } })
      .withResponse();
    const chunks = await Array.fromAsync(stream);
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(
      whole.choices[0]?.message.content ?? "none",
    );
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(10);
    const line = await gateway.lineOf(request_id);
    expect(line).toMatchObject({ stream: true, status: 200, ended: "complete" });
    expect(Number(line["bytes"])).toBeGreaterThan(500);
  });

  test("the stream helper puts the whole completion together", async () => {
    const stream = openai.chat.completions.stream({ model: "m", messages: hello, n: 2 });
    let pieces = 0;
    stream.on("chunk", () => {
      pieces += 1;
    });
    const final = await stream.finalChatCompletion();
    expect(final.choices.map((choice) => choice.finish_reason)).toEqual(["stop", "stop"]);
    expect(pieces).toBeGreaterThan(3);
  });

  test("a required tool is called, whole and streamed", async () => {
    const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
    const ask = {
      model: "m",
      messages: hello,
      tools: [{ type: "function" as const, function: { name: "weather", parameters } }],
      tool_choice: "required" as const,
    };
    const [call] = (await openai.chat.completions.create(ask)).choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { name: "weather" } });
    const final = await openai.chat.completions.stream(ask).finalChatCompletion();
    expect(final.choices[0]?.finish_reason).toBe("tool_calls");
    const [streamed] = final.choices[0]?.message.tool_calls ?? [];
    expect(streamed).toMatchObject({ function: { name: "weather" } });
  });

  test("embeddings.create answers with a vector for each input", async () => {
    const reply = await openai.embeddings.create({
      model: "text-embedding-3-small",
      input: ["a", "b"],
      dimensions: 8,
    });
    expect(reply.data.map(({ embedding }) => embedding.length)).toEqual([8, 8]);
  });

  test("completions.create answers, whole and streamed", async () => {
    const whole = await openai.completions.create({ model: "m", prompt: "Hello" });
    const pieces = await Array.fromAsync(
      await openai.completions.create({ model: "m", prompt: "Hello", stream: true }),
    );
    expect(pieces.map((piece) => piece.choices[0]?.text ?? "").join("")).toBe(whole.choices[0]?.text ?? "none");
  });

  test("responses.create answers, whole, streamed and by the stream helper", async () => {
    const whole = await openai.responses.create({ model: "m", input: "Hello" });
    expect(whole.output_text).toStartWith("Lorem ipsum");
    const events = await Array.fromAsync(await openai.responses.create({ model: "m", input: "Hello", stream: true }));
    expect(events[0]?.type).toBe("response.created");
    expect(events.at(-1)?.type).toBe("response.completed");
    const final = await openai.responses.stream({ model: "m", input: "Hello" }).finalResponse();
    expect(final.output_text).toBe(whole.output_text);
  });

  test("a field that is wrong is a BadRequestError that names it, as the upstream said it", async () => {
    const thrown = await rejectionOf(openai.chat.completions.create({ model: "m", messages: [] }));
    expect(thrown).toBeInstanceOf(BadRequestError);
    expect(thrown).toMatchObject({ status: 400, param: "messages", type: "invalid_request_error" });
  });

  test("an empty model is a BadRequestError of ours with its param", async () => {
    const thrown = await rejectionOf(openai.chat.completions.create({ model: "", messages: hello }));
    expect(thrown).toBeInstanceOf(BadRequestError);
    expect(thrown).toMatchObject({ status: 400, param: "model", code: "missing_required_parameter" });
  });

  test("leaving a stream early is logged as the client's doing and leaves nothing behind", async () => {
    const { data: stream, request_id } = await openai.chat.completions
      .create({ model: "m", messages: hello, stream: true })
      .withResponse();
    const kinds: string[] = [];
    for await (const chunk of stream) {
      kinds.push(chunk.object);
      break;
    }
    expect(kinds).toEqual(["chat.completion.chunk"]);
    await until(() => gateway.pending() === 0);
    // A mock without latency may have sent all of it before the client left.
    expect(["client_gone", "complete"]).toContain(String((await gateway.lineOf(request_id))["ended"]));
  });

  test("nothing that the SDK got from us says more than it should", async () => {
    const { request_id } = await openai.chat.completions.create({ model: "m", messages: hello }).withResponse();
    await gateway.lineOf(request_id);
    expect(await gateway.text()).not.toContain(upstreamKey);
    expect(await gateway.text()).not.toContain("sk-client");
    expect(await gateway.text()).not.toContain("Hello, mock!");
  });
});
