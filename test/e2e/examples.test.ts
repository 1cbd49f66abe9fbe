// The suites of test/examples, each by its own runner and against the source; and a swallowed miss in each of them.
import { afterAll, expect, test } from "bun:test";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
/** What is installed stays for the next run; the copies do not. */
const cache = join(tmpdir(), "qlite-examples");
const work = join(cache, `run-${process.pid}`);
const program = join(work, "qlite");
const installMs = 240_000;

mkdirSync(work, { recursive: true });
writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(root, "src/main.ts")}' "$@"\n`);
chmodSync(program, 0o755);
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly output: string;
}

const run = async (
  command: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  timeout = 60_000,
): Promise<Ran> => {
  const child = Bun.spawn([...command], {
    cwd,
    timeout,
    env: { ...process.env, QLITE_BIN: program, CI: "true", NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, output: stdout + stderr };
};

/** A copy of an example, for this run. */
const copyOf = (name: string): string => {
  const folder = join(work, name);
  cpSync(join(root, "test/examples", name), folder, { recursive: true });
  return folder;
};

/** Installs once for each content of the file that says what; tells why it cannot be, null when it is. */
const install = async (
  folder: string,
  what: string,
  commands: readonly (readonly string[])[],
): Promise<string | null> => {
  const done = join(folder, ".done");
  if (existsSync(done) && readFileSync(done, "utf8") === what) return null;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "wanted"), what);
  for (const [tool = "", ...rest] of commands) {
    if (Bun.which(tool) === null && !existsSync(tool)) return `there is no ${tool}`;
    const { code, output } = await run([tool, ...rest], folder, {}, installMs);
    if (code !== 0)
      return `${[tool, ...rest].join(" ")} failed: ${output.split("\n").find((line) => /error/i.test(line)) ?? "it took too long"}`;
  }
  writeFileSync(done, what);
  return null;
};

const because = (reason: string | null): string => (reason === null ? "" : ` (skipped: ${reason})`);

const missing = 'model: "gpt-4o", messages: [{ role: "user", content: "Nobody wrote an answer to this" }]';
const swallow = (runner: string): string => `
import { test } from "${runner}";
import OpenAI from "openai";
test("swallows a refusal", async () => {
  await new OpenAI().chat.completions.create({ ${missing} }).catch(() => null);
});
`;

const bunFolder = copyOf("bun");
mkdirSync(join(bunFolder, "node_modules"));
symlinkSync(root, join(bunFolder, "node_modules/qlite"));
symlinkSync(join(root, "node_modules/openai"), join(bunFolder, "node_modules/openai"));

test("the suite of bun test passes, and fails when a miss is swallowed", async () => {
  const good = await run([process.execPath, "test"], bunFolder);
  expect(good.output).toContain(" 0 fail");
  expect(good.code).toBe(0);
  writeFileSync(join(bunFolder, "swallow.test.ts"), swallow("bun:test"));
  const bad = await run([process.execPath, "test", "swallow"], bunFolder);
  expect(bad.output).toContain("(pass) swallows a refusal");
  expect(bad.output).toContain("the mock did not go as written (1 request: 1 unmatched)");
  expect(bad.code).toBe(1);
}, 60_000);

const vitestFolder = copyOf("vitest");
const manifest = readFileSync(join(vitestFolder, "package.json"), "utf8").replace("file:../../..", `file:${root}`);
const vitestCache = join(cache, "vitest");
const npm = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"];
const noVitest = await install(vitestCache, manifest, [
  [process.execPath, "-e", `require("fs").copyFileSync("wanted", "package.json")`],
  npm,
]);

test.skipIf(noVitest !== null)(
  `the suite of vitest passes, and fails when a miss is swallowed${because(noVitest)}`,
  async () => {
    writeFileSync(join(vitestFolder, "package.json"), manifest);
    symlinkSync(join(vitestCache, "node_modules"), join(vitestFolder, "node_modules"));
    const good = await run(["npm", "test"], vitestFolder);
    expect(good.output).toMatch(/Tests +3 passed/);
    expect(good.code).toBe(0);
    writeFileSync(join(vitestFolder, "swallow.test.ts"), swallow("vitest"));
    const bad = await run(["npm", "test", "--", "swallow"], vitestFolder);
    expect(bad.output).toMatch(/Tests +1 passed/);
    expect(bad.output).toContain("the mock did not go as written (1 request: 1 unmatched)");
    expect(bad.code).not.toBe(0);
  },
  120_000,
);

const swallowInPython = `
import openai

def test_swallows_a_refusal():
    try:
        openai.OpenAI().chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "nobody"}])
    except openai.BadRequestError:
        pass
`;

const pytestFolder = copyOf("pytest");
const venv = join(cache, "pytest");
const noPytest = await install(venv, readFileSync(join(pytestFolder, "requirements.txt"), "utf8"), [
  ["python3", "-m", "venv", "venv"],
  [join(venv, "venv/bin/pip"), "install", "--quiet", "--disable-pip-version-check", "-r", "wanted"],
]);

test.skipIf(noPytest !== null)(
  `the suite of pytest passes, and exec fails it with 3 when a miss is swallowed${because(noPytest)}`,
  async () => {
    const pytest = [
      program,
      "exec",
      "./mock",
      "--",
      join(venv, "venv/bin/python"),
      "-m",
      "pytest",
      "-q",
      "-p",
      "no:cacheprovider",
    ];
    const good = await run(pytest, pytestFolder);
    expect(good.output).toContain("3 passed");
    expect(good.code).toBe(0);
    writeFileSync(join(pytestFolder, "test_swallow.py"), swallowInPython);
    const bad = await run([...pytest, "test_swallow.py"], pytestFolder);
    expect(bad.output).toContain("1 passed");
    expect(bad.output).toContain("POST /v1/chat/completions (gpt-4o) was answered by nothing");
    expect(bad.code).toBe(3);
  },
  120_000,
);
