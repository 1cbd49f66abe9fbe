// Files that are whole at every instant, also for a process that is killed and for another one beside it.
import { promises as fs } from "node:fs";
import { dirname, join, basename } from "node:path";

const hasCode = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && "code" in thrown && thrown.code === code;

/** The text of a file, null where there is none. */
export const readText = async (path: string): Promise<string | null> => {
  try {
    return await fs.readFile(path, "utf8");
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
};

/** Replaces a file as a whole: written beside it, forced to disk, then renamed. Only its owner can read it. */
export const writeWhole = async (path: string, content: string | Uint8Array): Promise<void> => {
  const beside = join(dirname(path), `.${basename(path)}.tmp`);
  const file = await fs.open(beside, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await fs.rename(beside, path);
};

const waitMs = 10;
/** A lock is held for one write; one that stays longer belongs to a process that was killed. */
const staleAfterMs = 3000;

const identity = async (path: string): Promise<string | null> => {
  try {
    const { ino, mtimeMs } = await fs.stat(path);
    return `${ino}/${mtimeMs}`;
  } catch {
    return null;
  }
};

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const take = async (lock: string): Promise<void> => {
  let seen: string | null = null;
  let waited = 0;
  for (;;) {
    try {
      await (await fs.open(lock, "wx", 0o600)).close();
      return;
    } catch (thrown) {
      if (!hasCode(thrown, "EEXIST")) throw thrown;
    }
    const current = await identity(lock);
    waited = current === seen ? waited + waitMs : 0;
    seen = current;
    if (waited > staleAfterMs) await fs.rm(lock, { force: true });
    else await sleep(waitMs);
  }
};

/** Works while no other process works on the same file. */
export const withLock = async <T>(path: string, work: () => Promise<T>): Promise<T> => {
  const lock = join(dirname(path), `.${basename(path)}.lock`);
  await fs.mkdir(dirname(path), { recursive: true });
  await take(lock);
  try {
    return await work();
  } finally {
    await fs.rm(lock, { force: true });
  }
};
