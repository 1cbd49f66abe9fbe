// `qlite exec`: a command with a mock beside it, and a verdict that the command cannot swallow.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder, type Folder } from "../support/folder.ts";
import { commandOf, runProgram } from "../support/program.ts";
import { share } from "../support/share.ts";
import { until } from "../support/until.ts";
import { askScript } from "./ask-script.ts";

const fixtures = `fixtures:
  - id: greet
    match: { user: hello }
    response: Hi there
  - id: spare
    match: { user: never asked }
    response: no
`;
const files = { "mock/greet.yaml": fixtures, "ask.ts": askScript };
const folder = share(makeFolder(files));
const compiled = await buildExecutable();
const bun = process.execPath;
const ask = (...texts: readonly string[]): readonly string[] => ["--", bun, "ask.ts", ...texts];

interface Options {
  readonly cwd?: Folder;
  readonly env?: Readonly<Record<string, string>>;
  readonly executable?: string | undefined;
}

const exec = (args: readonly string[], { cwd = folder, executable = compiled, env = {} }: Options = {}) =>
  runProgram(["exec", ...args], { executable, cwd: cwd.path, env });

describe.each([
  ["the compiled executable", compiled],
  ["bun src/main.ts", undefined],
])("%s", (_name, executable) => {
  const run = (args: readonly string[]) =>
    runProgram(["exec", ...args], { cwd: folder.path, ...(executable === undefined ? {} : { executable }) });

  test("hands on the command's stdout untouched, ends with its 0, and tells people of it on stderr", async () => {
    const { stdout, stderr, code } = await run(["mock", ...ask("hello")]);
    expect({ stdout, code }).toEqual({ stdout: "200 Hi there\n", code: 0 });
    expect(stderr).toBe(
      "qlite mock: 1 request: 1 matched\n  note  fixture spare was asked for by nothing [mock/greet.yaml:5]\n",
    );
  });

  test("ends with 3 when a request was answered by nothing, although the command swallowed it and ended well", async () => {
    const { stdout, stderr, code } = await run(["mock", ...ask("hello", "goodbye")]);
    expect({ stdout, code }).toEqual({ stdout: "200 Hi there\n400 mock_no_match\n", code: 3 });
    expect(stderr).toContain("FAIL  POST /v1/chat/completions (gpt-4o) was answered by nothing: request 2");
    expect(stderr).toContain("nearest: greet (mock/greet.yaml:2)");
    expect(stderr).toContain('user: wanted "hello", got "goodbye"');
  });
});

describe("exit codes", () => {
  test.each([
    ["the command's own", ["mock", "--", "sh", "-c", "exit 7"], 7],
    ["the command's own before ours", ["mock", "--fail-unused", "--", "false"], 1],
    ["128 and the signal's number for a command that was killed", ["mock", "--", "sh", "-c", "kill -9 $$"], 137],
    ["4 for what nothing asked for, with --fail-unused", ["mock", "--fail-unused", ...ask("hello")], 4],
    ["4 with --strict too", ["mock", "--strict", ...ask("hello")], 4],
    ["0 with --fail-unused when all was asked for", ["mock", "--fail-unused", ...ask("hello", "never asked")], 0],
    ["3 before 4", ["mock", "--fail-unused", ...ask("goodbye")], 3],
    ["0 without fixtures: every answer is made up", ask("anything"), 0],
    ["3 without fixtures and with --fallback fail", ["--fallback", "fail", ...ask("anything")], 3],
  ] as const)("%s", async (_what, args, code) => {
    expect((await exec(args)).code).toBe(code);
  });

  test("a command's failure does not hide what was answered by nothing", async () => {
    const { stderr, code } = await exec(["mock", "--", "sh", "-c", `"${bun}" ask.ts goodbye; exit 9`]);
    expect([code, stderr.includes("FAIL  POST /v1/chat/completions")]).toEqual([9, true]);
  });
});

describe("what stands behind -- is the command's", () => {
  test.each([
    ["check", ["--", "echo", "check"], "check\n"],
    ["help and version", ["mock", "--", "echo", "help", "version"], "help version\n"],
    ["a second --", ["--", "echo", "--", "-q"], "-- -q\n"],
    ["flags of ours", ["--", "echo", "--json", "--mode", "all", "--report", "x"], "--json --mode all --report x\n"],
  ] as const)("%s", async (_what, args, stdout) => {
    const run = await exec(args);
    expect(run).toMatchObject({ stdout, code: 0 });
  });

  test.each([
    ["nothing", ["mock"], "there is no command; write it behind --: qlite exec -- npm test\n"],
    ["nothing behind it", ["mock", "--"], "there is no command; write it behind --: qlite exec -- npm test\n"],
    ["what is not there", ["--", "no-such-command-here", "x"], "no-such-command-here: there is no such command\n"],
    ["what is no program", ["--", "/"], "/: cannot be run\n"],
  ] as const)("%s is an error in one line, exit 1", async (_what, args, stderr) => {
    expect(await exec(args)).toEqual({ stdout: "", stderr, code: 1 });
  });
});

