// Imports into folders of their own, and the mock that answers from them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeys } from "../../../src/cassette/key/key.ts";
import { createSecrets } from "../../../src/cassette/record/secrets.ts";
import { createRedactor } from "../../../src/log.ts";
import { checkFixtures } from "../../../src/mock/fixtures/check-fixtures.ts";
import { createFixtureSet } from "../../../src/mock/fixtures/fixture-set.ts";
import { loadFixtures } from "../../../src/mock/fixtures/load.ts";
import { runImport, type FormatName, type ImportOptions } from "../../../src/mock/import/run-import.ts";
import { openTape, settings } from "../../cassette/support.ts";
import { clientsOf, serveEngine } from "../engine/serve-engine.ts";

export const fixtures = join(import.meta.dir, "../../fixtures/import");
const { redact } = createRedactor([]);
const secrets = createSecrets(settings.redact);

export const createFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "qlite-import-"));
  return {
    folder,
    /** Writes a file there, gives its path. */
    write: (name: string, content: string | Uint8Array): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    },
    read: (name: string): string => readFileSync(join(folder, name), "utf8"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** Imports into `out` and `cassettes` of a folder. */
export const importInto = (
  folder: string,
  format: FormatName,
  patterns: readonly string[],
  more: Partial<ImportOptions> = {},
) =>
  runImport({
    format,
    patterns,
    folder,
    out: "out",
    cassettes: "cassettes",
    scope: null,
    mayReplace: false,
    recorder: { secrets, keys: createKeys(settings, secrets), onLeak: "refuse" },
    redact,
    now: Date.parse("2026-11-22T12:00:00Z"),
    ...more,
  });

export const redacting = { recorder: { secrets, keys: createKeys(settings, secrets), onLeak: "redact" } } as const;

/** The place and word of each note, `kind file:line place`. */
export const placesOf = ({ notes }: Awaited<ReturnType<typeof runImport>>): readonly string[] =>
  notes.map(({ kind, file, line, place }) => `${kind} ${file.split("/").at(-1)}:${line} ${place}`);

/** What the lint has to say about imported fixtures. */
export const lintOf = (folder: string): readonly string[] =>
  checkFixtures(["out"], { folder, redact, now: Date.now(), maxAgeMs: null }).findings.map(({ message }) => message);

/** The mock with the imported fixtures and cassettes, the official clients pointed at it. */
export const serveImported = async (folder: string, scope = "default") => {
  const loaded = loadFixtures(["out/**/*"], { folder });
  if (loaded.kind === "faulty" && !loaded.faults.every(({ message }) => message.includes("folder it looks in"))) {
    throw new Error(loaded.faults.map(({ file, line, message }) => `${file}:${line} ${message}`).join("\n"));
  }
  const tape = await openTape(join(folder, "cassettes"), null, { mode: "replay" });
  const served = serveEngine({
    tape,
    fixtures: loaded.kind === "ok" && loaded.fixtures.length > 0 ? createFixtureSet(loaded.fixtures) : null,
  });
  return { ...served, ...clientsOf(`${served.url}/@${scope}`) };
};
