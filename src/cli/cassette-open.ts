// What the commands of cassettes have in common.
import { CassetteError } from "../cassette/cassette-error.ts";
import { createKeys, type Keys } from "../cassette/key/key.ts";
import { createSecrets, type Secrets } from "../cassette/record/secrets.ts";
import { openStore, type Store } from "../cassette/file/store.ts";
import type { Config } from "../config/schema.ts";
import type { MockSettings } from "../mock/settings.ts";
import { CommandError } from "./exit.ts";
import { planMock, usualCassettes } from "./mock-flags.ts";

export interface CassetteFlags {
  readonly config?: string;
  /** The folder; that of the config, else `mock/cassettes`, when left out. */
  readonly cassettes?: string;
  readonly profile?: MockSettings["profile"];
}

export interface Opened {
  readonly folder: string;
  readonly settings: MockSettings;
  /** The gateway that is asked where a provider is needed; null where no config is named. */
  readonly gateway: Config | null;
  readonly store: Store;
  readonly secrets: Secrets;
  readonly keys: Keys;
}

/**
 * Opens the folder that flags and config name.
 *
 * @throws {CommandError} with every cassette that is faulty, and where there is none at all
 */
export const openCassettes = async ({ config, cassettes, profile }: CassetteFlags): Promise<Opened> => {
  const flags = {
    ...(config === undefined ? {} : { config }),
    ...(cassettes === undefined ? {} : { cassettes }),
    ...(profile === undefined ? {} : { profile }),
  };
  const { settings, gateway } = await planMock(flags, []);
  const folder = settings.cassettes ?? usualCassettes;
  try {
    const store = await openStore(folder);
    if (store.loaded.size === 0) {
      throw new CommandError(`${folder}: there are no cassettes here; record some with \`qlite record -- <command>\``);
    }
    const secrets = createSecrets(settings.redact);
    return { folder, settings, gateway, store, secrets, keys: createKeys(settings, secrets) };
  } catch (thrown) {
    throw thrown instanceof CassetteError ? new CommandError(thrown.message) : thrown;
  }
};

/** Writes lines to stdout. */
export const print = async (lines: readonly string[]): Promise<void> => {
  await Bun.write(Bun.stdout, `${lines.join("\n")}\n`);
};

export const indent = (lines: readonly string[]): readonly string[] => lines.map((line) => `    ${line}`);

/** A number and its noun. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
