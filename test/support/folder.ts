import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A temporary folder, gone when disposed of. */
export interface Folder extends Disposable {
  readonly path: string;
}

/** Makes a temporary folder with these files, whose names may hold folders. */
export const makeFolder = (files: Readonly<Record<string, string | Uint8Array>> = {}): Folder => {
  const path = mkdtempSync(join(tmpdir(), "qlite-test-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};
