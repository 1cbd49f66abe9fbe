import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectMock, startMock } from "../../src/testing/node.ts";
import { rejectionOf } from "../mock/serve-mock.ts";
import { contract } from "./contract.ts";

// The source stands in for the executable, which may not be built.
const folder = mkdtempSync(join(tmpdir(), "qlite-testing-"));
const program = join(folder, "qlite");
const main = join(import.meta.dir, "../../src/main.ts");
const before = process.env["QLITE_BIN"];

beforeAll(() => {
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(program, 0o755);
  process.env["QLITE_BIN"] = program;
});
afterAll(() => {
  if (before === undefined) delete process.env["QLITE_BIN"];
  else process.env["QLITE_BIN"] = before;
  rmSync(folder, { recursive: true });
});

contract("in a process of its own", startMock);

test("a function in match is refused with the reason", async () => {
  await using mock = await startMock();
  expect(() => mock.on({ js: () => true }).reply("x")).toThrow("which no function reaches");
});

test("a program that is not there, and one that is something else, are told as what they are", async () => {
  process.env["QLITE_BIN"] = join(folder, "nothing");
  expect(String(await rejectionOf(startMock()))).toContain("set QLITE_BIN to the executable of qlite");
  process.env["QLITE_BIN"] = "/bin/echo";
  expect(String(await rejectionOf(startMock()))).toContain("is the executable of this version?");
  process.env["QLITE_BIN"] = program;
});

test("connectMock without a mock says what to do", async () => {
  expect(String(await rejectionOf(connectMock()))).toContain("QLITE_MOCK_URL is not set");
  expect(String(await rejectionOf(connectMock({ url: "http://127.0.0.1:1" })))).toContain("cannot be reached");
});
