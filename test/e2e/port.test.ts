import { expect, test } from "bun:test";
import { runProgram, startProgram } from "../support/program.ts";

test("a second qlite on the same port is refused, not given half of the requests", async () => {
  await using first = await startProgram(["mock", "--port", "0"]);
  const { port } = new URL(first.url);
  const { code, stderr } = await runProgram(["mock", "--port", port]);
  expect([code, stderr]).toEqual([1, `Port ${port} of 127.0.0.1 is taken; choose another with --port\n`]);
});
