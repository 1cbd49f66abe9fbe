import { existsSync, readFileSync } from "node:fs";
import { configFromEnv } from "../config/from-env.ts";
import type { Environment } from "../config/provider-aws.ts";
import type { Config } from "../config/schema.ts";
import { CommandError } from "./exit.ts";

const defaultFile = "config/config.yaml";

/** Where a config came from: a file, or the API keys in the environment. */
export interface FoundConfig {
  readonly config: Config;
  /** null when there is no file. */
  readonly file: string | null;
  /** Whether the file was asked for by name, not found in its usual place. */
  readonly isNamed: boolean;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "is a folder, not a file",
  EACCES: "may not be read by this user",
};

const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return "cannot be read";
  return ("code" in thrown ? reasons[String(thrown.code)] : undefined) ?? thrown.message;
};

const readFile = (file: string): string => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    throw new CommandError(`${file}: ${reasonOf(thrown)}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(`${file}: is not text in UTF-8; save it as UTF-8`);
  }
};

const fromEnv = (env: Environment): Config => {
  try {
    return configFromEnv(env);
  } catch (thrown) {
    throw new CommandError(thrown instanceof Error ? thrown.message : "The environment holds no usable key");
  }
};

/** What stands for a key that is not there; the mock takes it for its default scope. */
export const standIn = "sk-qlite-default";

/** The environment, with a word for every variable of the file that is not set and has no default. */
const withStandIns = (text: string, env: Environment): Environment => {
  const filled: Record<string, string | undefined> = { ...env };
  for (const [, name = ""] of text.matchAll(/\$\{([A-Za-z_]\w*)(?::-)?\}/g)) {
    if ((filled[name] ?? "") === "") filled[name] = standIn;
  }
  return filled;
};

/**
 * Finds and checks the config: the given file, else the one `QLITE_CONFIG` names, else `config/config.yaml` in the
 * working folder, else the API keys in the environment. The YAML reader is loaded only for a file.
 *
 * With `hasStandIns` a variable that is not set is no fault: behind a mock no key is needed. `env` is what `${NAME}` is taken from.
 *
 * @throws {CommandError} with every fault of the file, a line each
 */
export const findConfig = async (
  given: string | undefined,
  hasStandIns = false,
  env: Environment = process.env,
): Promise<FoundConfig> => {
  const named = given ?? process.env["QLITE_CONFIG"];
  const file = named ?? (existsSync(defaultFile) ? defaultFile : null);
  const isNamed = named !== undefined;
  if (file === null) return { config: fromEnv(env), file, isNamed };
  const text = readFile(file);
  const { parseConfig } = await import("../config/load.ts");
  const result = parseConfig(text, file, hasStandIns ? withStandIns(text, env) : env);
  if (result.kind === "ok") return { config: result.config, file, isNamed };
  const { formatFaults } = await import("../config/faults.ts");
  const count = result.faults.length;
  throw new CommandError(`${formatFaults(result.faults)}\n${count} ${count === 1 ? "fault" : "faults"} in ${file}`);
};
