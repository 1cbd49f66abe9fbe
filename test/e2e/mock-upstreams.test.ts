// `qlite serve --mock-upstreams` and `qlite exec --gateway`: a real config, mocks in the place of its providers, no egress.
import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { runProgram, startProgram, type Program } from "../support/program.ts";
import { share } from "../support/share.ts";
import { until } from "../support/until.ts";
import { askScript } from "./ask-script.ts";

const executable = await buildExecutable();

/** Counts who asks it; nobody may. */
const trap = (() => {
  let asked = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      asked += 1;
      return new Response("egress", { status: 500 });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, asked: () => asked, [Symbol.dispose]: () => void server.stop(true) };
})();
share(trap);

const config = `
traces: { endpoint: "${trap.url}" }
ledger: { url: "postgres://u:p@db.invalid:5432/qlite" }
providers:
  - { name: openai, type: openai, api_key: "\${KEY_NOT_SET}", base_url: "${trap.url}/v1", models: [gpt-5.4, text-embedding-3-small] }
  - { name: anthropic, type: anthropic, api_key: "\${KEY_NOT_SET:-}", base_url: "http://api.invalid/v1", models: ["claude-*"] }
  - { name: google, type: google, api_key: "", base_url: "${trap.url}/v1beta", models: ["gemini-*"] }
  - { name: azure, type: azure, base_url: "http://azure.invalid", api_key: k, models: [gpt-5.6-sol], deployments: { gpt-5.6-sol: my-sol }, api_version: 2024-10-21 }
  - { name: vertex, type: vertex, project: "\${PROJECT_NOT_SET:-}", base_url: "${trap.url}/v1", models: ["claude-*@*", gemini-3-pro] }
  - { name: bedrock, type: bedrock, region: eu-west-1, models: ["eu.anthropic.*"] }
  - { name: groq, type: groq, api_key: k, models: ["openai/gpt-oss-120b"] }
routes: { smart: openai/gpt-5.4, cheap: google/gemini-3.5-flash-lite }
mock: { fallback: live }
`;
const names = ["openai", "anthropic", "google", "azure", "vertex", "bedrock"];
const fixtures = `fixtures:
${names.map((name) => `  - { id: ${name}, match: { provider: ${name}, user: hi }, response: from ${name} }`).join("\n")}
`;
const folder = share(makeFolder({ "real.yaml": config, "mock/all.yaml": fixtures, "ask.ts": askScript }));
const start = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Program> =>
  startProgram(["serve", "-c", "real.yaml", "--port", "0", "--mock-upstreams", "mock", ...args], {
    executable,
    cwd: folder.path,
    env,
  });
const gateway = share(await start());
const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "sk-any", maxRetries: 0 });
const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: "sk-any", maxRetries: 0 });
const gemini = new GoogleGenAI({ apiKey: "any", httpOptions: { baseUrl: gateway.url } });
const hi = [{ role: "user" as const, content: "hi" }];

const streamed = async (model: string): Promise<string> => {
  let text = "";
  const stream = await openai.chat.completions.create({ model, messages: hi, stream: true });
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
  return text;
};

test("says what it is, which credentials are not set, what is not spoken and what is not written", () => {
  const told = gateway.stderr();
  expect(told).toContain("Every provider is a mock of 6 fixtures; nothing leaves this machine.");
  expect(told).toContain("On here, though their credentials are not set: openai, anthropic, google, vertex, bedrock\n");
  expect(told).toContain("Asked in Anthropic's dialect, as the mock does not speak Converse: bedrock\n");
  expect(told).toContain("Not written: traces, ledger\n");
  expect(told).toContain("fallback: live counts as fail\n");
  for (const name of [...names, "groq"]) expect(told).toMatch(new RegExp(`^  on   ${name} `, "m"));
});

describe("a model's own provider answers, whole and streamed, whatever dialect the client speaks", () => {
  test.each([
    ["gpt-5.4", "openai"],
    ["smart", "openai"],
    ["openai/gpt-5.4", "openai"],
    ["claude-opus-5-5", "anthropic"],
    ["cheap", "google"],
    ["gpt-5.6-sol", "azure"],
    ["claude-opus-4@20250514", "vertex"],
    ["gemini-3-pro", "vertex"],
    ["eu.anthropic.claude-opus-5", "bedrock"],
  ])("%s: %s", async (model, provider) => {
    const whole = await openai.chat.completions.create({ model, messages: hi });
    expect(whole.choices[0]?.message.content).toBe(`from ${provider}`);
    expect(await streamed(model)).toBe(`from ${provider}`);
    const message = await anthropic.messages.create({ model, messages: hi, max_tokens: 20 });
    expect(message.content).toMatchObject([{ type: "text", text: `from ${provider}` }]);
    const counted = await anthropic.messages.stream({ model, messages: hi, max_tokens: 20 }).finalText();
    expect(counted).toBe(`from ${provider}`);
    const response = await openai.responses.create({ model, input: "hi" });
    expect(response.output_text).toBe(`from ${provider}`);
    if (model.includes("/")) return;
    const answer = await gemini.models.generateContent({ model, contents: "hi" });
    expect(answer.text).toBe(`from ${provider}`);
  });
});

