import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleForNode } from "../../src/testing/write-node.ts";

const root = join(import.meta.dir, "../..");
const bundle = join(root, "src/testing/node.js");

/** Without what a formatter changes. */
const squeeze = (text: string): string =>
  new Bun.Transpiler({ loader: "js", minifyWhitespace: true }).transformSync(text);

test("node.js is what write-node.ts makes of the source; if not, run `bun src/testing/write-node.ts`", async () => {
  expect(squeeze(readFileSync(bundle, "utf8"))).toBe(squeeze(await bundleForNode()));
});

const script = (close: string): string => `
import assert from "node:assert/strict";
import { startMock } from ${JSON.stringify(bundle)};
const mock = await startMock({ fallback: "fail" });
const s = mock.scope("node");
s.on({ user: /HELLO/i }).reply("hi");
const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "hello" }] });
const ask = async (face) => (await fetch(face.client().baseURL + "/chat/completions", { method: "POST", body })).json();
assert.equal((await ask(s)).choices[0].message.content, "hi");
assert.equal(s.requests().length, 1);
s.close();
await ask(mock);
${close}
`;

test.skipIf(Bun.which("node") === null)(
  "under Node the library starts the executable, fails for a miss, and holds no process that forgets it",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "qlite-node-"));
    const program = join(folder, "qlite");
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${join(root, "src/main.ts")}' "$@"\n`);
    chmodSync(program, 0o755);
    const run = async (close: string) => {
      const file = join(folder, "script.mjs");
      writeFileSync(file, script(close));
      const child = Bun.spawn(["node", file], { env: { ...process.env, QLITE_BIN: program }, stderr: "pipe" });
      return { code: await child.exited, stderr: await new Response(child.stderr).text() };
    };
    const closed = await run("await mock.close();");
    expect(closed.stderr).toContain("the mock did not go as written (2 requests: 1 matched, 1 unmatched)");
    expect(closed.code).toBe(1);
    expect(await run("")).toEqual({ code: 0, stderr: "" });
    rmSync(folder, { recursive: true });
  },
);
