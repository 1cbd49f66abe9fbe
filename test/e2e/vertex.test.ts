// Vertex AI: what each client's words become there, and what passes as it is.
import { describe, expect, test } from "bun:test";
import { startGateway } from "../support/gateway.ts";
import { share } from "../support/share.ts";
import { json } from "../support/upstream-scripts.ts";
import { claudeAnswer, claudeStream, openBed } from "./vertex-bed.ts";

const { entry, transportOf, upstream } = await openBed();
const gateway = share(
  startGateway({ providers: [entry], routes: { smart: "google-cloud/claude-opus-4-8" } }, {}, { transportOf }),
);

const models = "/v1/projects/my-project/locations/europe-west4/publishers";
const opus = `${models}/anthropic/models/claude-opus-4-8`;
const gemini = `${models}/google/models/gemini-3-pro`;
const ask = (target: string, body: string | object, headers: Readonly<Record<string, string>> = {}) =>
  gateway.request("POST", target, { ...json, ...headers }, typeof body === "string" ? body : JSON.stringify(body));
const sent = (): string => upstream.last().body().toString();

interface Client {
  readonly name: string;
  readonly target: (model: string, stream: boolean) => string;
  readonly body: (model: string, stream: boolean) => object;
  readonly end: string;
}

const messages = [{ role: "user", content: "Hi" }];
const clients: readonly Client[] = [
  {
    name: "chat completions",
    target: () => "/v1/chat/completions",
    body: (model, stream) => ({ model, stream, messages }),
    end: "[DONE]",
  },
  {
    name: "responses",
    target: () => "/v1/responses",
    body: (model, stream) => ({ model, stream, input: "Hi" }),
    end: "response.completed",
  },
  {
    name: "messages",
    target: () => "/v1/messages",
    body: (model, stream) => ({ model, stream, max_tokens: 9, messages }),
    end: "message_stop",
  },
  {
    name: "generateContent",
    target: (model, stream) =>
      `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: () => ({ contents: [{ role: "user", parts: [{ text: "Hi" }] }] }),
    end: '"STOP"',
  },
];

describe.each(clients)("a client of $name", ({ target, body, end }) => {
  test.each([
    ["gemini-3-pro", `${gemini}:generateContent`, `${gemini}:streamGenerateContent?alt=sse`],
    ["claude-opus-4-8", `${opus}:rawPredict`, `${opus}:streamRawPredict`],
  ])("reaches %s, whole and as a stream", async (model, whole, streamed) => {
    const reply = await ask(target(model, false), body(model, false));
    expect([reply.status, upstream.last().target]).toEqual([200, whole]);
    expect(reply.body.toString()).toContain("Hello.");
    expect(upstream.last().headerValues("authorization")).toEqual([expect.stringMatching(/^Bearer token-\d+$/)]);
    const events = await ask(target(model, true), body(model, true));
    expect([events.status, events.isWhole, upstream.last().target]).toEqual([200, true, streamed]);
    expect(events.body.toString()).toContain(end);
    if (!model.startsWith("claude")) return;
    const { anthropic_version: version, model: named, stream } = JSON.parse(sent());
    expect([version, named, stream]).toEqual(["vertex-2023-10-16", undefined, true]);
  });
});

describe("a Messages request to Claude on Vertex", () => {
  const odd =
    ' { "max_tokens" : 1.0, "model"\t:\n"claude-opus-4-8" , "messages":[],"seed":9007199254740993,"x":{"model":"y"} }\n';

  test("stays as it is byte for byte, but for the one member", async () => {
    const reply = await ask("/v1/messages", odd);
    expect(sent()).toBe(
      ' { "max_tokens" : 1.0, "anthropic_version":"vertex-2023-10-16" , "messages":[],"seed":9007199254740993,"x":{"model":"y"} }\n',
    );
    expect(reply.body.toString()).toBe(JSON.stringify(claudeAnswer));
  });

  test.each([
    ['{"model":"claude-opus-4-8"}', '{"anthropic_version":"vertex-2023-10-16"}'],
    ['{"mod\\u0065l":"smart","a":1}', '{"anthropic_version":"vertex-2023-10-16","a":1}'],
    [
      '{"anthropic_version":"vertex-2027-01-01","model":"claude-opus-4-8","n":1.0}',
      '{"anthropic_version":"vertex-2027-01-01","n":1.0}',
    ],
    [
      '{"model":"claude-opus-4-8","system":"what is anthropic_version?","n":1.0}',
      '{"anthropic_version":"vertex-2023-10-16","system":"what is anthropic_version?","n":1.0}',
    ],
  ])("%s becomes %s", async (body, expected) => {
    await ask("/v1/messages", body);
    expect([upstream.last().target, sent()]).toEqual([`${opus}:rawPredict`, expected]);
  });

  test("says its version in the body alone, and its betas in their header", async () => {
    await ask("/v1/messages", odd, { "anthropic-version": "2023-06-01", "anthropic-beta": "context-1m" });
    expect(upstream.last().header("anthropic-version")).toBeNull();
    expect(upstream.last().header("anthropic-beta")).toBe("context-1m");
    expect(upstream.last().header("x-api-key")).toBeNull();
  });

  test("a stream passes byte for byte", async () => {
    const reply = await ask("/v1/messages", { model: "claude-opus-4-8", stream: true, messages: [], max_tokens: 1 });
    expect(reply.body.toString()).toBe(claudeStream);
  });
});

test("a Gemini request passes byte for byte, and a key in its query stays here", async () => {
  const odd = ' { "contents":[] ,"n":1e400 }';
  const reply = await ask("/v1beta/models/gemini-3-pro:generateContent?key=canary", odd);
  expect([reply.status, sent(), upstream.last().target]).toEqual([200, odd, `${gemini}:generateContent`]);
  expect(upstream.last().head).not.toContain("canary");
});

describe("counting", () => {
  test("Claude's counts have an address of their own and keep their model", async () => {
    const target = `${models}/anthropic/models/count-tokens:rawPredict`;
    const same = await ask("/v1/messages/count_tokens", '{"model":"smart","messages":[] }');
    expect([upstream.last().target, sent()]).toEqual([
      target,
      '{"anthropic_version":"vertex-2023-10-16","model":"claude-opus-4-8","messages":[] }',
    ]);
    expect(same.body.toString()).toBe('{"input_tokens":7}');
    const body = { contents: [{ role: "user", parts: [{ text: "Hi" }] }] };
    const foreign = await ask("/v1beta/models/claude-opus-4-8:countTokens", body);
    expect(upstream.last().target).toBe(target);
    expect(JSON.parse(sent())).toMatchObject({ anthropic_version: "vertex-2023-10-16", model: "claude-opus-4-8" });
    expect(JSON.parse(foreign.body.toString())).toEqual({ totalTokens: 7 });
  });

  test("Gemini's counts hold the request's fields beside the contents", async () => {
    await ask("/v1/messages/count_tokens", { model: "gemini-3-pro", system: "Be brief.", messages });
    expect(upstream.last().target).toBe(`${gemini}:countTokens`);
    expect(Object.keys(JSON.parse(sent())).toSorted()).toEqual(["contents", "systemInstruction"]);
    const contents = [{ role: "user", parts: [{ text: "Hi" }] }];
    await ask("/v1beta/models/gemini-3-pro:countTokens", {
      generateContentRequest: { model: "models/gemini-3-pro", contents, toolConfig: {} },
    });
    expect(JSON.parse(sent())).toEqual({ contents });
    await ask("/v1beta/models/gemini-3-pro:countTokens", '{ "contents":[] }');
    expect(sent()).toBe('{ "contents":[] }');
  });
});

test("endpoints that are not there are refused by name", async () => {
  for (const [target, body] of [
    ["/v1/embeddings", '{"model":"claude-opus-4-8","input":"x"}'],
    ["/v1/files", "file"],
    ["/v1beta/models/gemini-3-pro:predict", "{}"],
  ] as const) {
    const reply = await ask(target, body);
    expect(reply.status).toBe(400);
    expect(upstream.requests).toEqual([]);
  }
});
