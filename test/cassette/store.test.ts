import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseCassette } from "../../src/cassette/file/parse-cassette.ts";
import { cassetteOf } from "../../src/cassette/file/store.ts";
import { makeFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { ask, chat, chatReply, nobody, openTape, read } from "./support.ts";

const entry = join(import.meta.dir, "recorder.ts");
const startRecorder = (folder: string, scope: string, count: number) =>
  Bun.spawn([process.execPath, entry, folder, scope, String(count)], { stdout: "ignore", stderr: "ignore" });

const send = (): Promise<Response> => Promise.resolve(Response.json(chatReply("Hello")));

const interactionsIn = (folder: string, name: string): number => {
  const file = join(folder, `${name}.yaml`);
  const parsed = parseCassette(readFileSync(file, "utf8"), file);
  if (parsed.kind === "faulty") throw new Error(parsed.message);
  return parsed.cassette.interactions.length;
};

test("two processes that write one file at once lose nothing", async () => {
  using folder = makeFolder();
  const children = [startRecorder(folder.path, "shared", 12), startRecorder(folder.path, "shared", 12)];
  expect(await Promise.all(children.map(({ exited }) => exited))).toEqual([0, 0]);
  expect(interactionsIn(folder.path, "shared")).toBe(24);
  expect(readdirSync(folder.path).filter((name) => name.endsWith(".lock") || name.endsWith(".tmp"))).toEqual([]);
});

test("scopes that record at once have a whole file each", async () => {
  using folder = makeFolder();
  const tape = await openTape(folder.path, () => Promise.resolve(Response.json(chatReply("Hello"))));
  const scopes = Array.from({ length: 20 }, (_, at) => `scope-${at}`);
  await Promise.all(scopes.flatMap((scope) => ["a", "b", "c"].map((text) => ask(tape, chat(text), { scope }))));
  await tape.flush();
  expect(tape.report().refused).toEqual([]);
  expect(scopes.map((scope) => interactionsIn(folder.path, scope))).toEqual(scopes.map(() => 3));
});

test("kill -9 while recording leaves a whole file, and the next one goes on with it", async () => {
  using folder = makeFolder();
  for (let round = 0; round < 4; round += 1) {
    const child = startRecorder(folder.path, "killed", 500);
    const before = round === 0 ? 0 : interactionsIn(folder.path, "killed");
    await until(
      () => existsSync(join(folder.path, "killed.yaml")) && interactionsIn(folder.path, "killed") > before + round,
      15_000,
      "a recording",
    );
    child.kill("SIGKILL");
    await child.exited;
    expect(interactionsIn(folder.path, "killed")).toBeGreaterThan(before);
  }
  const tape = await openTape(folder.path, () => Promise.resolve(Response.json(chatReply("Hello"))), { mode: "new" });
  await ask(tape, chat("behind"), { scope: "killed" });
  await tape.flush();
  expect(tape.report().refused).toEqual([]);
  expect((await ask(await openTape(folder.path, nobody), chat("behind"), { scope: "killed" })).kind).toBe("replayed");
}, 60_000);

test("what was written by hand is kept when more is recorded", async () => {
  using folder = makeFolder();
  const first = await openTape(folder.path, send);
  await ask(first, chat("hi"));
  await first.flush();
  const file = join(folder.path, "default.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("content: Hello", "content: Edited by hand"));
  const second = await openTape(folder.path, send, { mode: "new" });
  await ask(second, chat("more"));
  await second.flush();
  const player = await openTape(folder.path, nobody);
  expect((await read(await ask(player, chat("hi")))).text).toContain("Edited by hand");
  expect((await ask(player, chat("more"))).kind).toBe("replayed");
});

test("a folder that cannot be written is told of and breaks no answer", async () => {
  using folder = makeFolder({ "a-file": "" });
  const tape = await openTape(join(folder.path, "a-file/below"), () =>
    Promise.resolve(Response.json(chatReply("Hello"))),
  );
  expect((await read(await ask(tape, chat("hi")))).text).toContain("Hello");
  await tape.flush();
  expect(tape.report().refused).toEqual([expect.stringContaining("could not be written")]);
});

test.each([
  ["default", "default"],
  ["", "default"],
  ["a b/c", "a%20b%2Fc"],
  ["../up", "%2E.%2Fup"],
  [".hidden", "%2Ehidden"],
  ["plain-1.2_x", "plain-1.2_x"],
  ["Case", "%43ase"],
  ["Ä", "%C3%84"],
  ["CON", "%43%4F%4E"],
  ["con", "%63on"],
  ["nul.txt", "%6Eul.txt"],
  ["console", "console"],
])("scope %j has the cassette %s", (scope, name) => {
  expect(cassetteOf(scope)).toBe(name);
});
