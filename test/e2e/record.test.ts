// `qlite record` and the modes: a provider is asked, or never.
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { runProgram } from "../support/program.ts";
import { askScript } from "./ask-script.ts";

const executable = await buildExecutable();
const cassette = "mock/cassettes/default.yaml";
const leaked = "sk-proj-abcdEFGH1234567890abcdEFGH";
const upstreamKey = "sk-upstream-0123456789abcdef";
const clientKey = "sk-client-0123456789abcdef";

interface Call {
  readonly authorization: string | null;
  readonly text: string;
}

/** A provider that numbers its answers, and what it was asked. */
const startProvider = () => {
  const calls: Call[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const { model, messages }: { model: string; messages: { content: string }[] } = JSON.parse(await request.text());
      const text = messages.at(-1)?.content ?? "";
      calls.push({ authorization: request.headers.get("authorization"), text });
      if (text === "broken") return Response.json({ error: { message: "no", type: "server_error" } }, { status: 500 });
      const content = text === "leak" ? `the key is ${leaked}` : `real ${calls.length}`;
      const message = { role: "assistant", content };
      return Response.json({
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model,
        choices: [{ index: 0, message, finish_reason: "stop" }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    calls,
    texts: () => calls.splice(0).map(({ text }) => text),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
};

/** A folder whose config leads to a provider, and qlite in it. */
const openRoom = (
  provider: { readonly url: string },
  mock: object = {},
  upstream: object = { api_key: upstreamKey },
) => {
  const config = {
    providers: [{ name: "up", type: "openai", base_url: `${provider.url}/v1`, models: ["*"], ...upstream }],
    ...(Object.keys(mock).length > 0 && { mock }),
  };
  const folder = makeFolder({ "qlite.yaml": JSON.stringify(config), "ask.ts": askScript });
  const path = join(folder.path, cassette);
  return {
    path: folder.path,
    run: (args: readonly string[], texts: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const [command = "exec", ...flags] = args;
      const behind = texts.length === 0 ? [] : ["--", process.execPath, "ask.ts", ...texts];
      const named = command === "cassette" ? flags : ["-c", "qlite.yaml", ...flags];
      return runProgram([command, ...named, ...behind], { executable, cwd: folder.path, env });
    },
    recorded: () => existsSync(path),
    text: () => readFileSync(path, "utf8"),
    write: (text: string) => writeFileSync(path, text),
    [Symbol.dispose]: folder[Symbol.dispose],
  };
};

test("what was recorded is replayed with the provider gone, and no key stands in it", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  const first = await room.run(["record"], ["one", "two"]);
  expect(first).toMatchObject({ stdout: "200 real 1\n200 real 2\n", code: 0 });
  expect(first.stderr).toBe("qlite mock: 2 requests: 2 recorded\n");
  expect(provider.calls).toEqual([
    { authorization: `Bearer ${upstreamKey}`, text: "one" },
    { authorization: `Bearer ${upstreamKey}`, text: "two" },
  ]);
  expect(room.text()).not.toContain("sk-");
  await provider[Symbol.asyncDispose]();
  const again = await room.run(["exec", "--cassettes", "mock/cassettes"], ["two", "one"]);
  expect(again).toMatchObject({ stdout: "200 real 2\n200 real 1\n", code: 0 });
  expect(again.stderr).toBe("qlite mock: 2 requests: 2 replayed\n");
  const missed = await room.run(["exec", "--mode", "replay"], ["three"]);
  expect(missed).toMatchObject({ stdout: "400 mock_no_match\n", code: 3 });
  expect(missed.stderr).toMatch(/- one\n[^\n]*\+ three/);
});

test("a provider that forwards the client's key is asked with it, and the recording does not hold it", async () => {
  await using provider = startProvider();
  using room = openRoom(provider, {}, { forward_client_key: true });
  const { code } = await room.run(["record"], ["one"], { OPENAI_API_KEY: clientKey });
  expect([code, provider.calls]).toEqual([0, [{ authorization: `Bearer ${clientKey}`, text: "one" }]]);
  expect(room.text()).not.toContain(clientKey);
  const { stdout } = await room.run(["exec", "--mode", "replay"], ["one"]);
  expect(stdout).toBe("200 real 1\n");
});

test("without a config and a key the command is left to find its own, as in its .env; otherwise it has a stand-in", async () => {
  using folder = makeFolder();
  const show = (...args: readonly string[]) =>
    runProgram([...args, "--", "sh", "-c", 'echo "${OPENAI_API_KEY-none}"'], { executable, cwd: folder.path });
  expect((await show("record")).stdout).toBe("none\n");
  expect((await show("exec", "--mode", "live")).stdout).toBe("none\n");
  expect((await show("exec", "--cassettes", "mock/cassettes")).stdout).toBe("sk-qlite-default\n");
});

describe("--mode", () => {
  test("replay never asks; without a recording every request is answered by nothing", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    expect(await room.run(["exec", "--mode", "replay"], ["one"])).toMatchObject({
      stdout: "400 mock_no_match\n",
      code: 3,
    });
    expect([provider.texts(), room.recorded()]).toEqual([[], false]);
  });

  test("once records into a cassette that is not there yet, and then never again", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    expect(await room.run(["exec", "--mode", "once"], ["one", "two"])).toMatchObject({ code: 0 });
    const second = await room.run(["exec", "--mode", "once"], ["one", "three"]);
    expect(second).toMatchObject({ stdout: "200 real 1\n400 mock_no_match\n", code: 3 });
    expect(provider.texts()).toEqual(["one", "two"]);
  });

  test("new asks for what is missing alone", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    await room.run(["exec", "--mode", "new"], ["one"]);
    const second = await room.run(["exec", "--mode", "new"], ["one", "two"]);
    expect(second).toMatchObject({ stdout: "200 real 1\n200 real 2\n", code: 0 });
    expect(provider.texts()).toEqual(["one", "two"]);
  });

  test("all asks anew and replaces", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    await room.run(["record"], ["one"]);
    expect(await room.run(["exec", "--mode", "all"], ["one"])).toMatchObject({ stdout: "200 real 2\n", code: 0 });
    expect(room.text().match(/content: real \d/g)).toEqual(["content: real 2"]);
  });

  test("live asks every time and records nothing", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    const { stdout, stderr, code } = await room.run(["exec", "--mode", "live"], ["one", "one"]);
    expect({ stdout, stderr, code }).toEqual({
      stdout: "200 real 1\n200 real 2\n",
      stderr: "qlite mock: 2 requests: 2 live\n",
      code: 0,
    });
    expect([provider.texts(), room.recorded()]).toEqual([["one", "one"], false]);
  });

  test("diff answers with what the provider says now, and tells what is not as recorded", async () => {
    await using provider = startProvider();
    using room = openRoom(provider);
    await room.run(["record"], ["one"]);
    const before = room.text();
    const { stdout, stderr, code } = await room.run(["exec", "--mode", "diff"], ["one"]);
    expect([stdout, code, room.text()]).toEqual(["200 real 2\n", 0, before]);
    expect(stderr).toMatch(/^ {8}- real 1\n {8}\+ real 2$/m);
  });

  test("of the config is as good as the flag's, and needs no folder to be named", async () => {
    await using provider = startProvider();
    using room = openRoom(provider, { mode: "new" });
    expect(await room.run(["exec"], ["one"])).toMatchObject({ stdout: "200 real 1\n", code: 0 });
    expect(room.recorded()).toBe(true);
    await room.run(["exec", "--mode", "live"], ["two"]);
    expect(provider.texts()).toEqual(["one", "two"]);
  });
});

