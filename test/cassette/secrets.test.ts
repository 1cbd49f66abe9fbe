import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecrets } from "../../src/cassette/record/secrets.ts";
import { makeFolder } from "../support/folder.ts";
import { ask, chat, chatReply, nobody, openTape, read, sse, startProvider } from "./support.ts";

const planted: readonly string[] = [
  "sk-proj-abcdEFGH1234567890abcdEFGH",
  "sk-ant-api03-abcdEFGH1234567890-_abcd",
  "sk-abcdEFGH1234567890abcdEFGH1234567890",
  "AIzaSyA1234567890abcdefghijklmnopqrstuv",
  "xai-abcdEFGH1234567890abcdEFGH",
  "gsk_abcdEFGH1234567890abcdEFGH",
  "hf_abcdEFGHijklMNOPqrstUVWXyz",
  "Bearer abcdEFGH1234567890abcdEFGH",
  "AKIAIOSFODNN7EXAMPLE",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
  "-----BEGIN RSA PRIVATE KEY-----",
  "ghp_abcdEFGH1234567890abcdEFGH1234567890",
  "https://x.example/?api_key=abcdEFGH1234567890",
];

const secrets = createSecrets({ isBuiltIn: true, patterns: [] });

test.each(planted)("%s is found and taken out", (secret) => {
  const text = `before "${secret}" behind`;
  expect(secrets.find(text)).not.toBeNull();
  const clean = secrets.redact(text);
  expect(clean).toContain("[redacted]");
  expect(secrets.find(clean)).toBeNull();
});

test.each([
  "sk-qlite-checkout-flow-with-a-long-name",
  "task-management-and-risk-assessment-of-things",
  "Bearer authentication-scheme of RFC",
  "the key is [redacted]",
  `data:image/png;base64,${Buffer.from(Array.from({ length: 90_000 }, (_, at) => (at * 7919) % 251)).toString("base64")}`,
])("%.60s is no secret", (text) => {
  expect(secrets.find(text)).toBeNull();
});

const key = "sk-proj-abcdEFGH1234567890abcdEFGH";

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const streamed = (...pieces: readonly string[]): Response =>
  sse([...pieces.map((content) => chunk({ content })), chunk({}, "stop"), "data: [DONE]\n\n"].join(""));

const inCalls = (...pieces: readonly string[]): Response =>
  sse(
    [
      chunk({ tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "f", arguments: "" } }] }),
      ...pieces.map((text) => chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] })),
      chunk({}, "tool_calls"),
      "data: [DONE]\n\n",
    ].join(""),
  );

const filesIn = (folder: string): string =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
        .join("\n")
    : "";

const places: readonly (readonly [name: string, where: string, reply: () => Response, body?: object])[] = [
  ["the prompt", "the request", () => Response.json(chatReply("ok")), chat(`my key is ${key}`)],
  ["a name of a field", "the request", () => Response.json(chatReply("ok")), chat("hi", { metadata: { [key]: "1" } })],
  ["the answer", "the answer", () => Response.json(chatReply(`use ${key}`))],
  ["a header", "the headers of the answer", () => Response.json(chatReply("ok"), { headers: { "x-request-id": key } })],
  ["one piece of a stream", "the answer", () => streamed("use ", key)],
  ["pieces of a stream", "the answer", () => streamed("use sk-", "proj-abcdEFGH", "1234567890abcdEFGH", " now")],
  ["single letters of a stream", "the answer", () => streamed("use ", ...key.split(""), " now")],
  ["pieces of a call's arguments", "the answer", () => inCalls('{"key":"sk-pr', "oj-abcdEFGH12345", '67890abcd"}')],
  ["a text body", "the answer", () => new Response(`1\n${key}\n`, { headers: { "content-type": "text/plain" } })],
  ["a binary body", "the answer", () => new Response(`\0\u00ff${key}`, { headers: { "content-type": "audio/wav" } })],
  [
    "an escape",
    "the answer",
    () =>
      new Response(JSON.stringify(chatReply(key)).replace("sk-proj", String.raw`\u0073k-proj`), {
        headers: { "content-type": "application/json" },
      }),
  ],
];

