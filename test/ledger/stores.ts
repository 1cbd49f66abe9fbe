import { join } from "node:path";
import type { LedgerConfig } from "../../src/config/observe-schema.ts";
import { createLedger, type Ledger, type Pace } from "../../src/ledger/ledger.ts";
import { ledgerWorkerUrl } from "./records.ts";

export const hour = 3_600_000;

/** The config of a ledger in a file. */
export const fileConfig = (folder: string, changes: Partial<LedgerConfig> = {}): LedgerConfig => ({
  path: join(folder, "qlite.db"),
  url: null,
  retentionMs: 720 * hour,
  maxBytes: 1_000_000_000,
  bodies: false,
  maxBodyBytes: 64_000,
  ...changes,
});

/** A ledger with what it told, that is closed when disposed of. */
export interface TestLedger extends Ledger, AsyncDisposable {
  readonly told: readonly string[];
}

let writers = 0;

/** Opens a ledger that is quick to write and to try again. */
export const openLedger = (
  config: LedgerConfig,
  pace: Partial<Pace> = {},
  now: () => number = Date.now,
): TestLedger => {
  const told: string[] = [];
  writers += 1;
  const ledger = createLedger(config, {
    now,
    writer: `test-${process.pid}-${writers}`,
    workerUrl: ledgerWorkerUrl,
    onError: (message) => told.push(message),
    pace: { batchMs: 5, retryMs: 5, longestRetryMs: 50, retainMs: 20, ...pace },
  });
  return { ...ledger, told, [Symbol.asyncDispose]: ledger.close };
};
