// What the Responses API keeps for its clients: the official SDK gets back what the mock has said.
import { describe, expect, test } from "bun:test";
import { BadRequestError, NotFoundError } from "openai";
import { createKeptResponses, type KeptResponse } from "../../../src/mock/kept-responses.ts";
import { rejectionOf } from "../serve-mock.ts";
import { clientsOf, fixture, serveEngine, setOf } from "./serve-engine.ts";

const model = "gpt-6.1-sol";
const notFound = (id: string) => ({
  status: 404,
  error: { message: `Response with id '${id}' not found.`, type: "invalid_request_error", param: null, code: null },
});

const serve = () => serveEngine({ fallback: "auto" });

describe("responses.retrieve", () => {
  test("gives what was said, whole or streamed", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const whole = await responses.create({ model, input: "Hello", metadata: { a: "b" } });
    expect(await responses.retrieve(whole.id)).toMatchObject({ ...whole, output_text: whole.output_text });
    const streamed = await responses.stream({ model, input: "Hello" }).finalResponse();
    const { output, usage, status } = await responses.retrieve(streamed.id);
    expect({ output, usage, status }).toMatchObject({ output: [{ type: "message" }], status: "completed" });
    expect({ ...usage }).toEqual({ ...streamed.usage });
    // The mock answers it: it is neither missed nor a request that a fixture could have been meant for.
    expect(mock.engine.verdict().outcomes).toMatchObject({ auto: 4, unmatched: 0 });
  });

  test("gives the answer of a fixture, and of raw events, under the ids that they name", async () => {
    await using mock = serveEngine({ fixtures: setOf(fixture("greet", { user: "hello" }, "Hi there")) });
    const { responses } = mock.openai;
    const said = await responses.create({ model, input: "hello" });
    expect((await responses.retrieve(said.id)).output_text).toBe("Hi there");
    const body = JSON.stringify({ ...said, id: "resp_mine" });
    const event = `event: response.completed\ndata: {"type": "response.completed","response":${body}}`;
    await mock.control("POST", "fixtures", [{ match: { user: "raw" }, response: { raw: { sse: [event] } } }]);
    await (await responses.create({ model, input: "raw", stream: true })).toReadableStream().cancel();
    for await (const _ of await responses.create({ model, input: "raw", stream: true })) continue;
    expect(await responses.retrieve("resp_mine")).toMatchObject({ id: "resp_mine", output_text: "Hi there" });
  });

  test("an id that the mock has not given is a 404 in OpenAI's words, and so is one of another scope", async () => {
    await using mock = serve();
    const { id } = await mock.openai.responses.create({ model, input: "Hello" });
    const other = clientsOf(`${mock.url}/@other`).openai;
    for (const [client, asked] of [
      [mock.openai, "resp_none"],
      [other, id],
    ] as const) {
      const thrown = await rejectionOf(client.responses.retrieve(asked));
      expect(thrown).toBeInstanceOf(NotFoundError);
      expect(thrown).toMatchObject(notFound(asked));
    }
    expect(mock.engine.verdict().outcomes).toMatchObject({ refused: 2, unmatched: 0 });
  });

  test("store: false keeps nothing", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const { id } = await responses.create({ model, input: "Hello", store: false });
    expect(await rejectionOf(responses.retrieve(id))).toMatchObject(notFound(id));
  });

  test("a stream that was cut before its end is not kept", async () => {
    await using whole = serve();
    await using mock = serve();
    const params = { model, input: "Hello", stream: true } as const;
    const ids: string[] = [];
    for await (const event of await whole.openai.responses.create(params)) {
      if (event.type === "response.created") ids.push(event.response.id);
    }
    const [id = ""] = ids;
    expect(await whole.openai.responses.retrieve(id)).toMatchObject({ id });
    const cut = (async () => {
      const headers = { "x-qlite-fault": "close=fin; after=3 events" };
      for await (const _ of await mock.openai.responses.create(params, { headers, maxRetries: 0 }));
    })();
    await rejectionOf(cut);
    // The same request of the same seed has the same id, cut or not.
    expect(await rejectionOf(mock.openai.responses.retrieve(id))).toMatchObject(notFound(id));
  });

  test("a reset of the counters, and a scope made anew, forget what was said", async () => {
    await using mock = serve();
    const { responses } = clientsOf(`${mock.url}/@cart`).openai;
    for (const forget of [
      () => mock.control("POST", "reset", { scope: "cart", counters: true }),
      () => mock.control("POST", "scopes", { name: "cart" }),
      () => mock.control("DELETE", "scopes/cart"),
    ]) {
      const { id } = await responses.create({ model, input: "Hello" });
      expect((await responses.retrieve(id)).id).toBe(id);
      await forget();
      expect(await rejectionOf(responses.retrieve(id))).toMatchObject({ status: 404 });
    }
  });
});

test("responses.delete deletes once, and what was deleted cannot be gone on from", async () => {
  await using mock = serve();
  const { responses } = mock.openai;
  const { id } = await responses.create({ model, input: "Hello" });
  const reply = await fetch(`${mock.url}/v1/responses/${id}`, { method: "DELETE" });
  expect([reply.status, await reply.json()]).toEqual([200, { id, object: "response", deleted: true }]);
  expect(await rejectionOf(responses.delete(id))).toMatchObject(notFound(id));
  const next = responses.create({ model, input: "And?", previous_response_id: id });
  expect(await rejectionOf(next)).toMatchObject({ status: 400, code: "previous_response_not_found" });
});

