// `qlite mock` as a process, and what checks and explains fixtures.
import { describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { commandOf, runProgram, startProgram, type Program } from "../support/program.ts";
import { share } from "../support/share.ts";
import { until } from "../support/until.ts";
import { fixtures } from "./exec-bed.ts";

const executable = await buildExecutable();
const other = "fixtures: [{ id: other, match: { user: other }, response: Other }]\n";
const wrong = "fixtures:\n  - match: { usr: hi }\n    response: x\n";
const request = (text: string) => ({ model: "gpt-4o", messages: [{ role: "user", content: text }] });
const shared = share(
  makeFolder({
    "mock/greet.yaml": fixtures,
    "more/other.yaml": other,
    "wrong/wrong.yaml": wrong,
    "request.json": JSON.stringify(request("hello there")),
    "miss.json": JSON.stringify(request("goodbye")),
    "whole.json": JSON.stringify({ path: "/v1/messages", headers: {}, body: { ...request("hello"), max_tokens: 9 } }),
  }),
);
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runProgram(args, { executable, cwd: shared.path, env });
const start = (args: readonly string[], cwd = shared.path): Promise<Program> =>
  startProgram(["mock", ...args, "--port", "0"], { executable, cwd });

const ask = async (url: string, text: string): Promise<string> => {
  const reply = await fetch(`${url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(request(text)) });
  const body: { choices?: { message: { content: string } }[]; error?: { code: string } } = JSON.parse(
    await reply.text(),
  );
  return body.choices?.[0]?.message.content ?? body.error?.code ?? "";
};

const end = async (program: Program): Promise<number> => {
  program.signal("SIGTERM");
  return await program.exited;
};

describe("qlite mock", () => {
  test("serves fixtures of files, folders and globs, says how many, and ends with 0 at SIGTERM when all was answered", async () => {
    await using mock = await start(["mock/greet.yaml", "more/*.yaml"]);
    expect(mock.stderr()).toContain("speaks OpenAI, Anthropic and Gemini. 3 fixtures.");
    expect([await ask(mock.url, "hello"), await ask(mock.url, "other")]).toEqual(["Hi there", "Other"]);
    expect(await end(mock)).toBe(0);
    expect(mock.stderr()).toContain("qlite mock: 2 requests: 2 matched\n  note  fixture spare");
  });

  test.each([["SIGTERM"], ["SIGINT"]] as const)(
    "ends with 3 at %s after a request that nothing answered",
    async (signal) => {
      await using mock = await start(["mock"]);
      expect(await ask(mock.url, "goodbye")).toBe("mock_no_match");
      mock.signal(signal);
      expect(await mock.exited).toBe(3);
      expect(mock.stderr()).toContain("nearest: greet (mock/greet.yaml:2)");
    },
  );

  test("--strict ends with 4 for what nothing asked for", async () => {
    await using mock = await start(["mock", "--strict"]);
    await ask(mock.url, "hello");
    expect(await end(mock)).toBe(4);
  });

  test("--json prints one line of JSON on stdout, and no more on stderr", async () => {
    const child = Bun.spawn(commandOf(["mock", "mock", "--json", "--port", "0"], executable), {
      cwd: shared.path,
      env: {},
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    const line = new TextDecoder().decode(value);
    const told: { url: string; port: number } = JSON.parse(line);
    expect(line).toBe(`{"url":"http://127.0.0.1:${told.port}","port":${told.port}}\n`);
    expect(await ask(told.url, "goodbye")).toBe("mock_no_match");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(3);
    expect([(await reader.read()).done, await new Response(child.stderr).text()]).toEqual([true, ""]);
  });

  test("--with-parent ends when stdin does", async () => {
    const child = Bun.spawn(commandOf(["mock", "--json", "--with-parent", "--port", "0"], executable), {
      cwd: shared.path,
      env: {},
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    const { value } = await child.stdout.getReader().read();
    const { url }: { url: string } = JSON.parse(new TextDecoder().decode(value));
    expect(await ask(url, "hello")).toStartWith("Lorem ipsum");
    expect(child.exitCode).toBeNull();
    await child.stdin.end();
    expect(await child.exited).toBe(0);
  });

  test("lets no other machine ask providers with the keys of this one, unless --allow-record says that it is meant", async () => {
    const open = ["--host", "0.0.0.0"];
    for (const asking of [
      ["--mode", "new"],
      ["--cassettes", "fresh"],
      ["--fallback", "live"],
    ]) {
      const { stderr, code } = await run(["mock", "mock", "--port", "0", ...open, ...asking]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^--host 0\.0\.0\.0: .*--allow-record/)]);
    }
    await using replaying = await start([...open, "--cassettes", "fresh", "--mode", "replay"]);
    expect(await end(replaying)).toBe(0);
    await using allowed = await start([...open, "--mode", "new", "--allow-record"]);
    expect(await end(allowed)).toBe(0);
  });

  test("on a port that is taken says so and exits 1", async () => {
    await using mock = await start([]);
    const { port } = new URL(mock.url);
    const { stdout, stderr, code } = await run(["mock", "mock", "--port", port]);
    expect({ stdout, stderr, code }).toEqual({
      stdout: "",
      stderr: `Port ${port} of 127.0.0.1 is taken; choose another with --port\n`,
      code: 1,
    });
  });

  test("faulty fixtures are told with file, line and column, exit 1", async () => {
    const { stderr, code } = await run(["mock", "mock", "wrong", "--port", "0"]);
    expect(stderr).toMatch(/^wrong\/wrong\.yaml:2:14 .*did you mean user\?\n1 fault in the fixtures\n$/);
    expect(code).toBe(1);
  });

  test("SIGHUP takes changed fixtures; wrong ones are told and leave those before", async () => {
    using own = makeFolder({ "mock/greet.yaml": fixtures });
    const file = join(own.path, "mock/greet.yaml");
    await using mock = await start(["mock"], own.path);
    writeFileSync(file, other);
    expect(await ask(mock.url, "hello")).toBe("Hi there");
    mock.signal("SIGHUP");
    await until(() => mock.stderr().includes("1 fixture, read again\n"), 5000);
    expect([await ask(mock.url, "hello"), await ask(mock.url, "other")]).toEqual(["mock_no_match", "Other"]);
    writeFileSync(file, wrong);
    mock.signal("SIGHUP");
    await until(() => mock.stderr().includes("1 fault in the fixtures; those before stay\n"), 5000);
    expect(mock.stderr()).toMatch(/^mock\/greet\.yaml:2:14 /m);
    expect(await ask(mock.url, "other")).toBe("Other");
    rmSync(join(own.path, "mock"), { recursive: true });
    mock.signal("SIGHUP");
    await until(() => mock.stderr().includes("there is no such file or folder"), 5000);
    expect(await ask(mock.url, "other")).toBe("Other");
  });

  test("--watch takes a changed file and a new one by itself, and keeps the old set while one is wrong", async () => {
    using own = makeFolder({ "mock/greet.yaml": fixtures });
    await using mock = await start(["mock", "--watch"], own.path);
    writeFileSync(join(own.path, "mock/new.yaml"), other);
    await until(() => mock.stderr().includes("3 fixtures, read again\n"), 5000);
    expect(await ask(mock.url, "other")).toBe("Other");
    writeFileSync(join(own.path, "mock/new.yaml"), wrong);
    await until(() => mock.stderr().includes("those before stay\n"), 5000);
    expect([await ask(mock.url, "other"), await ask(mock.url, "hello")]).toEqual(["Other", "Hi there"]);
    rmSync(join(own.path, "mock/new.yaml"));
    await until(() => mock.stderr().includes("2 fixtures, read again\n"), 5000);
    expect(await ask(mock.url, "other")).toBe("mock_no_match");
  });
});

describe("qlite mock check", () => {
  test("counts what is well, exit 0", async () => {
    expect(await run(["mock", "check", "mock"])).toEqual({
      stdout: "2 fixtures in 1 file: well\n",
      stderr: "",
      code: 0,
    });
    expect(await run(["mock", "check"])).toMatchObject({ stdout: "2 fixtures in 1 file: well\n", code: 0 });
  });

  test("names what is wrong with its line, exit 1", async () => {
    const { stdout, code } = await run(["mock", "check", "mock", "wrong"]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^wrong\/wrong\.yaml:2 .*did you mean user\?$/m)]);
    const missing = "missing: there is no such file or folder\n0 fixtures in 0 files: 1 fault\n";
    expect(await run(["mock", "check", "missing"])).toMatchObject({ stdout: missing, code: 1 });
  });

  test("--json prints the same as JSON", async () => {
    const { stdout, code } = await run(["mock", "check", "wrong", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ findings: [{ file: "wrong/wrong.yaml", line: 2, severity: "error" }] });
    expect(code).toBe(1);
    expect(JSON.parse((await run(["mock", "check", "--json", "mock"])).stdout)).toMatchObject({
      fixtures: 2,
      findings: [],
    });
  });
});

describe("qlite mock explain", () => {
  test("names the fixture that answers, exit 0, of a body and of a whole request", async () => {
    for (const file of ["request.json", "whole.json"]) {
      const { stdout, stderr, code } = await run(["mock", "explain", file]);
      expect([stderr, code, stdout.includes("greet")]).toEqual(["", 0, true]);
    }
  });

  test("tells why the nearest do not, exit 1", async () => {
    const { stdout, code } = await run(["mock", "explain", "miss.json", "mock", "more"]);
    expect(code).toBe(1);
    for (const id of ["greet", "spare", "other"]) expect(stdout).toContain(id);
    expect(stdout).toContain("goodbye");
  });

  test("--json prints the same as JSON; - reads stdin", async () => {
    const { stdout } = await run(["mock", "explain", "request.json", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ kind: "understood", winner: { id: "greet" } });
    const child = Bun.spawn(commandOf(["mock", "explain", "-", "mock", "--json"], executable), {
      cwd: shared.path,
      env: {},
      stdin: new TextEncoder().encode(JSON.stringify(request("hello"))),
      stdout: "pipe",
    });
    expect(JSON.parse(await new Response(child.stdout).text())).toMatchObject({ winner: { id: "greet" } });
  });

  test.each([
    ["a file that is not there", "missing.json", "missing.json: cannot be read\n"],
    [
      "what is no JSON",
      "mock/greet.yaml",
      'mock/greet.yaml: is not JSON; write the request\'s body, or { "path": …, "headers": …, "body": … }\n',
    ],
  ])("%s is an error in one line", async (_what, file, stderr) => {
    expect(await run(["mock", "explain", file])).toEqual({ stdout: "", stderr, code: 1 });
  });
});
