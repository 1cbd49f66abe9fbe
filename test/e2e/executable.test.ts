import { describe, expect, test } from "bun:test";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { chat, toChatBytes } from "../support/http-bytes.ts";
import { startProgram, type Program, type ProgramOptions } from "../support/program.ts";
import { connectRaw, requestRaw, type RawReply } from "../support/raw-client.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { hello, openaiAt } from "../support/sdk.ts";
import { startServing } from "../support/serving.ts";
import { share } from "../support/share.ts";
import { openSwarm } from "../support/swarm.ts";
import { until } from "../support/until.ts";
import { json, onePiece } from "../support/upstream-scripts.ts";

const keys = { OPENAI_API_KEY: "sk-openai-1234567890abcdef", ANTHROPIC_API_KEY: "sk-ant-1234567890abcdef" };
const hasCurl = Bun.which("curl") !== null && process.platform !== "win32";
const firstEvent = 'data: {"n":1}\n\n';

const folderWith = (files: Readonly<Record<string, string>> = {}): string => share(makeFolder(files)).path;

/** What an error reply must be: JSON in the OpenAI shape, with nothing of the inside in it. */
const expectOpenAiError = (reply: RawReply, status: number, code: string): void => {
  const text = reply.body.toString();
  expect(text).not.toMatch(/<html|<!doctype|\bat .*:\d+|\.ts\b|\$bunfs|node_modules|127\.0\.0\.1/i);
  expect(reply.header("content-type")).toBe("application/json");
  const parsed: { readonly error: object } = JSON.parse(text);
  expect({ status: reply.status, ...parsed }).toMatchObject({ status, error: { code } });
  expect(Object.keys(parsed.error)).toEqual(["message", "type", "param", "code"]);
};

/** Starts it with no config and no key. */
const startBare = async (options: ProgramOptions): Promise<Program> =>
  share(await startProgram(["--port", "0"], { ...options, cwd: folderWith() }));

const compiled = { executable: await buildExecutable() };
const programs = [
  ["the compiled executable", compiled, await startBare(compiled)],
  ["bun src/main.ts", {}, await startBare({})],
] as const;

