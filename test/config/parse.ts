import { formatFaults } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Parses a config that must be good. */
export const good = (text: string, env: Env = {}): Config => {
  const loaded = parseConfig(text, "qlite.yaml", env);
  if (loaded.kind === "faulty") throw new Error(formatFaults(loaded.faults));
  return loaded.config;
};

/** Parses a config that must be bad and gives its faults as `line:column path: message`. */
export const faultsOf = (text: string, env: Env = {}): readonly string[] => {
  const loaded = parseConfig(text, "qlite.yaml", env);
  if (loaded.kind === "ok") return [];
  return formatFaults(loaded.faults)
    .split("\n")
    .map((line) => line.replace("qlite.yaml:", ""));
};

/** The shortest list of providers. */
export const one = "providers:\n  - { name: a, type: openai, api_key: k, models: [m] }\n";
