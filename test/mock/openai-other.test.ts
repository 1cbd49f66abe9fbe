import { expect, test } from "bun:test";
import { BadRequestError } from "openai";
import { hello, expectSame, rejectionOf, serveMock, tenWords } from "./serve-mock.ts";

test("completions.create answers every prompt n times", async () => {
  await using mock = serveMock();
  const reply = await mock.openai.completions.create({ model: "m", prompt: ["one", "two"], n: 2 });
  expect(reply.object).toBe("text_completion");
  expect(reply.choices.map((choice) => [choice.index, choice.text, choice.finish_reason])).toEqual(
    [0, 1, 2, 3].map((index) => [index, tenWords, "stop"]),
  );
  expect(reply.usage).toMatchObject({ prompt_tokens: 2, completion_tokens: 40 });
});

test("a completion stream is exactly the chunks asked for, then the finish reason, then the usage if asked", async () => {
  await using mock = serveMock({ chunks: 4 });
  const ask = { model: "m", prompt: "one", stream: true, max_tokens: 3 } as const;
  const plain = await Array.fromAsync(await mock.openai.completions.create(ask));
  expectSame(
    plain.map((chunk) => chunk.choices[0]?.finish_reason),
    [null, null, null, null, "length"],
  );
  expect(plain.map((chunk) => chunk.choices[0]?.text).join("")).toBe("Lorem ipsum dolor");

  const counted = await Array.fromAsync(
    await mock.openai.completions.create({ ...ask, stream_options: { include_usage: true } }),
  );
  expect(counted).toHaveLength(6);
  expect(counted[0]?.usage).toBeNull();
  expect(counted.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 1, completion_tokens: 3 } });
});

test("embeddings are vectors of length 1 that depend on the input alone", async () => {
  await using mock = serveMock();
  const ask = (input: string | string[] | number[] | number[][], dimensions?: number) =>
    mock.openai.embeddings.create({
      model: "text-embedding-3-small",
      input,
      encoding_format: "float",
      ...(dimensions === undefined ? {} : { dimensions }),
    });
  const both = await ask(["cat", "dog"]);
  expect(both.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
    [0, 1536],
    [1, 1536],
  ]);
  for (const { embedding } of both.data) expect(Math.hypot(...embedding)).toBeCloseTo(1, 6);
  expect(both.data[0]?.embedding).not.toEqual<unknown>(both.data[1]?.embedding);
  expectSame((await ask("dog")).data[0]?.embedding, both.data[1]?.embedding);
  expect((await ask("dog", 64)).data[0]?.embedding).toHaveLength(64);
  expect((await ask([1, 2, 3], 8)).data).toHaveLength(1);
  const tokens = await ask([[1, 2, 3], [4]], 8);
  expect(tokens.data).toHaveLength(2);
  expect(tokens.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
});

test("float and base64 carry the same numbers, also as the SDK asks by itself", async () => {
  await using mock = serveMock();
  const ask = { model: "text-embedding-3-large", input: "cat" };
  const float = await mock.openai.embeddings.create({ ...ask, encoding_format: "float" });
  const unasked = await mock.openai.embeddings.create(ask);
  const base64 = await mock.openai.embeddings.create({ ...ask, encoding_format: "base64" });
  const bytes = Buffer.from(base64.data[0]?.embedding ?? "", "base64");
  expect(float.data[0]?.embedding).toHaveLength(3072);
  expectSame(unasked.data[0]?.embedding, float.data[0]?.embedding);
  const decoded = Array.from({ length: 3072 }, (_, at) => bytes.readFloatLE(at * 4));
  expectSame(decoded, float.data[0]?.embedding);
});

test("models are listed, and there is one of every name", async () => {
  await using mock = serveMock();
  const listed = await Array.fromAsync(mock.openai.models.list());
  expect(listed.map((model) => model.id)).toContain("gpt-4o-mini");
  for (const id of ["gpt-4o-mini", "ft:gpt-4o-mini:org::id", "meta-llama/Llama-3"])
    expect(await mock.openai.models.retrieve(id)).toMatchObject({ id, object: "model", owned_by: "qlite-mock" });
});

test("a faulty completions or embeddings request is a BadRequestError that names its field", async () => {
  await using mock = serveMock();
  const embed = { model: "m", input: "cat" };
  const cases: readonly [path: string, ask: object, param: string][] = [
    ["/completions", { model: "m" }, "prompt"],
    ["/completions", { model: "m", prompt: [] }, "n"],
    ["/completions", { model: "m", prompt: ["a", "b"], n: 128 }, "n"],
    ["/embeddings", { input: "cat" }, "model"],
    ["/embeddings", { model: "m" }, "input"],
    ["/embeddings", { model: "m", input: "" }, "input"],
    ["/embeddings", { model: "m", input: [] }, "input"],
    ["/embeddings", { model: "m", input: [hello] }, "input"],
    ["/embeddings", { model: "m", input: Array.from({ length: 2049 }, () => "cat") }, "input"],
    ["/embeddings", { model: "m", input: Array.from({ length: 2048 }, () => "cat"), dimensions: 8192 }, "input"],
    ["/embeddings", { ...embed, dimensions: 0 }, "dimensions"],
    ["/embeddings", { ...embed, dimensions: 8193 }, "dimensions"],
    ["/embeddings", { ...embed, encoding_format: "hex" }, "encoding_format"],
  ];
  for (const [path, ask, param] of cases) {
    const thrown = await rejectionOf(mock.openai.post(path, { body: ask }));
    expect(thrown).toBeInstanceOf(BadRequestError);
    expect(thrown).toMatchObject({ status: 400, param });
  }
});