test("flags that say nothing are refused before anything runs", async () => {
  const ran = ["--", "echo", "ran"];
  for (const [args, message] of [
    [["--env", "1X=y", ...ran], "--env 1X=y: must be NAME=value, in which {url} and {port} stand for the mock's\n"],
    [["--clock", "fast", ...ran], "--clock: must be real, virtual, or a speed such as x10\n"],
    [["--timing", "10", ...ran], "--timing: must be none, recorded, or a speed such as x10\n"],
    [["missing", ...ran], "missing:1:1 there is no such file or folder\n1 fault in the fixtures\n"],
    [["-c", "missing.yaml", ...ran], "missing.yaml: ENOENT: no such file or directory, open 'missing.yaml'\n"],
  ] as const) {
    expect(await exec(args)).toEqual({ stdout: "", stderr: message, code: 1 });
  }
  expect(await exec(["--mode", "sometimes", ...ran])).toMatchObject({ stdout: "", code: 2 });
});

test("faults of fixtures are told with file, line and column, all of them, and the command does not run", async () => {
  using bad = makeFolder({ "mock/a.yaml": "fixtures:\n  - match: { usr: hi }\n    response: x\n  - respnse: y\n" });
  const { stdout, stderr, code } = await exec(["mock", "--", "echo", "ran"], { cwd: bad });
  expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  expect(stderr).toMatch(/^mock\/a\.yaml:2:14 .*usr.*user\?/m);
  expect(stderr).toMatch(/^mock\/a\.yaml:4:5 .*respnse/m);
  expect(stderr).toMatch(/faults in the fixtures\n$/);
});

const show = (...names: readonly string[]): readonly string[] => [
  "--",
  "sh",
  "-c",
  `echo "${names.map((name) => `$${name}`).join("|")}"`,
];

describe("the environment", () => {
  test("leads the official clients to the mock, with a key where there is none", async () => {
    const env = { OPENAI_BASE_URL: "https://api.openai.com/v1", ANTHROPIC_API_KEY: "sk-mine", KEPT: "kept" };
    const { stdout } = await exec(
      show(
        "OPENAI_BASE_URL",
        "ANTHROPIC_BASE_URL",
        "QLITE_MOCK_URL",
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "KEPT",
        "BUN_CONFIG_MAX_HTTP_REQUESTS",
      ),
      { env },
    );
    expect(stdout).toMatch(/^(http:\/\/127\.0\.0\.1:\d+)\/v1\|\1\|\1\|sk-qlite-default\|sk-mine\|kept\|\n$/);
  });

  test("--env adds what a program reads by another name, and wins over ours", async () => {
    const env = ["--env", "LLM={url}/x?p={port}&{url}", "--env", "OPENAI_API_KEY=k=1", "--env", "EMPTY="];
    const { stdout } = await exec([...env, ...show("LLM", "OPENAI_API_KEY", "EMPTY")]);
    expect(stdout).toMatch(/^(http:\/\/127\.0\.0\.1:(\d+))\/x\?p=\2&\1\|k=1\|\n$/);
  });

  test("gives the key that a mock with keys of its own takes", async () => {
    using keyed = makeFolder({ ...files, "qlite.yaml": "mock: { keys: [sk-only-this] }\n" });
    const args = ["mock", "-c", "qlite.yaml", ...ask("hello")];
    expect(await exec(args, { cwd: keyed })).toMatchObject({ stdout: "200 Hi there\n", code: 0 });
    const wrong = await exec(args, { cwd: keyed, env: { OPENAI_API_KEY: "sk-another" } });
    expect(wrong.stdout).toBe("401 invalid_api_key\n");
  });

  test("a key there that cannot be one is nobody's business where nothing is recorded", async () => {
    const env = { OPENAI_API_KEY: "not a key" };
    expect(await exec(["mock", ...ask("hello")], { env })).toMatchObject({ stdout: "200 Hi there\n", code: 0 });
    const recording = await exec(["--mode", "new", ...ask("hello")], { env });
    expect(recording).toMatchObject({ stdout: "", code: 1 });
    expect(recording.stderr).toBe(
      "environment variable OPENAI_API_KEY must hold no spaces, line breaks or letters outside ASCII\n",
    );
  });
});

