// The files an import reads.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import type { Path } from "../../config/faults.ts";
import { findFiles, showPath } from "../fixtures/find-files.ts";
import { isGzip, mostBytes, unpack } from "./unpack.ts";

export interface Source {
  /** As people are shown it. */
  readonly file: string;
  /** Its way below the folder that was named, or its name, without its ending; with `/`. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
  readonly value: unknown;
  /** Whether it was named itself, and not found in a folder. */
  readonly isNamed: boolean;
  /** The line of a place, null where the format has none. */
  readonly lineOf: (path: Path) => number | null;
}

export type ReadSource =
  | { readonly kind: "ok"; readonly source: Source }
  | { readonly kind: "faulty"; readonly message: string };

export interface Named {
  readonly path: string;
  readonly name: string;
  readonly isNamed: boolean;
}

const isFolder = (path: string): boolean => {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
};

/** The most files of a folder that are looked at. */
const mostFiles = 10_000;

/** The files of a folder and of those inside it, by name; hidden ones, links and `node_modules` hold nothing to import. */
const walk = (folder: string, found: string[] = []): readonly string[] => {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (found.length > mostFiles) break;
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path, found);
    else if (entry.isFile()) found.push(path);
  }
  return found;
};

const withoutEnding = (name: string): string => name.replace(/\.gz$/i, "").replace(/\.(?:ya?ml|json|har)$/i, "");

/** The files that patterns name, each once, or what names none; of folders those with one of the endings. */
export const findSources = (
  patterns: readonly string[],
  endings: RegExp,
  folder: string,
): { readonly files: readonly Named[]; readonly faults: readonly string[] } => {
  const files = new Map<string, Named>();
  const faults: string[] = [];
  for (const pattern of patterns) {
    const base = resolve(folder, pattern);
    const inside = isFolder(base);
    const { files: paths, missing } = inside ? { files: walk(base), missing: [] } : findFiles([pattern], folder);
    faults.push(...missing.map(({ message }) => `${pattern}: ${message}`));
    if (paths.length > mostFiles) faults.push(`${pattern}: holds more than ${mostFiles} files, the limit`);
    const fitting = paths.filter((path) => !inside || endings.test(path));
    if (fitting.length === 0 && missing.length === 0) faults.push(`${pattern}: holds no file of this format`);
    for (const path of fitting) {
      const name = withoutEnding(inside ? relative(base, path).replaceAll("\\", "/") : basename(path));
      if (!files.has(path)) files.set(path, { path, name, isNamed: path === base });
    }
  }
  return { files: [...files.values()], faults };
};

/** Ruby writes bytes as `!binary`; other tags say nothing that is needed here, and nothing is made of them. */
const customTags = [{ tag: "!binary", resolve: (text: string): unknown => Buffer.from(text, "base64") }];

const lineIn = (document: Document, lines: LineCounter, path: Path): number | null => {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== null && node.range !== undefined)
      return Math.max(1, lines.linePos(node.range[0]).line);
  }
  return null;
};

interface Parsed {
  readonly value: unknown;
  readonly lineOf: Source["lineOf"];
}

const readYaml = (text: string, lines: LineCounter): Document =>
  parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    merge: true,
    logLevel: "error",
    customTags,
  });

/** Beyond this a file of JSON is not read again for the sake of its lines. */
const mostForLines = 8_388_608;

/** JSON whose lines are looked for when somebody asks; null for what is none. */
const parseJson = (text: string): Parsed | null => {
  if (!/^\s*[[{]/.test(text)) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  let read: Parsed["lineOf"] | null = null;
  const begin = (): Parsed["lineOf"] => {
    const lines = new LineCounter();
    const document = text.length > mostForLines ? null : readYaml(text, lines);
    return document === null || document.errors.length > 0 ? () => null : (path) => lineIn(document, lines, path);
  };
  return {
    value,
    lineOf: (path) => {
      read ??= begin();
      return read(path);
    },
  };
};

/** @throws {Error} `line:column what is wrong` */
const parse = (text: string): Parsed => {
  const json = parseJson(text);
  if (json !== null) return json;
  const lines = new LineCounter();
  const document = readYaml(text, lines);
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new Error(`${line}:${col} is not YAML or JSON here: ${error.message.replace(/: .*$/s, "")}`);
  }
  return { value: document.toJS({ maxAliasCount: 100 }), lineOf: (path) => lineIn(document, lines, path) };
};

/** Reads a file of at most 64 MiB, packed by gzip or not. Never throws. */
export const readSource = ({ path, name, isNamed }: Named, folder: string): ReadSource => {
  const file = showPath(path, folder);
  const faulty = (message: string): ReadSource => ({ kind: "faulty", message: `${file}${message}` });
  let bytes: Uint8Array;
  let changedAt: number;
  try {
    const { size, mtimeMs } = statSync(path);
    if (size > mostBytes) return faulty(`: is ${size} bytes, the limit is ${mostBytes}`);
    bytes = readFileSync(path);
    changedAt = mtimeMs;
  } catch (thrown) {
    const code = thrown instanceof Error && "code" in thrown ? ` (${String(thrown.code)})` : "";
    return faulty(`: cannot be read${code}`);
  }
  try {
    const plain = isGzip(bytes) ? unpack(bytes, "gzip") : bytes;
    const text = new TextDecoder("utf-8", { fatal: true }).decode(plain);
    return { kind: "ok", source: { file, name, changedAt, isNamed, ...parse(text) } };
  } catch (thrown) {
    if (thrown instanceof RangeError) return faulty(": is nested too deeply to be read");
    if (thrown instanceof TypeError) return faulty(": is not UTF-8");
    const message = thrown instanceof Error ? thrown.message : "cannot be read";
    return faulty(/^\d/.test(message) ? `:${message}` : `: ${message}`);
  }
};
