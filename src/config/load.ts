import { LineCounter } from "yaml";
import { checkConfig, type Checked } from "./checks.ts";
import { formatPath, type Fault } from "./faults.ts";
import { describeIssue, toComplaints, type Complaint } from "./messages.ts";
import type { Locate } from "./positions.ts";
import { providerSchema, type Provider } from "./provider-schema.ts";
import { fileSchema, toConfig, type Config } from "./schema.ts";
import { readYaml, type Finding } from "./yaml.ts";

export type Loaded =
  | { readonly kind: "ok"; readonly config: Config }
  | { readonly kind: "faulty"; readonly faults: readonly Fault[] };

const example = 'providers: [{ name: openai, type: openai, api_key: "${OPENAI_API_KEY}", models: [gpt-5.4] }]';
const noProviders = `no providers: a config needs at least one, such as ${example}`;
const options = { error: describeIssue, jitless: true } as const;

type Parsed = ReturnType<typeof fileSchema.safeParse>;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Those providers of a faulty file that are well-formed in themselves. */
const parseEach = (entries: readonly unknown[]): ReadonlyMap<number, Provider> => {
  const found = new Map<number, Provider>();
  for (const [index, entry] of entries.entries()) {
    const parsed = providerSchema.safeParse(entry, options);
    if (parsed.success) found.set(index, parsed.data);
  }
  return found;
};

const toChecked = (
  file: Readonly<Record<string, unknown>>,
  parsed: readonly Provider[] | null,
  locate: Locate,
): Checked => {
  const entries: readonly unknown[] = Array.isArray(file["providers"]) ? file["providers"] : [];
  const names = new Map<number, string>();
  for (const [index, entry] of entries.entries()) {
    if (isMap(entry) && typeof entry["name"] === "string") names.set(index, entry["name"]);
  }
  const providers = parsed === null ? parseEach(entries) : new Map(parsed.entries());
  const routes = isMap(file["routes"]) ? Object.entries(file["routes"]) : [];
  const written = routes.filter((route): route is [string, string] => typeof route[1] === "string");
  return { providers, names, routes: written, locate };
};

const complain = (value: unknown, locate: Locate, parsed: Parsed): readonly Complaint[] => {
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => toComplaints(issue));
  if (value === null) return [{ path: [], about: "value", message: `the file is empty; ${noProviders}` }];
  if (!isMap(value)) return issues;
  const list = value["providers"] ?? [];
  const empty = Array.isArray(list) && list.length === 0;
  const about = issues.filter(({ path }) => !(empty && path.length === 1 && path[0] === "providers"));
  const missing: readonly Complaint[] = empty ? [{ path: ["providers"], about: "key", message: noProviders }] : [];
  return [...missing, ...about, ...checkConfig(toChecked(value, parsed.data?.providers ?? null, locate))];
};

/**
 * Reads a configuration and either gives it, frozen, or everything that is wrong with it in the order of the file.
 *
 * `file` is only named in the faults. References to `env` are replaced in values, as `expand` says. Never throws.
 */
export const parseConfig = (text: string, file: string, env: Readonly<Record<string, string | undefined>>): Loaded => {
  const lines = new LineCounter();
  const read = readYaml(text, env, lines);
  const findings: Finding[] = [...read.findings];
  if (read.kind === "ok") {
    const { value, locate } = read;
    const parsed = fileSchema.safeParse(value, options);
    const complaints = complain(value, locate, parsed);
    if (parsed.success && findings.length === 0 && complaints.length === 0)
      return { kind: "ok", config: toConfig(parsed.data) };
    // A value whose variable is not set has its fault already; what else it is, nobody knows.
    const told = new Set(findings.map(({ offset }) => offset));
    for (const { path, about, message } of complaints) {
      const { offset } = locate(path, about);
      if (!told.has(offset)) findings.push({ offset, path: formatPath(path), message });
    }
  }
  findings.sort((a, b) => a.offset - b.offset);
  const faults = findings.map(({ offset, path, message }) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  });
  return { kind: "faulty", faults };
};
