// What a person reads first when a run with `qlite exec` did not go as meant: is it enough to go on?
import { expect, test } from "bun:test";
import { makeFolder } from "../support/folder.ts";
import { ask, bun, compiled, files, openBed } from "./exec-bed.ts";
import { runProgram } from "../support/program.ts";
import { openRoom, startProvider } from "./record-room.ts";

const { exec } = openBed();

test("a fixture that cannot answer is named in the failure, with its place and why, once", async () => {
  using folder = makeFolder({
    ...files,
    "mock/greet.yaml": "fixtures:\n  - id: half\n    match: { user: hello }\n    response: { json: { total: 12.5 } }\n",
  });
  const schema = { type: "object", properties: { total: { type: "string" } } };
  const body = {
    model: "gpt-4o",
    messages: [{ role: "user", content: "hello" }],
    response_format: { type: "json_schema", json_schema: { name: "invoice", schema } },
  };
  const script = `await fetch(process.env.OPENAI_BASE_URL + "/chat/completions", { method: "POST", body: ${JSON.stringify(JSON.stringify(body))} });`;
  const { stderr, code } = await exec(["mock", "--", bun, "-e", script], { cwd: folder });
  expect(code).toBe(3);
  expect(stderr).toContain(
    "FAIL  POST /v1/chat/completions (gpt-4o) could not be answered by fixture half: request 1 of scope default [mock/greet.yaml:2]\n",
  );
  expect(stderr.split("mock_fixture_invalid: the fixture half (mock/greet.yaml:2) cannot answer this")).toHaveLength(2);
});

test("an address that the mock does not have is told as that", async () => {
  const script = `await fetch(process.env.QLITE_MOCK_URL + "/v1/nowhere", { method: "POST", body: "{}" });`;
  const { stderr, code } = await exec(["mock", "--", bun, "-e", script]);
  expect(code).toBe(3);
  expect(stderr).toContain("        There is nothing at POST /v1/nowhere");
});

test("a named folder without fixtures is told when answers were made up", async () => {
  using folder = makeFolder({ ...files, "empty/readme.txt": "no fixtures" });
  const made = await exec(["empty", ...ask("hello")], { cwd: folder });
  expect([made.code, made.stderr]).toEqual([
    0,
    "qlite mock: 1 request: 1 auto\n  note  empty holds no fixtures (.yaml, .yml or .json), so every answer was made up\n",
  ]);
  const unnamed = await exec(ask("hello"), { cwd: folder });
  expect(unnamed.stderr).not.toContain("holds no fixtures");
});

test("a recording that is missing tells the commands that mend it, and that CI forbade the mode asked for", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  await room.run(["record"], ["one"]);
  const missed = await room.run(["exec", "--cassettes", "mock/cassettes"], ["two"]);
  expect(missed.code).toBe(3);
  const advice =
    "  note  qlite record makes the recordings that are missing; qlite cassette accept takes over an edit\n";
  expect(missed.stderr).toContain(advice);
  expect(missed.stderr).not.toContain("CI is set");
  const inCi = await room.run(["exec", "--mode", "new"], ["two"], { CI: "true" });
  expect(inCi.code).toBe(3);
  expect(inCi.stderr).toContain(
    "  note  CI is set, so that --mode new was replay; --allow-record lets it record there too\n",
  );
  const well = await room.run(["exec", "--cassettes", "mock/cassettes"], ["one"]);
  expect([well.code, well.stderr]).toEqual([0, "qlite mock: 1 request: 1 replayed\n"]);
});

test("a folder of recordings that is not there is told with the misses", async () => {
  const { stderr, code } = await exec(["--cassettes", "casettes", ...ask("hello")], { env: { CI: "1" } });
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining("  note  there is no folder casettes, where recordings would be\n"),
  ]);
});

test("a request that the mock refused is told with the reason, though the command swallowed it", async () => {
  const script = `await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", { method: "POST", body: JSON.stringify({ model: "c", messages: [{ role: "user", content: "hello" }] }) });`;
  const { stderr, code } = await exec(["mock", "--", bun, "-e", script]);
  expect(code).toBe(0);
  expect(stderr).toStartWith("qlite mock: 1 request: 1 refused\n");
  expect(stderr).toContain("  note  POST /v1/messages was refused: Missing required parameter: 'max_tokens'\n");
});

test("a recording that failed tells what the provider said, or that none could be reached", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  expect((await room.run(["record"], ["broken"])).stderr).toContain("the provider failed with status 500: no\n");
  using lost = openRoom({ url: "http://127.0.0.1:1" });
  expect((await lost.run(["record"], ["one"])).stderr).toContain(
    "the provider failed with status 502: No connection to the upstream could be made\n",
  );
});

test("an old recording tells the command that makes it anew", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  await room.run(["record"], ["one"]);
  room.write(room.text().replaceAll(/recorded: \d{4}/g, "recorded: 2001"));
  const { stderr, code } = await room.run(["exec", "--cassettes", "mock/cassettes", "--strict"], ["one"]);
  expect(code).toBe(5);
  expect(stderr).toContain("  note  qlite cassette refresh --older-than 30d records what is old anew\n");
});

test("a mistyped command of the mock is no file that is not there", async () => {
  using folder = makeFolder({ "empty/readme.txt": "no fixtures" });
  const run = (args: readonly string[]) => runProgram(args, { executable: compiled, cwd: folder.path });
  for (const word of ["chekc", "explian", "improt"]) {
    const { stderr, code } = await run(["mock", word, "mock"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`error: ${word}: there is no such file; did you mean`)]);
  }
  expect((await run(["mock", "check", "empty"])).stdout).toBe("0 fixtures in 0 files: nothing to check\n");
});

test("the words of VCR for modes are taken", async () => {
  await using provider = startProvider();
  using room = openRoom(provider);
  const recorded = await room.run(["exec", "--mode", "new_episodes"], ["one"]);
  expect([recorded.code, recorded.stderr]).toEqual([0, "qlite mock: 1 request: 1 recorded\n"]);
  const replayed = await room.run(["exec", "--mode", "none"], ["one", "two"]);
  expect([replayed.code, provider.texts()]).toEqual([3, ["one"]]);
  const { stderr, code } = await room.run(["exec", "--mode", "episodes"], ["one"]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("replay, once, new, all, live, diff")]);
});
