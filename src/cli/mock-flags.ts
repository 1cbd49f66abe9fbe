import { Option, type Command } from "commander";
import { toMockSettings, mockSchema } from "../config/mock-schema.ts";
import { configFromEnv } from "../config/from-env.ts";
import type { MockPlan } from "../mock-server.ts";
import { fallbacks, profiles, type MockSettings } from "../mock/settings.ts";
import { modes } from "../mock/tape.ts";
import { CommandError } from "./exit.ts";
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

/** Adds the flags to a command. */
export const withMockFlags = (command: Command, wholeNumber: (text: string) => number): Command =>
  command
    .option("-c, --config <file>", "config file: its mock block, and its providers for recording")
    .addOption(new Option("--mode <mode>", "how recordings are used (default: once, in CI replay)").choices(modes))
    .option("--cassettes <folder>", "folder of recordings")
    .addOption(
      new Option(
        "--fallback <what>",
        "what answers when nothing is found (default: fail, auto without fixtures)",
      ).choices(fallbacks),
    )
    .addOption(
      new Option("--profile <profile>", "which differences of requests count (default: semantic)").choices(profiles),
    )
    .option("--seed <number>", "what ids, waits and drawn faults are made of (default: 1)", wholeNumber)
    .option("--clock <clock>", "real, virtual, or a speed such as x10 (default: real)")
    .option("--timing <speed>", "how fast recordings are replayed: none, recorded, or x10 (default: none)")
    .option("--strict", "unused fixtures and old recordings fail the run too")
    .option("--allow-record", "let a recording mode record although CI is set");

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

/** The providers that recordings come from: those of the config named, else those the environment has keys for. */
const findGateway = async (file: string | undefined) => {
  if (file !== undefined) return (await findConfig(file)).config;
  const config = configFromEnv(process.env);
  return config.providers.length === 0 ? null : config;
};

/**
 * Puts config and flags together; a flag wins.
 *
 * @throws {CommandError} a flag that says nothing the config could say, and every fault of the config
 */
export const planMock = async (flags: MockFlags, files: readonly string[]): Promise<MockPlan> => {
  const gateway = await findGateway(flags.config);
  const parsed = mockSchema.safeParse(toBlock(flags), { jitless: true });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CommandError(`--${String(issue?.path[0] ?? "mode")}: ${issue?.message ?? "is not understood"}`);
  }
  const env = flags.allowRecord === true ? {} : process.env;
  const given = toMockSettings(parsed.data, env);
  const base = gateway?.mock ?? given;
  const names: Readonly<Record<string, keyof MockSettings>> = {
    cassettes: "cassettes",
    fallback: "fallback",
    profile: "profile",
    seed: "seed",
    clock: "clock",
    timing: "timing",
    mode: "mode",
  };
  const over = Object.fromEntries(
    Object.entries(names).flatMap(([flag, key]) => (Object.hasOwn(flags, flag) ? [[key, given[key]]] : [])),
  );
  const settings: MockSettings = { ...base, ...over, ...(files.length > 0 && { fixtures: files }) };
  const isCi = inCi();
  const allowRecord = flags.allowRecord === true;
  const wantsFolder = flags.mode !== undefined && flags.mode !== "live" && settings.cassettes === null;
  const mode = isCi && !allowRecord ? "replay" : settings.mode;
  return {
    settings: { ...settings, mode, ...(wantsFolder && { cassettes: usualCassettes }) },
    gateway,
    isCi,
    allowRecord,
    folder: process.cwd(),
  };
};
