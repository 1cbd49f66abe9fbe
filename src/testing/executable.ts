// The executable as a child of the test process: found, started, ended.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** How to run qlite: QLITE_BIN, else the executable built in the package, else its source by Bun. */
export const findCommand = (env: Environment, root: string): readonly string[] => {
  const named = env["QLITE_BIN"];
  if (named !== undefined && named !== "") return [named];
  const built = join(root, "dist", process.platform === "win32" ? "qlite.exe" : "qlite");
  return existsSync(built) ? [built] : ["bun", join(root, "src", "main.ts")];
};

export interface Child {
  /** Where it listens. */
  readonly url: string;
  /** Ends it; resolves with its exit code when it has written what it recorded. */
  readonly end: () => Promise<number>;
}

const mostErrorText = 16_384;

const readLine = (line: string): string | null => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "url" in value && typeof value.url === "string"
      ? value.url
      : null;
  } catch {
    return null;
  }
};

/** Takes a handle out of what keeps this process alive; pipes have the method too, whatever their type says. */
const release = (part: object): void => {
  if ("unref" in part && typeof part.unref === "function") part.unref();
};

/** Starts `qlite mock` on a free port; it ends with this process, whatever becomes of it. @throws {Error} what it said */
export const startChild = (
  command: readonly string[],
  flags: readonly string[],
  env: Environment,
  root: string,
): Promise<Child> => {
  const [program = "", ...before] = command;
  const path = [env["PATH"] ?? "", join(root, "node_modules", ".bin")].join(delimiter);
  const child = spawn(program, [...before, "mock", "--port=0", "--json", "--with-parent", ...flags], {
    env: { ...env, PATH: path },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise<number>((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
  let said = "";
  let line = "";
  return new Promise((resolve, reject) => {
    const fail = (why: string): void =>
      reject(new Error(`qlite mock did not start: ${why}${said === "" ? "" : `\n${said.trim()}`}`));
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-mostErrorText);
    });
    child.stdout.on("data", (chunk: Buffer) => {
      if (line.includes("\n")) return;
      line += chunk.toString();
      if (!line.includes("\n")) return;
      const url = readLine(line);
      if (url === null) return fail("it said something else than where it listens; is the executable of this version?");
      // Whoever forgets to close it can still end.
      for (const part of [child, child.stdin, child.stdout, child.stderr]) release(part);
      return resolve({
        url,
        end: () => {
          child.ref();
          child.stdin.end();
          return exited;
        },
      });
    });
    child.on("error", (error) =>
      fail(`${program} cannot be run (${error.message}); set QLITE_BIN to the executable of qlite, or install Bun`),
    );
    child.on("close", (code) => fail(`it ended with exit code ${code}`));
  });
};
