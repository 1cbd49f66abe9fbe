import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let root: string | undefined;

/** A new empty folder for configs and logs; all of them are gone when the process exits by `process.exit` or by itself. */
export const newFolder = (): string => {
  if (root === undefined) {
    const made = mkdtempSync(join(tmpdir(), "qlite-bench-"));
    process.on("exit", () => {
      rmSync(made, { recursive: true, force: true });
    });
    root = made;
  }
  return mkdtempSync(join(root, "d-"));
};