describe("where CI is set", () => {
  test.each([["once"], ["new"], ["all"], ["live"], ["diff"]])("%s is replay, until --allow-record", async (mode) => {
    await using provider = startProvider();
    using room = openRoom(provider);
    const env = { CI: "true" };
    const held = await room.run(["exec", "--mode", mode], ["one"], env);
    expect(held).toMatchObject({ stdout: "400 mock_no_match\n", code: 3 });
    expect(provider.texts()).toEqual([]);
    if (mode !== "diff") await room.run(["exec", "--mode", mode, "--allow-record"], ["one"], env);
    expect(provider.texts()).toEqual(mode === "diff" ? [] : ["one"]);
  });

  test("so is the mode of a config, which --allow-record brings back", async () => {
    await using provider = startProvider();
    using room = openRoom(provider, { mode: "new" });
    const env = { CI: "true" };
    expect((await room.run(["exec"], ["one"], env)).code).toBe(3);
    expect(await room.run(["exec", "--allow-record"], ["one"], env)).toMatchObject({ stdout: "200 real 1\n", code: 0 });
    expect(await room.run(["record"], ["two"], env)).toMatchObject({ stdout: "200 real 2\n", code: 0 });
  });

  test("fallback: live asks nobody", async () => {
    await using provider = startProvider();
    using room = openRoom(provider, { fallback: "live" });
    expect(await room.run(["exec"], ["one"], { CI: "1" })).toMatchObject({ stdout: "400 mock_no_match\n", code: 3 });
    expect(provider.texts()).toEqual([]);
    expect(await room.run(["exec"], ["one"], { CI: "false" })).toMatchObject({ stdout: "200 real 1\n", code: 0 });
  });
});

