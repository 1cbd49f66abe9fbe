import { expect, test } from "bun:test";
import { APIUserAbortError, InternalServerError, NotFoundError, RateLimitError, toFile } from "openai";
import { gatewayTo, startGateway, upstreamKey } from "../support/gateway.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { hello, modelNotFound, openaiAt } from "../support/sdk.ts";
import { rejectionOf, until } from "../support/until.ts";
import { afterRequest, endless, json, replying } from "../support/upstream-scripts.ts";

test("a model that nobody serves is a NotFoundError with a near match", async () => {
  await using gateway = startGateway(
    "providers: [{ name: up, type: mock, models: [gpt-5.4, text-embedding-3-small] }]",
  );
  const openai = openaiAt(gateway);
  for (const asked of [
    openai.chat.completions.create({ model: "gpt-5-4", messages: hello }),
    openai.chat.completions.create({ model: "gpt-5-4", messages: hello, stream: true }),
    openai.responses.create({ model: "gpt-5-4", input: "Hello" }),
  ]) {
    const thrown = await rejectionOf(asked);
    expect(thrown).toBeInstanceOf(NotFoundError);
    expect(thrown).toMatchObject(modelNotFound);
    expect(String(thrown)).toContain('"gpt-5.4"');
  }
});

test("aborting a stream ends it for the SDK and closes the upstream's connection", async () => {
  await using upstream = await startRawUpstream(endless('data: {"choices":[]}\n\n'));
  await using gateway = gatewayTo(upstream);
  const abort = new AbortController();
  const { data: stream, request_id } = await openaiAt(gateway)
    .chat.completions.create({ model: "m", messages: hello, stream: true }, { signal: abort.signal })
    .withResponse();
  let seen = 0;
  for await (const chunk of stream) {
    expect(chunk.choices).toEqual([]);
    seen += 1;
    if (seen === 3) abort.abort();
  }
  await until(() => upstream.open() === 0, 1000);
  await until(() => gateway.pending() === 0);
  expect(seen).toBeGreaterThanOrEqual(3);
  expect(await gateway.lineOf(request_id)).toMatchObject({ ended: "client_gone", status: 200 });
});

test("aborting before the head is an APIUserAbortError and closes the upstream's connection", async () => {
  await using upstream = await startRawUpstream();
  await using gateway = gatewayTo(upstream);
  const abort = new AbortController();
  const asked = openaiAt(gateway).chat.completions.create({ model: "m", messages: hello }, { signal: abort.signal });
  const rejected = rejectionOf(asked);
  await until(() => upstream.requests.length === 1);
  abort.abort();
  expect(await rejected).toBeInstanceOf(APIUserAbortError);
  await until(() => upstream.open() === 0, 1000);
});

test("the SDK retries a 429 after the time the upstream named, with a fresh exchange", async () => {
  await using upstream = await startRawUpstream(
    afterRequest((call, ordinal) =>
      ordinal === 0
        ? call.reply(429, { ...json, "retry-after-ms": "20" }, '{"error":{"message":"slow down"}}')
        : call.reply(200, json, '{"object":"chat.completion","choices":[]}'),
    ),
  );
  await using gateway = gatewayTo(upstream);
  const openai = openaiAt(gateway, 1);
  expect((await openai.chat.completions.create({ model: "m", messages: hello })).choices).toEqual([]);
  const [first, again] = upstream.requests;
  expect(first?.header("x-stainless-retry-count")).toBe("0");
  expect(again?.header("x-stainless-retry-count")).toBe("1");
  expect(again?.header("x-request-id")).not.toBe(first?.header("x-request-id") ?? null);
  expect(first?.header("user-agent")).toStartWith("OpenAI/JS 7.57.0");
  expect(first?.headerValues("authorization")).toEqual([`Bearer ${upstreamKey}`]);
});

test.each([
  [429, RateLimitError],
  [404, NotFoundError],
  [500, InternalServerError],
  [503, InternalServerError],
])("an upstream's %d is the SDK's own class of error", async (status, kind) => {
  await using upstream = await startRawUpstream(
    replying(
      '{"error":{"message":"said the upstream","type":"t","param":"p","code":"c"}}',
      { ...json, "x-request-id": "req_1" },
      status,
    ),
  );
  await using gateway = gatewayTo(upstream);
  const thrown = await rejectionOf(openaiAt(gateway).chat.completions.create({ model: "m", messages: hello }));
  expect(thrown).toBeInstanceOf(kind);
  expect(thrown).toMatchObject({ status, type: "t", param: "p", code: "c" });
  expect(String(thrown)).toContain("said the upstream");
});

test("a key of ours that the upstream refuses is no AuthenticationError, and is not retried", async () => {
  await using upstream = await startRawUpstream(replying('{"error":{"message":"Incorrect API key"}}', {}, 401));
  await using gateway = gatewayTo(upstream);
  const openai = openaiAt(gateway, 3);
  const thrown = await rejectionOf(openai.chat.completions.create({ model: "m", messages: hello }));
  expect(thrown).toBeInstanceOf(InternalServerError);
  expect(thrown).toMatchObject({ status: 502, code: "upstream_auth_error" });
  expect(upstream.requests.length).toBe(1);
});

test("files are uploaded and fetched by the SDK through the streamed way", async () => {
  const content = Buffer.alloc(300_000, "line of a batch\n");
  await using upstream = await startRawUpstream(
    afterRequest((call) =>
      call.method === "GET"
        ? call.reply(200, { "content-type": "application/octet-stream" }, content)
        : call.reply(200, json, '{"id":"file-1","object":"file"}'),
    ),
  );
  await using gateway = gatewayTo(upstream);
  const openai = openaiAt(gateway);
  const file = await openai.files.create({ file: await toFile(content, "b.jsonl"), purpose: "batch" });
  expect(file.id).toBe("file-1");
  expect(upstream.last().header("content-type")).toStartWith("multipart/form-data; boundary=");
  expect(upstream.last().body().includes(content)).toBe(true);
  const back = Buffer.from(await (await openai.files.content("file-1")).arrayBuffer());
  expect(back.equals(content)).toBe(true);
  expect(upstream.last().target).toBe("/v1/files/file-1/content");
});
