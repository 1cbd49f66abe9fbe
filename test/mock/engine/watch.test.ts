import { expect, test } from "bun:test";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReload, type LoadedFixtures } from "../../../src/mock/fixtures/reload.ts";
import { startWatching } from "../../../src/mock/fixtures/watch.ts";
import { chatOf, fixture, serveEngine, setOf, until } from "./serve-engine.ts";

const withFolder = async (run: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "qlite-watch-"));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const watchFiles = (files: readonly string[], folders: readonly string[] = []) => {
  let reloads = 0;
  const faults: unknown[] = [];
  const watching = startWatching({
    sources: () => ({ files, folders }),
    reload: () => {
      reloads += 1;
    },
    failed: (thrown) => faults.push(thrown),
    quietMs: 20,
  });
  return { reloads: () => reloads, faults, watching, [Symbol.dispose]: watching.close };
};

test("a file that is written, or another put in its place, reloads once for a burst of changes", () =>
  withFolder(async (folder) => {
    const file = join(folder, "a.yaml");
    await writeFile(file, "1");
    using watched = watchFiles([file]);
    for (let at = 0; at < 5; at += 1) await writeFile(file, `${at}`);
    await until(() => watched.reloads() === 1);
    await writeFile(join(folder, "new"), "2");
    await rename(join(folder, "new"), file);
    await until(() => watched.reloads() === 2);
    await writeFile(file, "3");
    await until(() => watched.reloads() === 3);
    // Of a file beside it nothing is wanted.
    await writeFile(join(folder, "b.yaml"), "x");
    await watched.watching.reload();
    expect(watched.reloads()).toBe(4);
    expect(watched.faults).toEqual([]);
  }));

test("files behind links that are turned to another folder, as Kubernetes does it, reload", () =>
  withFolder(async (folder) => {
    for (const name of ["..1", "..2"]) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "a.yaml"), name);
    }
    await symlink("..1", join(folder, "..data"));
    await symlink("..data/a.yaml", join(folder, "a.yaml"));
    using watched = watchFiles([join(folder, "a.yaml")]);
    await symlink("..2", join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, "..data"));
    await until(() => watched.reloads() === 1);
  }));

test("in a folder every file counts, also one that is new", () =>
  withFolder(async (folder) => {
    using watched = watchFiles([], [folder]);
    await writeFile(join(folder, "new.yaml"), "x");
    await until(() => watched.reloads() === 1);
    await rm(join(folder, "new.yaml"));
    await until(() => watched.reloads() === 2);
  }));

test("a folder that is not there is told, and reloading by hand still works", () =>
  withFolder(async (folder) => {
    using watched = watchFiles([join(folder, "none", "a.yaml")]);
    expect(watched.faults).toHaveLength(1);
    await watched.watching.reload();
    expect(watched.reloads()).toBe(1);
  }));

test("a reload that comes while one is under way is made up for behind it", async () => {
  let started = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const watching = startWatching({
    sources: () => ({ files: [], folders: [] }),
    reload: () => {
      started += 1;
      return started === 1 ? promise : undefined;
    },
    failed: () => {},
  });
  const first = watching.reload();
  const second = watching.reload();
  expect(started).toBe(1);
  resolve();
  await Promise.all([first, second]);
  expect(started).toBe(2);
  watching.close();
});

test("a set that is not wholly valid leaves the old one, and one that is goes on with the counts of the old", async () => {
  const old = fixture("turns", { user: "go" }, ["one", "two"], { exhausted: "fail" });
  await using mock = serveEngine({ fixtures: setOf(old) });
  const said = async () => (await mock.openai.chat.completions.create(chatOf("go"))).choices[0]?.message.content;
  expect(await said()).toBe("one");
  const told: unknown[] = [];
  let loaded: LoadedFixtures<string> = { kind: "faulty", faults: ["a.yaml:3: no"] };
  const reload = createReload<string>({
    load: () => loaded,
    take: mock.engine.setFixtures,
    done: (outcome) => told.push(outcome),
  });
  expect(await reload()).toBe(false);
  expect(mock.engine.state.fixtures?.fixtures[0]).toBe(old);
  loaded = { kind: "ok", fixtures: [fixture("turns", { user: "go" }, ["ONE", "TWO"]), fixture("more", {}, "x")] };
  expect(await reload()).toBe(true);
  expect(await said()).toBe("TWO");
  expect(told).toEqual([{ faults: ["a.yaml:3: no"] }, { fixtures: 2 }]);
  expect(mock.engine.verdict().unused).toMatchObject([{ id: "more" }]);
});
