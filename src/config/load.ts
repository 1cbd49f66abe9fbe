import { LineCounter } from "yaml";
import { checkConfig, type Checked } from "./checks.ts";
import { formatPath, type Fault } from "./faults.ts";
import { describeIssue, toComplaints, type Complaint } from "./messages.ts";
import type { Locate } from "./positions.ts";
import type { Environment } from "./provider-aws.ts";
import { isSwitchedOff } from "./provider-config.ts";
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

/** Keys that say nothing of the others, each with what may stand for it while the others are checked. */
const standIns: Readonly<Record<string, unknown>> = {
  name: "name",
  models: ["model"],
  forward_headers: undefined,
  timeouts: undefined,
  latency: undefined,
  chunks: undefined,
  response_tokens: undefined,
  error_after: undefined,
  on_disconnect: undefined,
};

/** A provider as the checks between its keys see it: a fault in a key that says nothing of the others is left out. */
const parseProvider = (entry: unknown): Provider | null => {
  const parsed = providerSchema.safeParse(entry, options);
  if (parsed.success) return parsed.data;
  const faulty = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  if (!isMap(entry) || ![...faulty].every((name) => Object.hasOwn(standIns, name))) return null;
  const rest = Object.fromEntries([...faulty].map((name) => [name, standIns[name]]));
  return providerSchema.safeParse({ ...entry, ...rest }, options).data ?? null;
};

const parseEach = (entries: readonly unknown[]): ReadonlyMap<number, Provider> => {
  const found = new Map<number, Provider>();
  for (const [index, entry] of entries.entries()) {
    const provider = parseProvider(entry);
    if (provider !== null) found.set(index, provider);
  }
  return found;
};

const toChecked = (
  file: Readonly<Record<string, unknown>>,
  parsed: readonly Provider[] | null,
  locate: Locate,
  env: Environment,
): Checked => {
  const entries: readonly unknown[] = Array.isArray(file["providers"]) ? file["providers"] : [];
  const names = new Map<number, string>();
  const models = new Map<number, readonly unknown[]>();
  for (const [index, entry] of entries.entries()) {
    if (!isMap(entry)) continue;
    if (typeof entry["name"] === "string") names.set(index, entry["name"]);
    if (Array.isArray(entry["models"]) && !isSwitchedOff(entry, env)) models.set(index, entry["models"]);
  }
  const providers = parsed === null ? parseEach(entries) : new Map(parsed.entries());
  const routes = isMap(file["routes"]) ? Object.entries(file["routes"]) : [];
  const prices: readonly unknown[] = Array.isArray(file["prices"]) ? file["prices"] : [];
  const priced = new Map<number, string>();
  for (const [index, row] of prices.entries()) {
    if (isMap(row) && typeof row["provider"] === "string") priced.set(index, row["provider"]);
  }
  const written = routes.filter((route): route is [string, string] => typeof route[1] === "string");
  return { providers, names, models, priced, routes: written, locate, env };
};

/** A config of the mock alone says nothing of providers. */
const withProviders = (value: unknown): unknown =>
  isMap(value) && isMap(value["mock"]) && (value["providers"] ?? null) === null ? { ...value, providers: [] } : value;

const complain = (value: unknown, locate: Locate, parsed: Parsed, env: Environment): readonly Complaint[] => {
  const issues = parsed.success ? [] : parsed.error.issues.flatMap((issue) => toComplaints(issue));
  if (value === null) return [{ path: [], about: "value", message: `the file is empty; ${noProviders}` }];
  if (!isMap(value)) return issues;
  const list = value["providers"] ?? [];
  const empty = Array.isArray(list) && list.length === 0;
  const about = issues.filter(({ path }) => !(empty && path.length === 1 && path[0] === "providers"));
  // A config of the mock alone needs none.
  const missing: readonly Complaint[] =
    empty && !isMap(value["mock"]) ? [{ path: ["providers"], about: "key", message: noProviders }] : [];
  return [...missing, ...about, ...checkConfig(toChecked(value, parsed.data?.providers ?? null, locate, env))];
};

/**
 * Reads a configuration and either gives it, frozen, or everything that is wrong with it in the order of the file.
 *
 * `file` is only named in the faults. References to `env` are replaced in values, as `expand` says. Never throws.
 */
export const parseConfig = (text: string, file: string, env: Environment): Loaded => {
  const lines = new LineCounter();
  const read = readYaml(text, env, lines);
  const findings: Finding[] = [...read.findings];
  if (read.kind === "ok") {
    const { value, locate } = read;
    const parsed = fileSchema.safeParse(withProviders(value), options);
    const complaints = complain(value, locate, parsed, env);
    if (parsed.success && findings.length === 0 && complaints.length === 0)
      return { kind: "ok", config: toConfig(parsed.data, env) };
    // A value whose variable is not set has its fault already; what else it is, nobody knows.
    const told = new Set(findings.map(({ offset }) => offset));
    // Two rules for one value may have the same words.
    const said = new Set<string>();
    for (const { path, about, message } of complaints) {
      const { offset } = locate(path, about);
      const place = formatPath(path);
      const words = `${offset} ${place}: ${message}`;
      if (!told.has(offset) && !said.has(words)) findings.push({ offset, path: place, message });
      said.add(words);
    }
  }
  findings.sort((a, b) => a.offset - b.offset);
  const faults = findings.map(({ offset, path, message }) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path, message };
  });
  return { kind: "faulty", faults };
};
