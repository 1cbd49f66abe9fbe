// `qlite exec` in a folder of fixtures, with a command that asks.
import { buildExecutable } from "../support/executable.ts";
import { makeFolder, type Folder } from "../support/folder.ts";
import { runProgram } from "../support/program.ts";
import { share } from "../support/share.ts";
import { askScript } from "./ask-script.ts";

export const fixtures = `fixtures:
  - id: greet
    match: { user: hello }
    response: Hi there
  - id: spare
    match: { user: never asked }
    response: no
`;
export const files = { "mock/greet.yaml": fixtures, "ask.ts": askScript };
export const compiled = await buildExecutable();
export const bun = process.execPath;
export const ask = (...texts: readonly string[]): readonly string[] => ["--", bun, "ask.ts", ...texts];

interface Options {
  readonly cwd?: Folder;
  readonly env?: Readonly<Record<string, string>>;
  readonly executable?: string | undefined;
}

/** Makes the folder for all tests of a file; to be called while the file loads. */
export const openBed = () => {
  const folder = share(makeFolder(files));
  const exec = (args: readonly string[], { cwd = folder, executable = compiled, env = {} }: Options = {}) =>
    runProgram(["exec", ...args], { executable, cwd: cwd.path, env });
  return { folder, exec };
};
