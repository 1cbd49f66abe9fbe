// Web pages under test: what a browser asks before it lets a page call, and what it lets the page read.
import { expect, test } from "bun:test";
import OpenAI, { APIError } from "openai";
import { rejectionOf } from "../serve-mock.ts";
import { chatOf, fixture, serveEngine, setOf } from "./serve-engine.ts";
import { connectRaw, type RawReply } from "../../support/raw-client.ts";

const page = "https://app.example";

/** What the official SDKs send from a browser, and what tells the mock of scopes and faults. */
const sdkHeaders = [
  "authorization",
  "content-type",
  "openai-organization",
  "x-stainless-arch",
  "x-stainless-retry-count",
  "x-stainless-runtime-version",
  "x-stainless-helper-method",
  "anthropic-version",
  "anthropic-beta",
  "anthropic-dangerous-direct-browser-access",
  "x-api-key",
  "x-goog-api-key",
  "x-goog-api-client",
  "x-qlite-scope",
  "x-qlite-fault",
];

/** Sends the bytes of a request as a browser does. */
const send = async (url: string, line: string, headers: readonly string[]): Promise<RawReply> => {
  const { host } = new URL(url);
  using client = await connectRaw(url);
  const head = [`${line} HTTP/1.1`, `Host: ${host}`, ...headers, "", ""];
  await client.send(head.join("\r\n"));
  return await client.reply(2000, line.split(" ")[0]);
};

const preflight = (url: string, path: string, origin = page, method = "POST"): Promise<RawReply> =>
  send(url, `OPTIONS ${path}`, [
    `Origin: ${origin}`,
    `Access-Control-Request-Method: ${method}`,
    `Access-Control-Request-Headers: ${sdkHeaders.join(",")}`,
    "Sec-Fetch-Mode: cors",
    "Sec-Fetch-Site: cross-site",
  ]);

const grantsOf = (reply: RawReply): readonly string[] =>
  reply.headers.map(([name]) => name.toLowerCase()).filter((name) => name.startsWith("access-control-"));

test.each([
  ["/v1/chat/completions", "POST"],
  ["/@cart/v1/responses", "POST"],
  ["/v1/responses/resp_1", "DELETE"],
  ["/v1/messages", "POST"],
  ["/v1beta/models/g:streamGenerateContent?alt=sse", "POST"],
  ["/v1/models", "GET"],
])(
  "a preflight for %s is granted with every header of the SDKs, and is no request of the mock",
  async (path, method) => {
    await using mock = serveEngine();
    const reply = await preflight(mock.url, path, page, method);
    expect([reply.status, reply.body.length]).toEqual([204, 0]);
    expect(reply.headerValues("access-control-allow-origin")).toEqual(["*"]);
    expect(reply.header("access-control-allow-methods")?.split(", ")).toContain(method);
    expect(reply.header("access-control-allow-headers")?.split(",")).toEqual(sdkHeaders);
    expect(reply.header("access-control-allow-credentials")).toBeNull();
    expect(mock.engine.verdict().requests).toBe(0);
  },
);

test.each(["null", "http://localhost:5173", page])(
  "a page of %s may read answers, errors and all headers",
  async (origin) => {
    await using mock = serveEngine({ fixtures: setOf(fixture("greet", { user: "hello" }, "Hi")) });
    const openai = new OpenAI({
      baseURL: `${mock.url}/v1`,
      apiKey: "sk-any",
      dangerouslyAllowBrowser: true,
      defaultHeaders: { origin },
    });
    const { data, response } = await openai.chat.completions.create(chatOf("hello")).withResponse();
    expect(data.choices[0]?.message.content).toBe("Hi");
    const stream = await openai.chat.completions.create({ ...chatOf("hello"), stream: true }).withResponse();
    const missed = await rejectionOf(openai.chat.completions.create(chatOf("what?")));
    const lost = await fetch(`${mock.url}/nowhere`, { headers: { origin } });
    const failed = await fetch(`${mock.url}/v1/models`, { headers: { origin, "x-qlite-fault": "status=503" } });
    expect(failed.status).toBe(503);
    const all = [response.headers, stream.response.headers, lost.headers, failed.headers];
    if (missed instanceof APIError && missed.headers !== undefined) all.push(missed.headers);
    expect(all).toHaveLength(5);
    for (const headers of all) {
      expect(headers.get("access-control-allow-origin")).toBe("*");
      // Of a request without cookies it stands for every header, such as x-request-id and x-qlite-fixture.
      expect(headers.get("access-control-expose-headers")).toBe("*");
      expect(headers.get("access-control-allow-credentials")).toBeNull();
    }
    for await (const _ of stream.data) continue;
  },
);

test("a request of no page is answered without CORS headers, and OPTIONS that is no preflight with a 405", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const plain = await send(mock.url, "GET /v1/models", []);
  expect([plain.status, grantsOf(plain)]).toEqual([200, []]);
  const options = await send(mock.url, "OPTIONS /v1/chat/completions", [`Origin: ${page}`]);
  expect([options.status, options.header("access-control-allow-origin")]).toEqual([405, "*"]);
});

test.each(["/__qlite/mock/requests", "/@cart/__qlite/mock/requests", "/__qlite/mock/scopes"])(
  "a page of another site gets neither a preflight nor an answer of the control API at %s",
  async (path) => {
    await using mock = serveEngine({ fallback: "auto" });
    const asked = await preflight(mock.url, path);
    expect([asked.status, grantsOf(asked)]).toEqual([403, []]);
    const read = await send(mock.url, `GET ${path}`, [`Origin: ${page}`, "Sec-Fetch-Site: cross-site"]);
    expect([read.status, grantsOf(read)]).toEqual([403, []]);
    // A page of this machine that is not the mock's own is foreign all the same.
    const near = await preflight(mock.url, path, "http://localhost:5173");
    expect([near.status, grantsOf(near)]).toEqual([403, []]);
  },
);

test("where a provider may be asked, only pages of this machine may read", async () => {
  await using mock = serveEngine({
    fallback: "live",
    live: () => Promise.resolve(Response.json({ id: "chatcmpl-1", object: "chat.completion", choices: [] })),
  });
  const foreign = await preflight(mock.url, "/v1/chat/completions");
  expect([foreign.status, grantsOf(foreign)]).toEqual([405, []]);
  for (const origin of ["http://localhost:5173", "http://127.0.0.1:3000", "https://app.localhost"]) {
    expect((await preflight(mock.url, "/v1/chat/completions", origin)).status).toBe(204);
  }
  for (const origin of ["null", "https://localhost.evil.example", "http://evil.example"]) {
    const reply = await fetch(`${mock.url}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify(chatOf("x")),
      headers: { origin },
    });
    expect([reply.status, reply.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  }
});
