import { createKeys } from "../cassette/key/key.ts";
import { createSecrets } from "../cassette/record/secrets.ts";
import { createRedactor } from "../log.ts";
import { isWhole, toText } from "../mock/import/report.ts";
import { formatNames, runImport, usualOut, type FormatName } from "../mock/import/run-import.ts";
import { UsageError, type ExitCode } from "./exit.ts";
import { planMock, usualCassettes } from "./mock-flags.ts";

export { formatNames };

export interface MockImportFlags {
  readonly config?: string;
  /** The folder that fixtures go to. */
  readonly out?: string;
  /** The folder that cassettes go to; that of the config, else `mock/cassettes`, when left out. */
  readonly cassettes?: string;
  /** The scope that all recordings are played in. */
  readonly scope?: string;
  readonly force?: boolean;
  readonly redact?: boolean;
  readonly json?: boolean;
}

const scopeName = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * Imports fixtures and recordings of other tools, and tells what was left out; exit 1 when anything was.
 *
 * @throws {UsageError} a format there is not, a scope that can be none
 * @throws {CommandError} a faulty config
 */
export const mockImport = async (
  format: string,
  paths: readonly string[],
  flags: MockImportFlags,
): Promise<ExitCode> => {
  const known: FormatName | undefined = formatNames.find((name) => name === format);
  if (known === undefined) throw new UsageError(`${format}: is no format; write one of ${formatNames.join(", ")}`);
  const { scope = null } = flags;
  if (scope !== null && !scopeName.test(scope)) {
    throw new UsageError(`--scope: must be 1 to 100 letters, digits and . _ -`);
  }
  const { settings } = await planMock(
    {
      ...(flags.config === undefined ? {} : { config: flags.config }),
      ...(flags.cassettes === undefined ? {} : { cassettes: flags.cassettes }),
    },
    [],
  );
  const secrets = createSecrets(settings.redact);
  const report = await runImport({
    format: known,
    patterns: paths,
    folder: process.cwd(),
    out: flags.out ?? usualOut,
    cassettes: settings.cassettes ?? usualCassettes,
    scope,
    mayReplace: flags.force === true,
    recorder: {
      secrets,
      keys: createKeys(settings, secrets),
      onLeak: flags.redact === true ? "redact" : settings.redact.onLeak,
    },
    redact: createRedactor([]).redact,
    now: Date.now(),
  });
  const text = flags.json === true ? JSON.stringify(report, null, 2) : toText(report);
  await Bun.write(Bun.stdout, `${text}\n`);
  return isWhole(report) ? 0 : 1;
};
