// `qlite exec`: a command with a mock beside it, and a verdict that the command cannot swallow.
import { describe, expect, test } from "bun:test";
import { makeFolder } from "../support/folder.ts";
import { commandOf, runProgram } from "../support/program.ts";
import { until } from "../support/until.ts";
import { ask, bun, compiled, openBed } from "./exec-bed.ts";

const { exec, folder } = openBed();

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
    ["nothing", ["mock"], 2, "there is no command; write it behind --: qlite exec -- npm test\n"],
    ["nothing behind it", ["mock", "--"], 2, "there is no command; write it behind --: qlite exec -- npm test\n"],
    ["what is not there", ["--", "no-such-command-here", "x"], 1, "no-such-command-here: there is no such command\n"],
    ["what is no program", ["--", "/"], 1, "/: cannot be run\n"],
  ] as const)("%s is an error in one line", async (_what, args, code, stderr) => {
    expect(await exec(args)).toEqual({ stdout: "", stderr, code });
  });
});

test("wrong usage ends with 2, faulty files with 1, before anything runs", async () => {
  const ran = ["--", "echo", "ran"];
  const report = "--report: must name github, a file for JUnit XML, or both with a comma between\n";
  for (const [args, message, code = 2] of [
    [["--env", "1X=y", ...ran], "--env 1X=y: must be NAME=value, in which {url} and {port} stand for the mock's\n"],
    [["--clock", "fast", ...ran], "--clock: must be real, virtual, or a speed such as x10\n"],
    [["--timing", "10", ...ran], "--timing: must be none, recorded, or a speed such as x10\n"],
    [["--cassettes", "", ...ran], "--cassettes: must not be empty\n"],
    [["--report", "", ...ran], report],
    [["--report", " , ", ...ran], report],
    [["missing", ...ran], "missing: there is no such file or folder\n1 fault in the fixtures\n", 1],
    [["-c", "missing.yaml", ...ran], "missing.yaml: there is no such file\n", 1],
  ] as const) {
    expect(await exec(args)).toEqual({ stdout: "", stderr: message, code });
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