const spawn = (args: readonly string[]) =>
  Bun.spawn(commandOf(["exec", ...args], compiled), {
    cwd: folder.path,
    env: { PATH: process.env["PATH"] ?? "" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });

test("stdin is the command's", async () => {
  const child = spawn(["-q", "--", "cat"]);
  await child.stdin.write("through\nand ");
  await child.stdin.write("through");
  await child.stdin.end();
  expect(await new Response(child.stdout).text()).toBe("through\nand through");
  expect(await child.exited).toBe(0);
});

test.each([
  ["SIGINT", 42, "trap 'echo caught; exit 42' INT"],
  ["SIGTERM", 43, "trap 'echo caught; exit 43' TERM"],
  ["SIGHUP", 44, "trap 'echo caught; exit 44' HUP"],
  ["SIGTERM", 143, ":"],
] as const)("%s is passed on to the command, which decides: exit %i", async (signal, code, trap) => {
  const child = spawn(["mock", "--", "sh", "-c", `${trap}; echo ready; while :; do sleep 0.02; done`]);
  let stdout = "";
  const reading = (async () => {
    for await (const chunk of child.stdout) stdout += new TextDecoder().decode(chunk);
  })();
  await until(() => stdout.includes("ready"), 5000);
  child.kill(signal);
  expect(await child.exited).toBe(code);
  await reading;
  expect(stdout).toBe(code < 100 ? "ready\ncaught\n" : "ready\n");
  expect(await new Response(child.stderr).text()).toContain("qlite mock: 0 requests");
});

describe("-q", () => {
  test("says nothing when all is well, and all of it when it is not", async () => {
    const env = { GITHUB_ACTIONS: "true" };
    expect((await exec(["mock", "-q", ...ask("hello")])).stderr).toBe("");
    expect((await exec(["mock", "-q", ...ask("hello")], { env })).stderr).toBe("");
    expect((await exec(["mock", "-q", ...ask("goodbye")])).stderr).toContain("FAIL  POST /v1/chat/completions");
  });
});

describe("reports", () => {
  test("--report writes JUnit, in a folder that is not there yet too", async () => {
    using own = makeFolder(files);
    const { code } = await exec(["mock", "--report", "out/qlite.xml", ...ask("goodbye")], { cwd: own });
    const xml = readFileSync(join(own.path, "out/qlite.xml"), "utf8");
    expect(code).toBe(3);
    expect(xml).toStartWith('<?xml version="1.0"');
    expect(xml).toContain('<testsuites name="qlite" tests="4" failures="1"');
    expect(xml).toContain('<failure type="unmatched" message="POST /v1/chat/completions (gpt-4o)');
  });

  test("GITHUB_ACTIONS gives annotations on stderr, once, also beside --report github and a file", async () => {
    using own = makeFolder(files);
    const env = { GITHUB_ACTIONS: "true" };
    const { stdout, stderr } = await exec(["mock", "--report", "github,q.xml", ...ask("goodbye")], { cwd: own, env });
    expect(stdout).toBe("400 mock_no_match\n");
    expect(
      stderr.match(/^::error file=mock\/greet\.yaml,line=2,title=qlite mock::POST .*%0Anearest: greet/gm),
    ).toHaveLength(1);
    expect(existsSync(join(own.path, "q.xml"))).toBe(true);
    expect((await exec(["mock", "--report", "github", ...ask("goodbye")])).stderr).toContain("::error file=");
    expect((await exec(["mock", ...ask("goodbye")])).stderr).not.toContain("::");
  });

  test("a report that cannot be written is an error, and hides neither the verdict nor the command's exit code", async () => {
    using own = makeFolder({ ...files, taken: "a file" });
    const at = (...args: readonly string[]) => exec(["mock", "--report", "taken/q.xml", ...args], { cwd: own });
    const missed = await at(...ask("goodbye"));
    expect(missed.stderr).toContain("FAIL  POST /v1/chat/completions");
    expect(missed.stderr).toMatch(/^taken\/q\.xml: the report cannot be written: ENOTDIR/m);
    expect(missed.stderr).not.toMatch(/\bat .*:\d+:\d+/);
    expect([missed.code, (await at(...ask("hello"))).code, (await at("--", "sh", "-c", "exit 7")).code]).toEqual([
      3, 1, 7,
    ]);
  });
});

test("made-up answers beside recordings that nobody named are pointed out", async () => {
  using own = makeFolder({
    ...files,
    "mock/cassettes/default.yaml": "qlite_cassette: 1\nrecorded: 2026-11-22T00:00:00Z\ninteractions: []\n",
  });
  const { stderr, code } = await exec(ask("hello"), { cwd: own });
  expect([code, stderr]).toEqual([
    0,
    "qlite mock: 1 request: 1 auto\n  note  there are recordings in mock/cassettes; --cassettes mock/cassettes replays them\n",
  ]);
  rmSync(join(own.path, "mock/cassettes"), { recursive: true });
  expect((await exec(ask("hello"), { cwd: own })).stderr).toBe("qlite mock: 1 request: 1 auto\n");
});
