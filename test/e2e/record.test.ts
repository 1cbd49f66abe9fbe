// `qlite record`: a provider is asked, and then never again.
import { expect, test } from "bun:test";
import { makeFolder } from "../support/folder.ts";
import { runProgram } from "../support/program.ts";
import { clientKey, executable, openRoom, startProvider, upstreamKey } from "./record-room.ts";

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