test("tokens of Claude on Vertex are counted by the mock, too", async () => {
  const counted = await anthropic.messages.countTokens({ model: "claude-opus-4@20250514", messages: hi });
  expect(counted.input_tokens).toBeGreaterThan(0);
});

test("a scope and a fault by header reach the mock through the gateway, and its journal is at the gateway", async () => {
  const headers = { "x-qlite-scope": "faulty", "x-qlite-fault": "status=429; retry_after_ms=0; on=first 1" };
  const patient = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: "sk-any",
    maxRetries: 1,
    defaultHeaders: headers,
  });
  const { choices } = await patient.chat.completions.create({ model: "smart", messages: hi });
  expect(choices[0]?.message.content).toBe("from openai");
  const journal = await fetch(`${gateway.url}/__qlite/mock/requests?scope=faulty`);
  expect(await journal.json()).toMatchObject({
    requests: [{ outcome: "faulted", status: 429 }, { outcome: "matched" }],
  });
  const once = openai.chat.completions.create(
    { model: "smart", messages: hi },
    { headers: { "x-qlite-fault": "status=503" } },
  );
  expect(await once.catch((thrown: unknown) => thrown)).toMatchObject({ status: 503 });
});

test("a fixture made at run time by the control API of the gateway answers", async () => {
  const made = await fetch(`${gateway.url}/__qlite/mock/fixtures`, {
    method: "POST",
    body: JSON.stringify({ id: "late", match: { provider: "groq", user: "late" }, response: "made late" }),
  });
  expect(made.ok).toBe(true);
  const late = await openai.chat.completions.create({
    model: "openai/gpt-oss-120b",
    messages: [{ role: "user", content: "late" }],
  });
  expect(late.choices[0]?.message.content).toBe("made late");
});

test("a miss is told by the gateway, and ends it with 3; a run without one ends it with 0", async () => {
  await using missed = await start();
  const reply = await fetch(`${missed.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "gpt-5.4", messages: [{ role: "user", content: "bye" }] }),
  });
  expect([reply.status, reply.headers.get("x-should-retry")]).toEqual([400, "false"]);
  expect(await reply.text()).toContain("mock_no_match");
  missed.signal("SIGTERM");
  expect(await missed.exited).toBe(3);
  expect(missed.stderr()).toContain("FAIL  POST /v1/chat/completions (gpt-5.4) was answered by nothing");
  await using quiet = await start();
  quiet.signal("SIGTERM");
  expect(await quiet.exited).toBe(0);
});

test("SIGHUP takes changed fixtures; wrong ones leave those before", async () => {
  using own = makeFolder({ "mock/a.yaml": "fixtures: [{ match: { user: hi }, response: before }]\n" });
  await using program = await startProgram(["serve", "--port", "0", "--mock-upstreams", "mock"], {
    executable,
    cwd: own.path,
  });
  const client = new OpenAI({ baseURL: `${program.url}/v1`, apiKey: "any", maxRetries: 0 });
  const said = async (): Promise<string | null | undefined> =>
    (await client.chat.completions.create({ model: "m", messages: hi })).choices[0]?.message.content;
  const file = join(own.path, "mock/a.yaml");
  writeFileSync(file, "fixtures: [{ match: { user: hi }, response: after }]\n");
  program.signal("SIGHUP");
  await until(() => program.stderr().includes("1 fixture, read again\n"), 5000);
  expect(await said()).toBe("after");
  writeFileSync(file, "fixtures: [{ match: { usr: hi }, response: wrong }]\n");
  program.signal("SIGHUP");
  await until(() => program.stderr().includes("those before stay\n"), 5000);
  expect(await said()).toBe("after");
});

test("recordings are replayed behind the gateway, too", async () => {
  using own = makeFolder({ "ask.ts": askScript, "mock/none.yaml": "fixtures: []\n" });
  const provider = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () =>
      Response.json({
        id: "c",
        object: "chat.completion",
        created: 1,
        model: "gpt-4o",
        choices: [{ index: 0, message: { role: "assistant", content: "recorded" }, finish_reason: "stop" }],
      }),
  });
  const base = `http://127.0.0.1:${provider.port}/v1`;
  writeFileSync(
    join(own.path, "real.yaml"),
    `providers: [{ name: o, type: openai, api_key: key-1234567, base_url: "${base}", models: [gpt-4o] }]\n`,
  );
  const run = (...args: readonly string[]) =>
    runProgram([...args, "-c", "real.yaml", "--", process.execPath, "ask.ts", "hi"], { executable, cwd: own.path });
  expect(await run("record")).toMatchObject({ stdout: "200 recorded\n", code: 0 });
  await provider.stop(true);
  expect(await run("exec", "--gateway", "--cassettes", "mock/cassettes")).toMatchObject({
    stdout: "200 recorded\n",
    code: 0,
  });
});

test("CI changes nothing of it", async () => {
  await using inCi = await start([], { CI: "true" });
  expect(inCi.stderr()).toContain("Every provider is a mock of 6 fixtures");
});

test("faults of fixtures are told before anything listens, exit 1", async () => {
  using bad = makeFolder({ "real.yaml": config, "mock/a.yaml": "fixtures: [{ match: { usr: x }, response: y }]\n" });
  const { stderr, code } = await runProgram(["serve", "-c", "real.yaml", "--port", "0", "--mock-upstreams", "mock"], {
    executable,
    cwd: bad.path,
  });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^mock\/a\.yaml:1:23 .*usr/)]);
});

