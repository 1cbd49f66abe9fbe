// What `qlite exec` says at the end: the summary, reports, annotations.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../support/folder.ts";
import { ask, files, openBed } from "./exec-bed.ts";

const { exec } = openBed();

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
