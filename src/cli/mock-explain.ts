import { formatFaults } from "../config/faults.ts";
import { formatExplanation } from "../mock/fixtures/explain/explain-text.ts";
import { explainRequest } from "../mock/fixtures/explain/explain.ts";
import { loadFixtures } from "../mock/fixtures/load.ts";
import { CommandError, type ExitCode } from "./exit.ts";

export interface MockExplainFlags {
  readonly json?: boolean;
  readonly scope?: string;
}

const maxBytes = 64 * 1024 * 1024;

const readRequest = async (file: string): Promise<unknown> => {
  const source = file === "-" ? Bun.stdin : Bun.file(file);
  const name = file === "-" ? "stdin" : file;
  if (source.size > maxBytes && file !== "-")
    throw new CommandError(`${name} is ${source.size} bytes, the limit is ${maxBytes}`);
  let text: string;
  try {
    text = await source.text();
  } catch {
    throw new CommandError(`${name}: cannot be read`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${name}: is not JSON; write the request's body, or { "path": …, "headers": …, "body": … }`);
  }
};

/** Tells which fixture answers a request; exit 1 when none does. */
export const mockExplain = async (
  request: string,
  files: readonly string[],
  flags: MockExplainFlags,
): Promise<ExitCode> => {
  const loaded = loadFixtures(files, { folder: process.cwd() });
  if (loaded.kind === "faulty") throw new CommandError(formatFaults(loaded.faults));
  const { scope } = flags;
  const explanation = explainRequest(await readRequest(request), loaded.fixtures, scope === undefined ? {} : { scope });
  const text = flags.json === true ? `${JSON.stringify(explanation, null, 2)}\n` : formatExplanation(explanation);
  await Bun.write(Bun.stdout, text);
  return explanation.kind === "understood" && explanation.winner !== null ? 0 : 1;
};