test.each(places)("a key in %s is refused, told of, and handed on", async (_, where, reply, body = chat("hi")) => {
  using folder = makeFolder();
  await using provider = startProvider(reply);
  const recorder = await openTape(folder.path, provider.send);
  const streams = reply().headers.get("content-type") === "text/event-stream";
  await read(await ask(recorder, { ...body, ...(streams ? { stream: true } : {}) }));
  await recorder.flush();
  const { refused } = recorder.report();
  expect(refused.length).toBe(1);
  expect(refused[0]).toContain(`in ${where}`);
  expect(refused[0]).not.toContain("abcdEFGH");
  expect(filesIn(folder.path)).not.toContain("abcdEFGH");
});

test("the key of the request is refused wherever the provider repeats it", async () => {
  using folder = makeFolder();
  await using provider = startProvider((request) =>
    Response.json(chatReply(`your key ${request.headers.get("authorization")?.slice(7)}`)),
  );
  const recorder = await openTape(folder.path, provider.send);
  await ask(recorder, chat("hi"), { headers: { authorization: "Bearer plain.unknown.shape.42" } });
  await recorder.flush();
  expect(recorder.report().refused).toEqual([expect.stringContaining("a key in use in the answer")]);
  expect(filesIn(folder.path)).toBe("");
});

test("with on_leak: redact a key is taken out on both sides and the request still found", async () => {
  using folder = makeFolder();
  const redact = { isBuiltIn: true, patterns: [/acct_\d+/], onLeak: "redact" as const };
  await using provider = startProvider(() => Response.json(chatReply(`use ${key} for acct_4711`)));
  const recorder = await openTape(folder.path, provider.send, { redact });
  await ask(recorder, chat(`my key is ${key}`));
  await recorder.flush();
  expect(recorder.report().refused).toEqual([]);
  expect(filesIn(folder.path)).not.toContain("abcdEFGH");
  const player = await openTape(folder.path, nobody, { redact, mode: "replay" });
  const played = await read(await ask(player, chat(`my key is ${key}`)));
  expect(played.text).toBe(JSON.stringify(chatReply("use [redacted] for [redacted]")));
});

test("with on_leak: redact a key over several pieces is refused all the same", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() => streamed("use sk-", "proj-abcdEFGH", "1234567890abcdEFGH"));
  const recorder = await openTape(folder.path, provider.send, {
    redact: { isBuiltIn: true, patterns: [], onLeak: "redact" },
  });
  await read(await ask(recorder, chat("hi", { stream: true })));
  await recorder.flush();
  expect(recorder.report().refused.length).toBe(1);
  expect(filesIn(folder.path)).toBe("");
});

test("what the user names is taken out without a refusal, and the request still found", async () => {
  using folder = makeFolder();
  const redact = { isBuiltIn: true, patterns: [/acct_\d+/], onLeak: "refuse" as const };
  await using provider = startProvider(() => Response.json(chatReply("acct_4711 is fine")));
  const recorder = await openTape(folder.path, provider.send, { redact });
  await ask(recorder, chat("tell me of acct_4711"));
  await recorder.flush();
  expect(recorder.report().refused).toEqual([]);
  expect(filesIn(folder.path)).not.toContain("acct_");
  const player = await openTape(folder.path, nobody, { redact, mode: "replay" });
  expect((await ask(player, chat("tell me of acct_99"))).kind).toBe("replayed");
});

test("the keys of the gateway are refused too", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() => Response.json(chatReply("hunter2-hunter2")));
  const recorder = await openTape(folder.path, provider.send, {}, { secrets: ["hunter2-hunter2"] });
  await ask(recorder, chat("hi"));
  await recorder.flush();
  expect(recorder.report().refused.length).toBe(1);
});
