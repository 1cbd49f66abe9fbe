// The scripts of the GitHub Action, with a server of this machine in the place of the releases.
import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { YAML } from "bun";

const action = join(import.meta.dir, "../../.github/actions/qlite");
const executable = '#!/bin/sh\nfor word in "$@"; do echo "[$word]"; done\nexit 4\n';
const sumOf = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");

const asked: string[] = [];
let sums = "";
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  development: false,
  fetch: ({ url }) => {
    const { pathname } = new URL(url);
    asked.push(pathname);
    if (pathname.endsWith("/SHA256SUMS")) return new Response(sums);
    return /\/qlite-(?:linux|macos)-(?:x64|arm64)(?:-musl)?$/.test(pathname)
      ? new Response(executable)
      : new Response("", { status: 404 });
  },
});
const folder = mkdtempSync(join(tmpdir(), "qlite-action-"));
afterAll(async () => {
  await server.stop(true);
  rmSync(folder, { recursive: true });
});

const files = { GITHUB_PATH: "path", GITHUB_ENV: "env", GITHUB_OUTPUT: "output" };
const told = (name: keyof typeof files): string => readFileSync(join(folder, files[name]), "utf8");

const names = ["linux-x64", "linux-arm64", "linux-x64-musl", "linux-arm64-musl", "macos-x64", "macos-arm64"];
beforeEach(() => {
  asked.length = 0;
  sums = names.map((name) => `${sumOf(executable)}  qlite-${name}\n`).join("");
  for (const name of Object.values(files)) writeFileSync(join(folder, name), "");
  rmSync(join(folder, "qlite"), { recursive: true, force: true });
});

const run = async (script: string, env: Record<string, string>) => {
  const paths = Object.fromEntries(Object.entries(files).map(([key, name]) => [key, join(folder, name)]));
  const child = Bun.spawn(["bash", join(action, script)], {
    env: {
      PATH: process.env["PATH"],
      RUNNER_OS: "Linux",
      RUNNER_ARCH: "X64",
      RUNNER_TEMP: folder,
      QLITE_RELEASES: `http://127.0.0.1:${server.port}/releases`,
      ...paths,
      ...env,
    },
    stdout: "pipe",
    stderr: "pipe",
  });
  const output = (await new Response(child.stdout).text()) + (await new Response(child.stderr).text());
  return { code: await child.exited, output };
};

const installed = join(folder, "qlite", "qlite");

describe.skipIf(Bun.which("curl") === null)("install.sh", () => {
  test("puts the release of a version on the PATH, into QLITE_BIN and the outputs", async () => {
    expect(await run("install.sh", { QLITE_VERSION: "0.1.0" })).toMatchObject({ code: 0 });
    expect(readFileSync(installed, "utf8")).toBe(executable);
    expect(statSync(installed).mode & 0o111).toBe(0o111);
    expect(told("GITHUB_PATH")).toBe(`${join(folder, "qlite")}\n`);
    expect(told("GITHUB_ENV")).toBe(`QLITE_BIN=${installed}\n`);
    expect(told("GITHUB_OUTPUT")).toContain(`path=${installed}\n`);
    expect(asked[0]).toBe("/releases/download/v0.1.0/SHA256SUMS");
  });

  test.each([
    [{ QLITE_ACTION_REF: "v1.2.3" }, "/releases/download/v1.2.3/"],
    [{ QLITE_ACTION_REF: "main" }, "/releases/latest/download/"],
    [
      { RUNNER_OS: "macOS", RUNNER_ARCH: "ARM64", QLITE_VERSION: "v2.0.0" },
      "/releases/download/v2.0.0/qlite-macos-arm64",
    ],
  ])("%o asks for %s", async (env, path) => {
    expect((await run("install.sh", env)).code).toBe(0);
    expect(asked[1]).toStartWith(path);
  });

  test("refuses an executable of another sum, and leaves none behind", async () => {
    sums = sums.replaceAll(sumOf(executable), sumOf("another"));
    const { code, output } = await run("install.sh", { QLITE_VERSION: "v0.1.0" });
    expect(output).toContain(`has the sum ${sumOf(executable)}, wanted ${sumOf("another")}`);
    expect(code).toBe(1);
    expect(() => statSync(installed)).toThrow();
    expect(told("GITHUB_PATH")).toBe("");
  });

  test.each([
    ["a list without the name", { QLITE_VERSION: "v0.1.0" }, "has no line for qlite-"],
    ["a version that is none", { QLITE_VERSION: "../../x" }, "version is no release"],
    ["an unknown machine", { RUNNER_ARCH: "PPC" }, "there is no release for Linux on PPC"],
    ["a host that is not there", { QLITE_RELEASES: "http://127.0.0.1:1/releases" }, "cannot be had"],
  ])(
    "refuses %s",
    async (_, env, message) => {
      sums = `${sumOf(executable)}  qlite-other\n`;
      const { code, output } = await run("install.sh", env);
      expect(output).toContain("::error title=qlite::");
      expect(output).toContain(message);
      expect(code).toBe(1);
    },
    30_000,
  );
});

test("run.sh hands all inputs to exec, and its exit code on", async () => {
  const program = join(folder, "program");
  writeFileSync(program, executable, { mode: 0o755 });
  const { code, output } = await run("run.sh", {
    QLITE_BIN: program,
    QLITE_FIXTURES: "  mock/a b.yaml\n\nmock/*.yaml\n",
    QLITE_CASSETTES: "mock/cassettes",
    QLITE_ARGS: "--profile exact\n--seed 7",
    QLITE_FAIL_UNUSED: "true",
    QLITE_REPORT: "junit.xml",
    QLITE_COMMAND: "npm test && echo 'well'",
  });
  const words = output.trim().split("\n");
  expect(words.join(" ")).toBe(
    "[exec] [--cassettes] [mock/cassettes] [--fail-unused] [--report] [junit.xml] [--profile] [exact] [--seed] [7] " +
      "[mock/a b.yaml] [mock/*.yaml] [--] [bash] [-eo] [pipefail] [-c] [npm test && echo 'well']",
  );
  expect(code).toBe(4);
});

test("run.sh needs no input but the command", async () => {
  const program = join(folder, "program");
  writeFileSync(program, executable, { mode: 0o755 });
  const { output } = await run("run.sh", { QLITE_BIN: program, QLITE_COMMAND: "true" });
  expect(output.trim().split("\n").join(" ")).toBe("[exec] [--] [bash] [-eo] [pipefail] [-c] [true]");
});

test("every input of action.yml reaches a script, and none by way of the shell's own text", () => {
  const text = readFileSync(join(action, "action.yml"), "utf8");
  const parsed: unknown = YAML.parse(text);
  expect(parsed).toMatchObject({ runs: { using: "composite" } });
  const inputs = [...text.slice(0, text.indexOf("outputs:")).matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name);
  expect(inputs).toHaveLength(7);
  for (const name of inputs) expect(text).toContain(`\${{ inputs.${name} }}`);
  for (const [, line] of text.matchAll(/^ +run: (.+)$/gm)) expect(line).not.toContain("${{");
});
