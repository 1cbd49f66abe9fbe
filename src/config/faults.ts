/** The way from the root of a config to a value: keys of maps and indexes of lists. */
export type Path = readonly PropertyKey[];

/** One thing wrong with a config file. */
export interface Fault {
  /** The file as it was named to `parseConfig`. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
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

/** Writes one line a fault, `file:line:column path: message`, in the form that editors and terminals turn into links. */
export const formatFaults = (faults: readonly Fault[]): string =>
  faults
    .map(
      ({ file, line, column, path, message }) =>
        `${file}:${line}:${column} ${path === "" ? "" : `${path}: `}${message}`,
    )
    .join("\n");