describe.each(programs)("%s", (_name, executable, shared) => {
  const start = (args: readonly string[], options: ProgramOptions = {}): Promise<Program> =>
    startProgram([...args, "--port", "0"], { ...executable, ...options });
  const startTo = (upstream: { readonly url: string }): Promise<Program> => startServing(upstream, executable);

  test("with no config and no key says plainly that a mock answers", () => {
    expect(shared.stderr()).toContain("No config file");
    expect(shared.stderr()).toContain("the built-in MOCK answers every model");
    expect(shared.stderr()).toContain("Set OPENAI_API_KEY");
  });

  test.skipIf(!hasCurl)("the curl that it prints gives a streamed answer that ends in [DONE]", async () => {
    const curl = /Try it:\n([\s\S]+)$/.exec(shared.stderr())?.[1]?.trim() ?? "";
    expect(curl).toStartWith(`curl -N ${shared.url}/v1/chat/completions`);
    const child = Bun.spawn(["sh", "-c", curl], { stdout: "pipe", stderr: "ignore" });
    const text = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    expect(text.match(/^data: \{/gm)?.length).toBeGreaterThan(3);
    expect(text.trim()).toEndWith("data: [DONE]");
  });

  test("in the repository, whose config has no key set, lists its providers as off and lets the mock take over", async () => {
    await using program = await start(["serve"]);
    expect(program.stderr()).toContain("Config: config/config.yaml");
    for (const name of ["openai", "anthropic", "google"]) {
      expect(program.stderr()).toMatch(new RegExp(`^  off  ${name} +its api_key is empty$`, "m"));
    }
    expect(program.stderr()).toContain("the built-in MOCK answers every model");
    const openai = openaiAt(program);
    const { choices } = await openai.chat.completions.create({ model: "gpt-5.4", messages: hello });
    expect(choices[0]?.message.content).toStartWith("Lorem ipsum");
  });

  test("with keys in the environment lists their providers, serves no mock and prints no key", async () => {
    await using program = await start([], { cwd: folderWith(), env: keys });
    expect(program.stderr()).toMatch(/^ {2}on {3}openai /m);
    expect(program.stderr()).toMatch(/^ {2}on {3}anthropic /m);
    expect(program.stderr()).not.toContain("MOCK");
    for (const key of Object.values(keys)) expect(program.stdout() + program.stderr()).not.toContain(key);
  });

  test("works in an environment without PATH", async () => {
    await using program = await start([], { cwd: folderWith(), withPath: false });
    expect((await requestRaw(program.url, "GET", "/readyz")).status).toBe(200);
  });

  test("errors are JSON in the OpenAI shape, never HTML and never a stack", async () => {
    await using upstream = await startRawUpstream();
    await upstream[Symbol.asyncDispose]();
    await using program = await startTo(upstream);
    const post = (path: string, body: string): Promise<RawReply> => requestRaw(program.url, "POST", path, json, body);
    const request = JSON.stringify({ model: "m", messages: hello });
    expectOpenAiError(await post(chat, "{"), 400, "invalid_json");
    expectOpenAiError(await post(chat, request), 502, "upstream_connect_error");
    expectOpenAiError(await requestRaw(program.url, "GET", "/nothing"), 404, "unknown_url");
    expectOpenAiError(await requestRaw(program.url, "GET", chat), 405, "method_not_allowed");
  });

  test.each([
    ["before the head", false],
    ["in mid-stream", true],
  ])("a client that leaves %s closes the upstream within 50 ms", async (_when, answers) => {
    await using upstream = await startRawUpstream(answers ? onePiece(firstEvent) : () => {});
    await using program = await startTo(upstream);
    const tookMs: number[] = [];
    // The limit is the gateway's; on a busy machine any one try may be late by no fault of it.
    for (let attempt = 0; attempt < 10 && !tookMs.some((ms) => ms <= 50); attempt += 1) {
      using client = await connectRaw(program.url);
      const body = JSON.stringify({ model: "m", stream: true, messages: hello });
      await client.send(toChatBytes(body, json));
      await until(() => upstream.requests.length > attempt && upstream.last().isWhole(), 5000, "the request upstream");
      if (answers) await client.until((bytes) => bytes.includes(firstEvent.trim()), 5000);
      const { connection } = upstream.last();
      const leftAt = performance.now();
      client.reset();
      await until(() => connection.closedAt() !== null, 5000, "the upstream's connection closed");
      tookMs.push((connection.closedAt() ?? Infinity) - leftAt);
    }
    expect(Math.min(...tookMs)).toBeLessThanOrEqual(50);
    expect(upstream.open()).toBe(0);
  });

  test("300 streams at once all get their first event: the cap of 256 requests is lifted", async () => {
    await using upstream = await startRawUpstream(onePiece(firstEvent));
    await using program = await startTo(upstream);
    const streams = openSwarm(program.url, 300);
    await until(() => streams.every((stream) => stream.hasStarted()), 10_000, "300 first events");
    expect(streams.filter((stream) => stream.isOver())).toBeEmpty();
    for (const { socket } of streams) socket.destroy();
    await until(() => upstream.open() === 0, 5000, "no upstream connection left");
  });

  test("the official OpenAI SDK streams and does not stream from `qlite serve` to `qlite mock`", async () => {
    await using mock = await start(["mock"]);
    await using program = await startTo(mock);
    const openai = openaiAt(program);
    const whole = await openai.chat.completions.create({ model: "gpt-5.4", messages: hello });
    expect(whole.choices[0]?.message.content).toStartWith("Lorem ipsum");
    let text = "";
    const stream = await openai.chat.completions.create({ model: "gpt-5.4", messages: hello, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    expect(text).toBe(whole.choices[0]?.message.content ?? "");
  });
});

describe("the compiled executable alone", () => {
  test("reads neither .env nor bunfig.toml of the folder it is started in", async () => {
    const cwd = folderWith({
      ".env": "OPENAI_API_KEY=sk-from-dot-env-123456\n",
      "bunfig.toml": 'preload = ["./preload.ts"]\n',
      "preload.ts": 'console.error("PRELOADED"); process.exit(9);\n',
    });
    await using program = await startProgram(["--port", "0"], { ...compiled, cwd });
    expect(program.stderr()).toContain("the built-in MOCK answers every model");
    expect(program.stderr()).not.toContain("PRELOADED");
  });
});
