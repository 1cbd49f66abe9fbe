import { join } from "node:path";

const root = join(import.meta.dir, "../..");

/** A qlite process under test. */
export interface Program extends AsyncDisposable {
  /** Where it listens, without a slash at its end. */
  readonly url: string;
  readonly pid: number;
  /** Resolves with the exit code, when all of its output has been read. */
  readonly exited: Promise<number>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** All of stdout and stderr so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export interface ProgramOptions {
  /** An executable to run in place of `bun src/main.ts`. */
  readonly executable?: string;
  /** The whole environment but PATH; without it no variable that qlite reads is set. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the environment has a PATH; true unless said. */
  readonly withPath?: boolean;
  readonly cwd?: string;
  /** How many files it may have open (`ulimit -n`); as many as this process otherwise. */
  readonly openFiles?: number;
}

/** The command line that starts qlite with these arguments. */
export const commandOf = (args: readonly string[], executable?: string): string[] =>
  executable === undefined ? [process.execPath, join(root, "src/main.ts"), ...args] : [executable, ...args];

const spawn = (args: readonly string[], { executable, env, withPath = true, cwd, openFiles }: ProgramOptions) => {
  const command = commandOf(args, executable);
  const raised = ["sh", "-c", `ulimit -n ${openFiles} && exec "$@"`, "sh", ...command];
  return Bun.spawn(openFiles === undefined ? command : raised, {
    cwd: cwd ?? root,
    env: { ...(withPath ? { PATH: process.env["PATH"] ?? "" } : {}), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
};

const collect = async (stream: ReadableStream<Uint8Array>, onText: (text: string) => void): Promise<void> => {
  const decoder = new TextDecoder();
  for await (const chunk of stream) onText(decoder.decode(chunk, { stream: true }));
};

/**
 * Starts `qlite serve` or `qlite mock` and waits until it says where it listens.
 *
 * @throws {Error} with its output when it ends before that
 */
export const startProgram = async (args: readonly string[], options: ProgramOptions = {}): Promise<Program> => {
  const child = spawn(args, options);
  let stdout = "";
  let stderr = "";
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  const outputs = [
    collect(child.stdout, (text) => {
      stdout += text;
    }),
    collect(child.stderr, (text) => {
      stderr += text;
      const url = /listens on (http:\/\/\S+)/.exec(stderr)?.[1];
      if (url !== undefined) resolve(url);
    }),
  ];
  void child.exited.then((code) => reject(new Error(`qlite ended with ${code}:\n${stderr}`)));
  const url = await listening;
  return {
    url,
    pid: child.pid,
    exited: Promise.all([child.exited, ...outputs]).then(([code]) => code),
    signal: (name) => child.kill(name),
    stdout: () => stdout,
    stderr: () => stderr,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};

/** Runs a qlite command to its end. */
export const runProgram = async (args: readonly string[], options: ProgramOptions = {}) => {
  const child = spawn(args, options);
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr, code };
};
