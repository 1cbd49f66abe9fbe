import { toMockSettings, mockSchema } from "../config/mock-schema.ts";
import { describeIssue } from "../config/messages.ts";
import { configFromEnv } from "../config/from-env.ts";
import type { Environment } from "../config/provider-aws.ts";
import type { Config } from "../config/schema.ts";
import type { MockPlan } from "../mock-server.ts";
import type { MockSettings } from "../mock/settings.ts";
import type { Mode } from "../mock/tape.ts";
import { hasProvider } from "../providers/built-in-mock.ts";
import { CommandError, UsageError } from "./exit.ts";
import { findConfig } from "./find-config.ts";

/** What `mock`, `exec` and `record` have in common. */
export interface MockFlags {
  readonly config?: string;
  readonly mode?: MockSettings["mode"];
  readonly cassettes?: string;
  readonly fallback?: MockSettings["fallback"];
  readonly profile?: MockSettings["profile"];
  readonly seed?: number;
  readonly clock?: string;
  readonly timing?: string;
  readonly strict?: boolean;
  readonly allowRecord?: boolean;
}

const inCi = (): boolean => !["", "0", "false"].includes((process.env["CI"] ?? "").toLowerCase());

/** The block of the config with the flags in place of what it says. */
const toBlock = (flags: MockFlags): Record<string, unknown> => {
  const block: Record<string, unknown> = {};
  for (const key of ["mode", "cassettes", "fallback", "seed", "clock", "timing"] as const) {
    if (flags[key] !== undefined) block[key] = flags[key];
  }
  if (flags.profile !== undefined) block["match"] = { profile: flags.profile };
  return block;
};

/** The folder that recordings go to when a mode is asked for and no folder is named. */
export const usualCassettes = "mock/cassettes";

/** What the config and the environment give before CI is thought of: there every mode is `replay`. */
export const outsideCi = (): Environment => ({ ...process.env, CI: undefined });

/** The providers that the environment has keys for; null without one, and for keys that are none where nobody is asked. */
const fromEnv = (mayAsk: boolean): Config | null => {
  try {
    const config = configFromEnv(outsideCi());
    return config.providers.length === 0 ? null : config;
  } catch (thrown) {
    if (!mayAsk) return null;
    throw new CommandError(thrown instanceof Error ? thrown.message : "The environment holds no usable key");
  }
};

/** What the flags say, read as the block of a config is. */
const readFlags = (flags: MockFlags): MockSettings => {
  const parsed = mockSchema.safeParse(toBlock(flags), { error: describeIssue, jitless: true });
  if (parsed.success) return toMockSettings(parsed.data, {});
  const [issue] = parsed.error.issues;
  throw new UsageError(`--${String(issue?.path[0] ?? "mode")}: ${issue?.message ?? "is not understood"}`);
};

/** Modes in which a provider is asked whatever was recorded; of `new` only a flag says that somebody means it now. */
export const asksAnyway = (mode: Mode, flags: MockFlags): boolean =>
  mode === "all" || mode === "live" || mode === "diff" || (mode === "new" && flags.mode === "new");

const readConfig = async (file: string | undefined): Promise<Config | null> =>
  file === undefined ? null : (await findConfig(file, false, outsideCi())).config;

const flagNames = ["mode", "cassettes", "fallback", "profile", "seed", "clock", "timing"] as const;

/**
 * Puts config and flags together; a flag wins.
 *
 * A mode that is asked for without a folder has the usual one. Where `CI` is set every mode is `replay`, unless
 * `--allow-record`. A `config` that was read already is taken in place of the one that the flags name.
 *
 * @throws {UsageError} a flag that says nothing the config could say
 * @throws {CommandError} every fault of the config, a key in the environment that cannot be one where it would be sent,
 * and a mode that asks where nobody is there to be asked
 */
export const planMock = async (
  flags: MockFlags,
  files: readonly string[],
  config: Config | null = null,
): Promise<MockPlan> => {
  const given = readFlags(flags);
  const found = config ?? (await readConfig(flags.config));
  const base = found?.mock ?? given;
  const over = Object.fromEntries(flagNames.flatMap((key) => (Object.hasOwn(flags, key) ? [[key, given[key]]] : [])));
  const settings: MockSettings = { ...base, ...over, ...(files.length > 0 && { fixtures: files }) };
  const isCi = inCi();
  const allowRecord = flags.allowRecord === true;
  const isAskedFor = flags.mode !== undefined || settings.mode !== "once";
  const cassettes = settings.cassettes ?? (isAskedFor ? usualCassettes : null);
  const mode = isCi && !allowRecord ? "replay" : settings.mode;
  if (asksAnyway(mode, flags) && found !== null && found.providers.length > 0 && !hasProvider(found)) {
    throw new CommandError(`--mode ${mode}: no provider of ${flags.config ?? "the config"} is switched on; set a key`);
  }
  const mayAsk = (cassettes !== null && mode !== "replay") || settings.fallback === "live";
  return {
    settings: { ...settings, mode, cassettes },
    gateway: found ?? fromEnv(mayAsk),
    isCi,
    allowRecord,
    folder: process.cwd(),
  };
};
