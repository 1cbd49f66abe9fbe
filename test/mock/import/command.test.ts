import { expect, test } from "bun:test";
import { join } from "node:path";
import { createFolder, fixtures } from "./support.ts";

const command = join(import.meta.dir, "../../../src/cli/mock-import.ts");

/** Runs the command as a process of its own. */
const run = async (folder: string, format: string, paths: readonly string[], flags: Record<string, unknown> = {}) => {
  const script = `const { mockImport } = await import(${JSON.stringify(command)});
    try { process.exit(await mockImport(...${JSON.stringify([format, paths, flags])})); }
    catch (thrown) { console.error(thrown.name + ": " + thrown.message); process.exit(9); }`;
  const child = Bun.spawn([process.execPath, "-e", script], { cwd: folder, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, code };
};

test("mock import ends with 0 when all was carried over, and says where it is", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const { out, err, code } = await run(folder, "aimock", [join(fixtures, "aimock/agent.json")]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toBe("Written:\n  mock/imported/agent.yaml: 8 fixtures\n\nAll was carried over.\n");
  const cassettes = await run(folder, "vcr", [join(fixtures, "vcr/ruby.yml")], { scope: "default" });
  expect(cassettes.out).toContain("mock/cassettes/default.yaml: 1 recording, asked without a scope");
});

test("mock import ends with 1 when something was left out, and tells what to do about it", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const { out, code } = await run(folder, "aimock", [join(fixtures, "aimock/odd.json")]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /Left out:\n {2}.*odd\.json:4 fixtures\[0\]\.match\.predicate: is a function, which a file cannot hold; write /,
  );
  expect(out).toContain("Carried over in part:\n");
  expect(out).not.toContain("All was carried over");
  const again = await run(folder, "aimock", [join(fixtures, "aimock/odd.json")], { json: true });
  expect(again.code).toBe(1);
  expect(JSON.parse(again.out)).toMatchObject({
    format: "aimock",
    written: [],
    faults: ["mock/imported/odd.yaml: is there already; --force replaces it"],
  });
});

test("mock import refuses a format that there is not", async () => {
  using temporary = createFolder();
  const { err, code } = await run(temporary.folder, "wiremock", ["x"]);
  expect(code).toBe(9);
  expect(err).toContain("UsageError: wiremock: is no format; write one of aimock, llmposter, mock-llm, vcr, har");
});