test("without a config and without keys one mock serves every model", async () => {
  using bare = makeFolder({ "mock/a.yaml": "fixtures: [{ match: { user: hi }, response: here }]\n" });
  await using program = await startProgram(["serve", "--port", "0", "--mock-upstreams", "mock"], {
    executable,
    cwd: bare.path,
  });
  const client = new OpenAI({ baseURL: `${program.url}/v1`, apiKey: "any", maxRetries: 0 });
  expect((await client.chat.completions.create({ model: "anything", messages: hi })).choices[0]?.message.content).toBe(
    "here",
  );
  expect(program.stderr()).not.toContain("Set OPENAI_API_KEY");
});

const exec = (args: readonly string[], texts: readonly string[]) =>
  runProgram(["exec", "--gateway", "-c", "real.yaml", ...args, "--", process.execPath, "ask.ts", ...texts], {
    executable,
    cwd: folder.path,
  });

describe("qlite exec --gateway", () => {
  test("runs a command against the gateway with mocks behind it, and judges both", async () => {
    using own = makeFolder({
      "real.yaml": "providers: [{ name: o, type: openai, api_key: '${NOT_SET}', models: [gpt-4o] }]\n",
      "mock/a.yaml": "fixtures: [{ match: { provider: o, user: hi }, response: by way of o }]\n",
      "ask.ts": askScript,
    });
    const run = (...texts: readonly string[]) =>
      runProgram(["exec", "--gateway", "-c", "real.yaml", "mock", "--", process.execPath, "ask.ts", ...texts], {
        executable,
        cwd: own.path,
      });
    expect(await run("hi")).toEqual({
      stdout: "200 by way of o\n",
      stderr: "qlite mock: 1 request: 1 matched\n",
      code: 0,
    });
    expect(await run("hi", "bye")).toMatchObject({ stdout: "200 by way of o\n400 mock_no_match\n", code: 3 });
  });

  test("a model that the config does not serve is the gateway's 404", async () => {
    expect(await exec(["mock"], ["hi"])).toMatchObject({ stdout: "404 model_not_found\n", code: 0 });
  });

  test("refuses a mode that would ask a provider", async () => {
    const message = "--mode live: would ask a provider, and behind --gateway nobody is asked\n";
    expect(await exec(["mock", "--mode", "live"], ["hi"])).toEqual({ stdout: "", stderr: message, code: 1 });
  });
});

/** Starts a gateway without a mock in a process of its own, asks it once, and names what is loaded of the mock. */
const lazyScript = `
const src = ${JSON.stringify(join(import.meta.dir, "../../src"))};
await import(src + "/cli/program.ts");
await import(src + "/cli/serve.ts");
const { startApp } = await import(src + "/app.ts");
const { parseConfig } = await import(src + "/config/load.ts");
const { createLog } = await import(src + "/log.ts");
const provider = { name: "o", type: "openai", api_key: "k", base_url: "http://127.0.0.1:1/v1", models: ["*"] };
const { config } = parseConfig(JSON.stringify({ server: { port: 0 }, providers: [provider] }), "", {});
const app = startApp(config, { log: createLog({ level: "off", format: "json", sink: (_, taken) => taken(), now: Date.now }) });
await (await fetch(app.url + "/v1/chat/completions", { method: "POST", body: '{"model":"m","messages":[]}' })).text();
const loaded = Object.keys(require.cache).flatMap((path) => (path.startsWith(src + "/") ? [path.slice(src.length + 1)] : []));
console.log(JSON.stringify([loaded.length > 100, loaded.filter((path) => /^(mock|cassette|testing)\\/|mock-server|cli\\/(exec|mock|mock-upstreams|mock-vertex)\\.ts$/.test(path)).toSorted()]));
process.exit(0);
`;

test("a gateway without a mock loads of it what the schema of its config and the built-in mock need", async () => {
  const child = Bun.spawn([process.execPath, "-e", lazyScript], { stdout: "pipe", stderr: "inherit" });
  const seen: unknown = JSON.parse(await new Response(child.stdout).text());
  expect(seen).toEqual([
    true,
    [
      "mock/clocks/real-clock.ts",
      "mock/faults/shape-schema.ts",
      "mock/faults/waits.ts",
      "mock/fixtures/regex/regex-facts.ts",
      "mock/fixtures/regex/regex-overlap.ts",
      "mock/fixtures/regex/regex-tree.ts",
      "mock/fixtures/regex/regex.ts",
      "mock/settings.ts",
      "mock/shape.ts",
      "mock/tape.ts",
    ],
  ]);
});

test("nobody outside was asked", () => {
  expect(trap.asked()).toBe(0);
});
