import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Server } from "bun";
import { ProxyError } from "../../src/errors.ts";
import { checkLength, declaredLength, limitBody, readBody } from "../../src/wire/body.ts";
import { bytesOf, createSource, drain, settle } from "./streams.ts";
import { rejectedBy, thrownBy } from "./thrown.ts";

const limit = 1000;
const chunksOf = (...lengths: readonly number[]): Uint8Array[] =>
  lengths.map((length, index) => new Uint8Array(length).fill(97 + index));

test.each([
  [{}, null],
  [{ "content-length": "0" }, 0],
  [{ "content-length": "1048576" }, 1_048_576],
])("the declared length of %j is %p", (headers, length) => {
  expect(declaredLength(new Headers(headers))).toBe(length);
});

test.each([
  ["1000", null],
  ["1001", "The request body is 1,001 bytes, the limit is 1,000"],
  ["9007199254740993", "The request body is 9,007,199,254,740,992 bytes, the limit is 1,000"],
])("a declared length of %s against a limit of 1000: %p", (length, message) => {
  const check = (): number | null => checkLength(new Headers({ "content-length": length }), limit);
  if (message === null) {
    expect(check).not.toThrow();
    return;
  }
  const error = thrownBy(check);
  expect([error.code, error.message, error.headers]).toEqual(["request_too_large", message, { connection: "close" }]);
});

describe("readBody over a socket", () => {
  let server: Server<undefined>;
  beforeAll(() => {
    server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      development: false,
      fetch: async (request) => {
        try {
          const body = await readBody(request, limit);
          return new Response(body);
        } catch (thrown) {
          if (!(thrown instanceof ProxyError)) throw thrown;
          return Response.json({ code: thrown.code, message: thrown.message }, { status: 400 });
        }
      },
    });
  });
  afterAll(() => server.stop(true));

  const post = async (body: BodyInit | null): Promise<readonly [number, string]> => {
    const response = await fetch(server.url, { method: "POST", body });
    return [response.status, await response.text()];
  };

  test.each([
    ["nothing", ""],
    ["a body of the limit", "x".repeat(limit)],
    ["every byte there is", String.fromCharCode(...Array.from({ length: 128 }, (_, byte) => byte))],
  ])("gives %s, with a length", async (_, body) => {
    expect(await post(body)).toEqual([200, body]);
  });

  test("gives nothing when there is no body", async () => {
    expect(await post(null)).toEqual([200, ""]);
    expect(await (await fetch(server.url)).text()).toBe("");
  });

  test.each([[[1]], [[400, 1, 599]], [[limit]]])("gives chunks of %j bytes in one piece", async (lengths) => {
    const chunks = chunksOf(...lengths);
    expect(await post(createSource(chunks).stream)).toEqual([200, Buffer.concat(chunks).toString()]);
  });

  test("refuses one byte more by its length, before it is read", async () => {
    const [status, text] = await post("x".repeat(limit + 1));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      code: "request_too_large",
      message: "The request body is 1,001 bytes, the limit is 1,000",
    });
  });

  test.each([[[limit + 1]], [[400, 400, 201]]])("refuses chunks of %j bytes", async (lengths) => {
    const [status, text] = await post(createSource(chunksOf(...lengths)).stream);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      code: "request_too_large",
      message: "The request body is larger than the limit of 1,000 bytes",
    });
  });
});

const requestOf = (body: ReadableStream<Uint8Array>): Request => new Request("http://h/", { method: "POST", body });

describe("readBody of chunks", () => {
  test("stops at the first chunk over the limit, and cancels what follows", async () => {
    const source = createSource(chunksOf(600, 600, 600, 600), "silence");
    expect((await rejectedBy(readBody(requestOf(source.stream), limit))).code).toBe("request_too_large");
    expect(source.seen.pulls).toBe(2);
    expect(source.seen.cancelled.length).toBe(1);
  });

  test("rejects with what the body broke with", async () => {
    const broken = new Error("reset");
    const read = readBody(requestOf(createSource(chunksOf(10), broken).stream), limit);
    expect(await read.catch((thrown: unknown) => thrown)).toBe(broken);
  });
});

describe("limitBody", () => {
  const start = (source: ReadableStream<Uint8Array>) => {
    const steps: string[] = [];
    const stream = limitBody(source, limit, {
      pull: () => steps.push("pull"),
      chunk: () => steps.push("chunk"),
      exceeded: (error) => steps.push(`${error.code}: ${error.message}`),
    });
    return { stream, steps };
  };
  const over = "request_too_large: The request body is larger than the limit of 1,000 bytes";

  test.each([
    [[], []],
    [[limit], []],
    [[400, 400, 200], []],
    [[limit + 1], [over]],
    [[400, 400, 201], [over]],
  ])("chunks of %j bytes: %j", async (lengths, complaint) => {
    const chunks = chunksOf(...lengths);
    const { stream, steps } = start(createSource(chunks).stream);
    const { chunks: passed, broke } = await drain(stream);
    const wanted = complaint.length === 0 ? chunks : chunks.slice(0, -1);
    expect(passed).toEqual(wanted);
    for (const [index, chunk] of wanted.entries()) expect(passed[index]).toBe(chunk);
    expect(broke instanceof ProxyError ? [`${broke.code}: ${broke.message}`] : []).toEqual(complaint);
    // One pair more for the end, or for the chunk that was too much.
    const pairs = Array.from({ length: wanted.length + 1 }, () => ["pull", "chunk"]);
    expect(steps).toEqual([...pairs.flat(), ...complaint]);
  });

  test("reads nothing without a reader, and one chunk for each read", async () => {
    const source = createSource(chunksOf(1, 1, 1, 1), "silence");
    const reader = start(source.stream).stream.getReader();
    await settle();
    expect(source.seen.pulls).toBe(0);
    await reader.read();
    await settle();
    expect(source.seen.pulls).toBe(1);
    await reader.cancel();
  });

  test("breaks with what its source breaks with", async () => {
    const broken = new Error("reset");
    const { stream } = start(createSource([bytesOf("a")], broken).stream);
    const { chunks, broke } = await drain(stream);
    expect(chunks).toEqual([bytesOf("a")]);
    expect(broke).toBe(broken);
  });

  test("a cancel reaches its source, also while it waits", async () => {
    for (const isWaiting of [false, true]) {
      const source = createSource([], "silence");
      const reader = start(source.stream).stream.getReader();
      if (isWaiting) void reader.read();
      await settle();
      await reader.cancel("enough");
      expect(source.seen.cancelled).toEqual(["enough"]);
    }
  });
});