test("a secret in an answer is not written: the command has its answer, and the run ends with 5", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  const { stdout, stderr, code } = await room.run(["record"], ["one", "leak"]);
  expect([stdout, code]).toEqual([`200 real 1\n200 the key is ${leaked}\n`, 5]);
  expect(stderr).toMatch(/FAIL {2}not recorded: default\/[0-9a-f]{12}: an OpenAI key in the answer/);
  expect(stderr).not.toContain(leaked);
  for (const name of readdirSync(join(room.path, "mock/cassettes"))) {
    expect(readFileSync(join(room.path, "mock/cassettes", name), "utf8")).not.toContain(leaked);
  }
});

test("an old recording is told of, and fails the run where the config says so: 5", async () => {
  await using provider = startProvider();
  using room = openRoom(provider, { cassettes: "mock/cassettes" });
  await room.run(["record"], ["one"]);
  room.write(room.text().replaceAll(/recorded: 2\d{3}-/g, "recorded: 2020-"));
  const warned = await room.run(["exec"], ["one"]);
  expect([warned.code, warned.stderr.includes("note  recording default/")]).toEqual([0, true]);
  expect((await room.run(["exec", "--strict"], ["one"])).code).toBe(5);
  using strict = openRoom(provider, { cassettes: "mock/cassettes", expire: { action: "error" } });
  await strict.run(["record"], ["one"]);
  expect((await strict.run(["exec"], ["one"])).code).toBe(0);
  strict.write(room.text());
  expect((await strict.run(["exec"], ["one"])).code).toBe(5);
});

test("a prompt is edited: semantic fails with one hunk, conversation warns, accept turns it green without a network", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  const before = { SYSTEM: "You are helpful.\nAnswer in one line.\nBe kind." };
  const after = { SYSTEM: "You are helpful.\nAnswer in two lines.\nBe kind." };
  await room.run(["record"], ["one"], before);
  await provider[Symbol.asyncDispose]();

  const strict = await room.run(["exec", "--mode", "replay"], ["one"], after);
  expect([strict.stdout, strict.code]).toEqual(["400 mock_no_match\n", 3]);
  const lines = strict.stderr.split("\n").filter((line) => /: [-+] /.test(line));
  expect(lines.map((line) => line.replace(/^.*?: /, ""))).toEqual(["- Answer in one line.", "+ Answer in two lines."]);

  const lenient = await room.run(["exec", "--mode", "replay", "--profile", "conversation"], ["one"], after);
  expect(lenient).toMatchObject({ stdout: "200 real 1\n", code: 0 });
  expect(lenient.stderr).toContain("the system prompt has changed since it was recorded");
  expect(lenient.stderr).toContain("+ Answer in two lines.");

  await room.run(["exec", "--mode", "replay"], ["one"], after);
  const accepted = await room.run(["cassette", "accept"], []);
  expect([accepted.code, accepted.stderr]).toEqual([0, ""]);
  const green = await room.run(["exec", "--mode", "replay"], ["one"], after);
  expect(green).toMatchObject({ stdout: "200 real 1\n", code: 0 });
  expect((await room.run(["exec", "--mode", "replay"], ["one"], before)).code).toBe(3);
});

test("a config without a provider that is switched on is refused where one is to be asked, and replays all the same", async () => {
  await using provider = startProvider();
  using room = openRoom(provider, {}, { api_key: "${UP_KEY:-}" });
  const message = "no provider of qlite.yaml is switched on; set a key\n";
  expect(await room.run(["record"], ["one"])).toEqual({ stdout: "", stderr: `--mode new: ${message}`, code: 1 });
  expect(await room.run(["exec", "--mode", "live"], ["one"])).toMatchObject({ stderr: `--mode live: ${message}` });
  const recorded = await room.run(["record"], ["one"], { UP_KEY: upstreamKey });
  expect(recorded).toMatchObject({ stdout: "200 real 1\n", code: 0 });
  const replayed = await room.run(["exec", "--cassettes", "mock/cassettes"], ["one"]);
  expect(replayed).toMatchObject({ stdout: "200 real 1\n", code: 0 });
});