test("responses.cancel refuses a response that is not of the background, and an id that is not known", async () => {
  await using mock = serve();
  const { responses } = mock.openai;
  const { id } = await responses.create({ model, input: "Hello" });
  const thrown = await rejectionOf(responses.cancel(id));
  expect(thrown).toBeInstanceOf(BadRequestError);
  expect(thrown).toMatchObject({ error: { message: "Cannot cancel a synchronous response.", param: null } });
  expect(await rejectionOf(responses.cancel("resp_none"))).toMatchObject(notFound("resp_none"));
});

describe("responses.inputItems.list", () => {
  test("lists the input in full, the newest first unless asked otherwise", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const { id } = await responses.create({
      model,
      input: [
        { role: "user", content: "Add 1 and 2" },
        { id: "fc_own", type: "function_call", call_id: "call_1", name: "add", arguments: "{}" },
        { type: "function_call_output", call_id: "call_1", output: "3" },
        { role: "user", type: "message", content: [{ type: "input_text", text: "Well?" }] },
      ],
    });
    const oldestFirst = await Array.fromAsync(responses.inputItems.list(id, { order: "asc" }));
    expect(oldestFirst).toMatchObject([
      { type: "message", role: "user", status: "completed", content: [{ type: "input_text", text: "Add 1 and 2" }] },
      { id: "fc_own", type: "function_call", call_id: "call_1" },
      { type: "function_call_output", output: "3" },
      { type: "message", content: [{ type: "input_text", text: "Well?" }] },
    ]);
    expect(new Set(oldestFirst.map((item) => item.id)).size).toBe(4);
    expect(await Array.fromAsync(responses.inputItems.list(id))).toEqual(oldestFirst.toReversed());
    // By pages the SDK gets the same.
    expect(await Array.fromAsync(responses.inputItems.list(id, { order: "asc", limit: 3 }))).toEqual(oldestFirst);
  });

  test("has what led to it in earlier responses too", async () => {
    await using mock = serveEngine({
      fixtures: setOf(fixture("one", { user: "one" }, "First"), fixture("two", { user: "two" }, "Second")),
    });
    const { responses } = mock.openai;
    const first = await responses.create({ model, input: "one", instructions: "Be brief." });
    const second = await responses.create({ model, input: "two", previous_response_id: first.id });
    const items = await Array.fromAsync(responses.inputItems.list(second.id, { order: "asc" }));
    expect(items).toMatchObject([
      { role: "user", content: [{ text: "one" }] },
      { role: "assistant", content: [{ type: "output_text", text: "First" }] },
      { role: "user", content: [{ text: "two" }] },
    ]);
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=x", "limit"],
    ["order=up", "order"],
    ["after=msg_none", "after"],
  ])("?%s is a 400 that names the field", async (query, param) => {
    await using mock = serve();
    const { id } = await mock.openai.responses.create({ model, input: "Hello" });
    const reply = await fetch(`${mock.url}/v1/responses/${id}/input_items?${query}`);
    expect([reply.status, await reply.json()]).toMatchObject([400, { error: { param } }]);
  });
});

test("a previous_response_id that the mock has not given is a 400 in OpenAI's words; one that it gave is gone on from", async () => {
  await using mock = serve();
  const { responses } = mock.openai;
  const first = await responses.create({ model, input: "one" });
  expect(await responses.create({ model, input: "two", previous_response_id: first.id })).toMatchObject({
    previous_response_id: first.id,
  });
  const thrown = await rejectionOf(responses.create({ model, input: "two", previous_response_id: "resp_none" }));
  expect(thrown).toBeInstanceOf(BadRequestError);
  expect(thrown).toMatchObject({
    error: {
      message: "Previous response with id 'resp_none' not found.",
      type: "invalid_request_error",
      param: "previous_response_id",
      code: "previous_response_not_found",
    },
  });
});

test("a wrong method is a 405 that names the right ones, and what is no response's address stays unknown", async () => {
  await using mock = serve();
  const ask = async (method: string, path: string) => {
    const { status, headers } = await fetch(mock.url + path, { method });
    return [status, headers.get("allow")];
  };
  expect(await ask("PUT", "/v1/responses/resp_1")).toEqual([405, "GET, DELETE"]);
  expect(await ask("POST", "/v1/responses/resp_1/input_items")).toEqual([405, "GET"]);
  expect(await ask("GET", "/v1/responses/resp_1/cancel")).toEqual([405, "POST"]);
  expect(await ask("POST", "/v1/responses/compact")).toEqual([404, null]);
  expect(await ask("GET", "/v1/responses/resp_1/events")).toEqual([404, null]);
});

const of = (bytes: number): KeptResponse => ({
  body: "{}",
  output: [],
  input: null,
  previousId: null,
  run: null,
  writes: null,
  ids: (prefix) => prefix,
  bytes,
});

test("as many are kept as there is room for, in number and in bytes, the newest of all scopes", () => {
  const toScope = createKeptResponses({ maxEntries: 3, maxBytes: 100 });
  const [one, other] = [toScope(), toScope()];
  const known = () => ["a", "b", "c", "d"].filter((id) => (one.get(id) ?? other.get(id)) !== null).join("");
  one.put("a", of(10));
  other.put("b", of(10));
  one.put("c", of(10));
  other.put("d", of(10));
  expect(known()).toBe("bcd");
  one.put("a", of(85));
  expect(known()).toBe("ad");
  one.put("c", of(101));
  expect(known()).toBe("ad");
  // Said again under the same id, it takes the place of the first, also in the count.
  one.put("a", of(10));
  one.put("c", of(10));
  expect(known()).toBe("acd");
  one.clear();
  expect(known()).toBe("d");
});
