/** The way from the root of a config to a value: keys of maps and indexes of lists. */
export type Path = readonly PropertyKey[];

/** One thing wrong with a config file. */
export interface Fault {
  /** The file as it was named to `parseConfig`. */
  readonly file: string;
  /** Counted from 1; null where there is no text to point at, as of a file that is not there. */
  readonly line: number | null;
  /** Counted from 1; null where `line` is. */
  readonly column: number | null;
  /** The place in the config, such as `providers[1].models[0]`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what to write; never what an environment variable holds. */
  readonly message: string;
}

/** Writes a path as `providers[1].models[0]`; a key that is no plain word stands in quotes: `routes["my model"]`. */
export const formatPath = (path: Path): string => {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[\w-]+$/.test(String(part))) text += text === "" ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
};

/**
 * Writes one line a fault, `file:line:column path: message`, in the form that editors and terminals turn into links; a
 * fault without a line is `file: path: message`.
 */
export const formatFaults = (faults: readonly Fault[]): string =>
  faults
    .map(({ file, line, column, path, message }) => {
      const place = line === null ? `${file}:` : `${file}:${line}:${column ?? 1}`;
      return `${place} ${path === "" ? "" : `${path}: `}${message}`;
    })
    .join("\n");
