import { isatty } from "node:tty";
import type { LedgerConfig } from "../config/observe-schema.ts";
import { parseQuery, type ReportQuery } from "../ledger/query.ts";
import { toReportJson } from "../ledger/report-json.ts";
import type { Report } from "../ledger/report.ts";
import { StoreError } from "../ledger/store-error.ts";
import { CommandError, type ExitCode } from "./exit.ts";
import { findConfig } from "./find-config.ts";
import { say } from "./say.ts";
import { paintAnsi, paintNothing, toHarmless } from "./tail-text.ts";
import { toCsv, toTable } from "./usage-table.ts";

export interface UsageFlags {
  readonly config?: string;
  /** Model, key, provider or day, or several of them with commas between; model when left out. */
  readonly by?: string;
  /** A span such as 7d, a day or an instant; 7d when left out. */
  readonly since?: string;
  readonly csv?: boolean;
  readonly json?: boolean;
}

const read = async (ledger: LedgerConfig, query: ReportQuery): Promise<Report> => {
  if (ledger.url !== null) return (await import("../ledger/postgres.ts")).reportFromPostgres(ledger.url, query);
  const file = (await import("../ledger/sqlite-file.ts")).openSqliteFile(ledger.path, "read");
  try {
    return file.report(query);
  } finally {
    file.close();
  }
};

const readOrTell = async (ledger: LedgerConfig, query: ReportQuery): Promise<Report> => {
  try {
    return await read(ledger, query);
  } catch (thrown) {
    throw thrown instanceof StoreError ? new CommandError(`The ledger cannot be read: ${thrown.message}`) : thrown;
  }
};

/** What goes to a terminal cannot steer it; what goes to a program is exact. */
const toText = (report: Report, { csv = false, json = false }: UsageFlags): string => {
  const isTerminal = isatty(1);
  const spell = isTerminal ? toHarmless : (text: string): string => text;
  if (csv) return toCsv(report, spell);
  if (json) return `${spell(toReportJson(report))}\n`;
  const width = isTerminal && process.stdout.columns > 0 ? process.stdout.columns : null;
  const isColoured = isTerminal && (process.env["NO_COLOR"] ?? "") === "";
  return toTable(report, width, isColoured ? paintAnsi : paintNothing);
};

/**
 * Prints what the exchanges in the config's ledger sum up to: a table, CSV or JSON. The ledger is only read, so that it
 * works beside a running gateway.
 *
 * @throws {CommandError} when the config or the ledger cannot be read, or the config has no ledger
 */
export const usage = async (flags: UsageFlags): Promise<ExitCode> => {
  const parsed = parseQuery(flags.by ?? null, flags.since ?? null, Date.now());
  if (parsed.kind === "faulty" || (flags.csv === true && flags.json === true)) {
    const fault = parsed.kind === "faulty" ? `--${parsed.fault.message}` : "--csv and --json exclude each other";
    await say(`error: ${fault}\n(run \`qlite help usage\` for its options)`);
    return 2;
  }
  const { config } = await findConfig(flags.config);
  if (config.ledger === null)
    throw new CommandError("There is no ledger: add a `ledger:` block to the config to have one");
  const report = await readOrTell(config.ledger, parsed.query);
  await Bun.write(Bun.stdout, toText(report, flags));
  return 0;
};
