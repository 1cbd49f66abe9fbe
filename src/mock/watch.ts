import { watch, type FSWatcher } from "node:fs";
import { basename, dirname, resolve } from "node:path";

/** Files to look at, and folders in which every file counts, those inside them named by themselves. */
export interface Sources {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface WatchParts {
  /** What to look at now; asked again after every reload. */
  readonly sources: () => Sources;
  /** Called once the changes have come to rest, never twice at a time. What it rejects with is given to `failed`. */
  readonly reload: () => void | Promise<void>;
  readonly failed: (thrown: unknown) => void;
  /** Milliseconds without a further change before a reload. */
  readonly quietMs?: number;
  /** Folders watched at most; what is on top is told to `failed`. */
  readonly most?: number;
}

export interface Watching {
  /** Reloads now, as for a SIGHUP; resolves when it is done. */
  readonly reload: () => Promise<void>;
  readonly close: () => void;
}

/** The folders to watch, each with the names in it that count, null for all of them. */
const foldersOf = ({ files, folders }: Sources): Map<string, Set<string> | null> => {
  const wanted = new Map<string, Set<string> | null>();
  for (const folder of folders) wanted.set(resolve(folder), null);
  for (const file of files) {
    const folder = dirname(resolve(file));
    const names = wanted.get(folder);
    if (names === null) continue;
    if (names === undefined) wanted.set(folder, new Set([basename(file)]));
    else names.add(basename(file));
  }
  return wanted;
};

/** Whether a change may be one of a file: its own, or that of a link which a whole folder hangs on, as Kubernetes has them. */
const counts = (names: Set<string> | null, name: string | null): boolean =>
  names === null || name === null || names.has(name) || name.startsWith("..");

/**
 * Watches sources and reloads once their changes have come to rest.
 *
 * Folders are watched, not files: an editor that puts a new file in the old one's place, and a link that is turned to
 * another folder, are changes of the folder, for which a watch of the file is deaf (Bun 1.4.5).
 */
export const startWatching = ({ sources, reload, failed, quietMs = 100, most = 1000 }: WatchParts): Watching => {
  const watchers = new Map<string, FSWatcher>();
  let names = new Map<string, Set<string> | null>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let running: Promise<void> | null = null;
  let isAgain = false;
  let isClosed = false;

  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const open = (folder: string): void => {
    try {
      const watcher = watch(folder, (_, name) => {
        if (counts(names.get(folder) ?? null, name)) touch();
      });
      watcher.on("error", () => drop(folder));
      watchers.set(folder, watcher);
    } catch (thrown) {
      failed(thrown);
    }
  };
  const follow = (): void => {
    if (isClosed) return;
    names = foldersOf(sources());
    for (const folder of watchers.keys()) if (!names.has(folder)) drop(folder);
    for (const folder of names.keys()) {
      if (watchers.has(folder)) continue;
      if (watchers.size >= most) {
        failed(new Error(`${names.size} folders of fixtures, at most ${most} are watched; SIGHUP reloads the others`));
        return;
      }
      open(folder);
    }
  };
  const runOnce = async (): Promise<void> => {
    try {
      await reload();
    } catch (thrown) {
      failed(thrown);
    }
    follow();
  };
  const isOwed = (): boolean => isAgain && !isClosed;
  const run = (): Promise<void> => {
    if (running !== null) {
      isAgain = true;
      return running;
    }
    const loop = async (): Promise<void> => {
      do {
        isAgain = false;
        await runOnce();
      } while (isOwed());
      running = null;
    };
    running = loop();
    return running;
  };
  const touch = (): void => {
    if (isClosed) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      void run();
    }, quietMs);
  };
  follow();
  return {
    reload: () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      return run();
    },
    close: () => {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      for (const folder of watchers.keys()) drop(folder);
    },
  };
};
