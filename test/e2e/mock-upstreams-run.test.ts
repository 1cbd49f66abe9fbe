// A run of `qlite serve --mock-upstreams` and `qlite exec --gateway`: how it ends, what it reads again, what it refuses.
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { makeFolder } from "../support/folder.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { until } from "../support/until.ts";
import { askScript } from "./ask-script.ts";
import { executable, openBed } from "./mock-upstreams-bed.ts";

const { config, folder, start, trap } = openBed();
const hi = [{ role: "user" as const, content: "hi" }];

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
    expect(await exec(["mock", "--mode", "live"], ["hi"])).toEqual({ stdout: "", stderr: message, code: 2 });
  });
});

test("nobody outside was asked", () => {
  expect(trap.asked()).toBe(0);
});
