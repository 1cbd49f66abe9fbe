// `qlite mock import`: files of other tools become fixtures or cassettes.
import { join, resolve } from "node:path";
import { formatPath } from "../../config/faults.ts";
import { checkFixtures } from "../fixtures/check-fixtures.ts";
import { showPath } from "../fixtures/find-files.ts";
import { convertAimock } from "./aimock.ts";
import { toCassettes } from "./cassettes.ts";
import type { Convert } from "./entry.ts";
import type { ReadRecording } from "./exchange.ts";
import { writeFixtures, type FindSecret } from "./fixture-text.ts";
import { readHar } from "./har.ts";
import { convertLlmposter } from "./llmposter.ts";
import { convertMockLlm } from "./mock-llm.ts";
import { createUnique, findExisting, writeOutput, type Output } from "./place-files.ts";
import type { ImportReport, Note, Tell, Written } from "./report.ts";
import { findSources, readSource, type Source } from "./sources.ts";
import type { Recorder } from "./to-interaction.ts";
import { readVcr } from "./vcr.ts";

type Format =
  | { readonly kind: "fixtures"; readonly endings: RegExp; readonly convert: Convert }
  | { readonly kind: "cassettes"; readonly endings: RegExp; readonly read: ReadRecording };

const formats = {
  aimock: { kind: "fixtures", endings: /\.json$/i, convert: convertAimock },
  llmposter: { kind: "fixtures", endings: /\.ya?ml$/i, convert: convertLlmposter },
  "mock-llm": { kind: "fixtures", endings: /\.(?:ya?ml|json)$/i, convert: convertMockLlm },
  vcr: { kind: "cassettes", endings: /\.(?:ya?ml|json)(?:\.gz)?$/i, read: readVcr },
  har: { kind: "cassettes", endings: /\.har(?:\.gz)?$/i, read: readHar },
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof formats;

const isFormat = (name: string): name is FormatName => Object.hasOwn(formats, name);

/** The formats, as they are named. */
export const formatNames: readonly FormatName[] = Object.keys(formats).filter(isFormat);

export interface ImportOptions {
  readonly format: FormatName;
  /** Files, folders and globs. */
  readonly patterns: readonly string[];
  /** What patterns are relative to, and paths are shown by. */
  readonly folder: string;
  /** Where fixtures go, and where cassettes. */
  readonly out: string;
  readonly cassettes: string;
  /** The scope that all recordings are played in; null for one each, named as its file. */
  readonly scope: string | null;
  readonly mayReplace: boolean;
  readonly recorder: Recorder;
  /** Takes secrets out of a text: one it changes holds one. */
  readonly redact: (text: string) => string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Job {
  readonly output: Output;
  readonly written: Written;
}

interface Done {
  readonly jobs: readonly Job[];
  readonly passedOver: number;
  readonly faults: readonly string[];
}

/** How long a word on one thing may be; what is told may hold pieces of the file. */
const longest = 400;

const createTell = ({ file, lineOf }: Source, notes: Note[], { recorder, redact }: ImportOptions): Tell => {
  const clean = (text: string): string => redact(recorder.secrets.redact(text)).slice(0, longest);
  return (kind, path, what, todo = "") => {
    notes.push({ file, line: lineOf(path), place: clean(formatPath(path)), kind, what: clean(what), todo });
  };
};

/** A file of another kind among those of a folder is nothing to fail for; one that was named is. */
const tellOther = ({ isNamed }: Source, why: string, tell: Tell): void => {
  if (isNamed) tell("left_out", [], why, "name files of that format");
  else tell("note", [], `${why}: it was passed over`);
};

const toFixtures = (sources: readonly Source[], convert: Convert, options: ImportOptions, notes: Note[]): Done => {
  const { folder, out, format, recorder, redact } = options;
  const unique = createUnique();
  const ownKeys = /\bsk-qlite-[\w.-]+/g;
  const findSecret: FindSecret = (text) => {
    const plain = text.replaceAll(ownKeys, "");
    return recorder.secrets.find(plain) ?? (redact(plain) === plain ? null : "what looks like a key");
  };
  const jobs = sources.flatMap((source): readonly Job[] => {
    const tell = createTell(source, notes, options);
    const converted = convert(source.value, tell);
    if (converted.kind === "other") {
      tellOther(source, converted.why, tell);
      return [];
    }
    const made = writeFixtures(converted, { from: source.file, format }, findSecret, tell);
    if (made === null) return [];
    const path = resolve(folder, out, `${unique(source.name)}.yaml`);
    const written = { file: showPath(path, folder), count: made.count, scope: null };
    return [{ output: { path, text: made.text, sides: null }, written }];
  });
  return { jobs, passedOver: 0, faults: [] };
};

const toRecordings = async (
  sources: readonly Source[],
  read: ReadRecording,
  options: ImportOptions,
  notes: Note[],
): Promise<Done> => {
  const { folder, cassettes, scope, recorder } = options;
  const named = sources.flatMap((source) => {
    const tell = createTell(source, notes, options);
    const recorded = read(source.value, tell);
    if (recorded.kind === "ok") return [{ source, entries: recorded.entries, tell }];
    tellOther(source, recorded.why, tell);
    return [];
  });
  const { made, passedOver, faults } = await toCassettes(named, scope, recorder);
  const jobs = made.map(({ name, text, sides, count, scope: played }): Job => {
    const path = resolve(folder, cassettes, `${name}.yaml`);
    return { output: { path, text, sides }, written: { file: showPath(path, folder), count, scope: played } };
  });
  return { jobs, passedOver, faults };
};

/** What the lint says of what was written. */
const lint = (written: readonly Written[], { folder, redact, now, format }: ImportOptions): readonly Note[] => {
  const files = written.filter(({ scope }) => scope === null).map(({ file }) => file);
  // mock-llm reads one file; the others read all of a folder together.
  const sets = format === "mock-llm" ? files.map((file) => [file]) : [files];
  const findings = sets.flatMap((set) =>
    set.length === 0 ? [] : checkFixtures(set, { folder, redact, now, maxAgeMs: null }).findings,
  );
  return findings.map(({ file, line, message }) => {
    return { file, line, place: "", kind: "partly", what: message, todo: "see `qlite mock check`" };
  });
};

const whyOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : "could not be written");

/** Imports files: all that can be carried over, and a word on all that cannot. With faults nothing is written. */
export const runImport = async (options: ImportOptions): Promise<ImportReport> => {
  const { format, patterns, folder, mayReplace } = options;
  const known: Format = formats[format];
  const notes: Note[] = [];
  const fail = (faults: readonly string[]): ImportReport => ({ format, written: [], notes, passedOver: 0, faults });
  const found = findSources(patterns, known.endings, folder);
  const sources: Source[] = [];
  const faults = [...found.faults];
  for (const named of found.files) {
    const read = readSource(named, folder);
    if (read.kind === "ok") sources.push(read.source);
    else faults.push(read.message);
  }
  if (faults.length > 0) return fail(faults);
  const done =
    known.kind === "fixtures"
      ? toFixtures(sources, known.convert, options, notes)
      : await toRecordings(sources, known.read, options, notes);
  const { jobs, passedOver } = done;
  if (done.faults.length > 0) return fail(done.faults);
  const existing = mayReplace
    ? []
    : findExisting(
        jobs.map(({ output }) => output),
        folder,
      );
  if (existing.length > 0) return fail(existing);
  const written: Written[] = [];
  for (const { output, written: one } of jobs) {
    try {
      await writeOutput(output, mayReplace);
      written.push(one);
    } catch (thrown) {
      notes.push({
        file: one.file,
        line: null,
        place: "",
        kind: "left_out",
        what: `could not be written: ${whyOf(thrown)}`,
        todo: "import again",
      });
    }
  }
  notes.push(...lint(written, options));
  return { format, written, notes, passedOver, faults: [] };
};

/** Where fixtures go when nothing else is said. */
export const usualOut = join("mock", "imported");
