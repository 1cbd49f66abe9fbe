import { ProxyError } from "../../errors.ts";
import type { Generate } from "../auto/generate.ts";
import type { Fixture } from "../fixture.ts";
import { parseFixtures } from "../fixtures/parse-fixtures.ts";

const mostFaults = 20;

const read = (path: string): never => {
  throw new Error(`names the file ${path}: only fixtures in a file may do so`);
};

/**
 * Fixtures as JSON; `generate` makes the answers of `response: auto`.
 *
 * @throws {ProxyError} `invalid_request` - all that is wrong with them; then none of them is taken
 */
export const parseRuntime = (value: unknown, origin: string, generate?: Generate): readonly Fixture[] => {
  const parsed = parseFixtures(value, origin, {
    allowFunctions: false,
    place: generate === undefined ? { read } : { read, generate },
  });
  if (parsed.kind === "ok") return parsed.fixtures;
  const said = parsed.faults
    .slice(0, mostFaults)
    .map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
  const more = parsed.faults.length > mostFaults ? [`and ${parsed.faults.length - mostFaults} more`] : [];
  throw new ProxyError("invalid_request", [...said, ...more].join("; "));
};
