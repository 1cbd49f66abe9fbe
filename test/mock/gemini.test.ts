import { ApiError, FunctionCallingConfigMode, Type } from "@google/genai";
import { expect, test } from "bun:test";
import { dataOf, expectSame, rejectionOf, serveMock, tenWords } from "./serve-mock.ts";

const ask = { model: "gemini-3.8-flash", contents: "Hello, mock!" };
const raw = { contents: [{ role: "user", parts: [{ text: "Hello, mock!" }] }] };
const schema = { type: Type.OBJECT, properties: { a: { type: Type.INTEGER, minimum: 3 } }, required: ["a"] };

test("generateContent answers with one candidate and usage", async () => {
  await using mock = serveMock();
  const reply = await mock.gemini.models.generateContent(ask);
  expect(reply.text).toBe(tenWords);
  expect(reply.modelVersion).toBe("gemini-3.8-flash");
  expect(reply.candidates?.[0]).toMatchObject({ index: 0, finishReason: "STOP", content: { role: "model" } });
  expect(reply.usageMetadata).toMatchObject({ promptTokenCount: 3, candidatesTokenCount: 10, totalTokenCount: 13 });
});

test("generateContentStream gives exactly the chunks asked for, then STOP with the usage", async () => {
  await using mock = serveMock({ chunks: 4 });
  const seen = await Array.fromAsync(await mock.gemini.models.generateContentStream(ask));
  expect(seen).toHaveLength(5);
  expect(seen.map((chunk) => chunk.text ?? "").join("")).toBe(tenWords);
  expectSame(
    seen.map((chunk) => chunk.candidates?.[0]?.finishReason),
    [undefined, undefined, undefined, undefined, "STOP"],
  );
  expect(seen.at(-1)?.usageMetadata?.totalTokenCount).toBe(13);
});

const askStream = async (url: string, query: string) => {
  const path = `/v1beta/models/gemini-x:streamGenerateContent${query}`;
  const reply = await fetch(url + path, { method: "POST", body: JSON.stringify(raw) });
  return { type: reply.headers.get("content-type"), text: await reply.text() };
};

test("streamGenerateContent is SSE with alt=sse, else one JSON array of the same chunks", async () => {
  await using mock = serveMock({ seed: 7 });
  await using twin = serveMock({ seed: 7 });
  const sse = await askStream(mock.url, "?key=any&alt=sse");
  const array = await askStream(twin.url, "");
  expect(sse.type).toBe("text/event-stream; charset=utf-8");
  expect(array.type).toBe("application/json; charset=utf-8");
  expect(JSON.parse(array.text)).toEqual(dataOf(sse.text).map((data) => JSON.parse(data)));
});

test("responseSchema, responseJsonSchema and the bare JSON type give JSON", async () => {
  await using mock = serveMock();
  const responseMimeType = "application/json";
  const json = { type: "object", properties: { b: { type: "string" } }, required: ["b"] };
  for (const [config, wanted] of [
    [{ responseMimeType, responseSchema: schema }, { a: 3 }],
    [{ responseMimeType, responseJsonSchema: json }, { b: "lorem" }],
    [{ responseMimeType }, { text: tenWords }],
  ] as const) {
    const reply = await mock.gemini.models.generateContent({ ...ask, config });
    expect(JSON.parse(reply.text ?? "")).toEqual(wanted);
  }
});

test("mode ANY calls the first or the allowed function, streamed as one whole call", async () => {
  await using mock = serveMock();
  const functionDeclarations = [
    { name: "other", parameters: schema },
    { name: "add", parameters: schema },
  ];
  for (const [allowedFunctionNames, name] of [
    [undefined, "other"],
    [["add"], "add"],
  ] as const) {
    const functionCallingConfig = {
      mode: FunctionCallingConfigMode.ANY,
      ...(allowedFunctionNames === undefined ? {} : { allowedFunctionNames: [...allowedFunctionNames] }),
    };
    const config = { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig } };
    const whole = await mock.gemini.models.generateContent({ ...ask, config });
    expect(whole.functionCalls).toMatchObject([{ name, args: { a: 3 } }]);
    const seen = await Array.fromAsync(await mock.gemini.models.generateContentStream({ ...ask, config }));
    expect(seen.map((chunk) => chunk.functionCalls?.length ?? 0)).toEqual([1, 0]);
  }
});

test("candidateCount and maxOutputTokens are honoured", async () => {
  await using mock = serveMock();
  const config = { candidateCount: 2, maxOutputTokens: 2 };
  const reply = await mock.gemini.models.generateContent({ ...ask, config });
  expectSame(
    reply.candidates?.map(({ index, finishReason }) => [index, finishReason]),
    [
      [0, "MAX_TOKENS"],
      [1, "MAX_TOKENS"],
    ],
  );
  expect(reply.usageMetadata?.candidatesTokenCount).toBe(4);
});

test("countTokens gives the prompt tokens that a reply's usage shows", async () => {
  await using mock = serveMock();
  expect((await mock.gemini.models.countTokens(ask)).totalTokens).toBe(3);
});

test("a faulty Gemini request is an ApiError 400 that names its field", async () => {
  await using mock = serveMock();
  const thrown = await rejectionOf(mock.gemini.models.generateContent({ ...ask, config: { candidateCount: 9 } }));
  expect(thrown).toBeInstanceOf(ApiError);
  expect(thrown).toMatchObject({ status: 400 });

  const stream = `${mock.url}/v1beta/models/gemini-x:streamGenerateContent?alt=sse`;
  const reply = await fetch(stream, { method: "POST", body: '{"contents":[]}' });
  expect(reply.status).toBe(400);
  expect(await reply.json()).toMatchObject({
    error: { code: 400, status: "INVALID_ARGUMENT", details: [{ fieldViolations: [{ field: "contents" }] }] },
  });
});
