import { createRedactor } from "../log.ts";
import { checkFixtures, type Checked, type Finding } from "../mock/fixtures/check-fixtures.ts";
import type { ExitCode } from "./exit.ts";

export interface MockCheckFlags {
  readonly json?: boolean;
}

const dayMs = 86_400_000;

/** From which age on a file of fixtures is worth a look. */
const maxAgeMs = 365 * dayMs;

const showFinding = ({ file, line, id, severity, message }: Finding): string =>
  `${file}:${line ?? ""} ${severity === "error" ? "" : "note: "}${id === null ? "" : `${id} `}${message}`;

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;

const show = ({ files, fixtures, findings }: Checked): string => {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const well = files === 0 ? "nothing to check" : "well";
  const verdict = errors === 0 ? well : count(errors, "fault");
  return [...findings.map(showFinding), `${count(fixtures, "fixture")} in ${count(files, "file")}: ${verdict}`].join(
    "\n",
  );
};

/** Checks fixtures and tells all that is wrong with them; exit 1 when anything is. */
export const mockCheck = async (files: readonly string[], flags: MockCheckFlags): Promise<ExitCode> => {
  const checked = checkFixtures(files, {
    folder: process.cwd(),
    redact: createRedactor([]).redact,
    now: Date.now(),
    maxAgeMs,
  });
  const text = flags.json === true ? JSON.stringify(checked, null, 2) : show(checked);
  await Bun.write(Bun.stdout, `${text}\n`);
  return checked.findings.some(({ severity }) => severity === "error") ? 1 : 0;
};
