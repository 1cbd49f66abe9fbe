import { describeConfig } from "./describe.ts";
import type { ExitCode } from "./exit.ts";
import { findConfig } from "./find-config.ts";
import { hasProvider } from "../providers/built-in-mock.ts";

/** Checks a config and prints what it would serve; every fault goes to stderr with exit code 1. */
export const check = async (file: string | undefined): Promise<ExitCode> => {
  const found = await findConfig(file);
  const { host, port } = found.config.server;
  const lines = [
    found.file === null ? "No config file; this is what the environment gives." : `${found.file} is valid.`,
    `It listens on ${host}:${port} and serves:`,
    describeConfig(found.config) || "  nothing of its own",
  ];
  if (!hasProvider(found.config)) {
    const then = found.isNamed ? "`qlite serve` would not start with it" : "the built-in mock would answer every model";
    lines.push(`No provider is on, so ${then}.`);
  }
  await Bun.write(Bun.stdout, `${lines.join("\n")}\n`);
  return 0;
};
