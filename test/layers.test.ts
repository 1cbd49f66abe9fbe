import { expect, test } from "bun:test";
import { join, normalize } from "node:path";
import manifest from "../package.json" with { type: "json" };

const root = join(import.meta.dir, "..");
const sources = new Map<string, string>();
for await (const path of new Bun.Glob("src/**/*.ts").scan(root)) {
  sources.set(path.slice(4).replaceAll("\\", "/"), await Bun.file(join(root, path)).text());
}

/** What a room may import, and of what it may import the types alone; lists with a space between the names. */
interface Room {
  readonly may: string;
  readonly types?: string;
}

const upToStages =
  "cache/ cassette/ config/ ledger/ mock/ pricing/ providers/ routing/ telemetry/ tokens/ wire/ dialects/ stages/ errors.ts log.ts pipeline.ts record.ts server.ts version.ts";

/**
 * Who may import whom. A room is a folder of src or a file there; a name that ends in `/` is a folder, in `.ts` a file
 * of src, and any other is a package.
 */
const rooms: Readonly<Record<string, Room>> = {
  errors: { may: "" },
  log: { may: "" },
  version: { may: "" },
  wire: { may: "wire/ errors.ts node:buffer node:crypto" },
  dialects: { may: "wire/ errors.ts node:buffer" },
  // The mock says itself what can be said of it.
  config: {
    may: "config/ wire/nearest.ts errors.ts mock/settings.ts mock/shape.ts mock/tape.ts mock/faults/shape-schema.ts mock/fixtures/regex/regex.ts yaml zod/mini",
  },
  pipeline: { may: "wire/ errors.ts", types: "config/ dialects/ record.ts" },
  // What everybody is told of an exchange that is over.
  record: { may: "errors.ts", types: "config/ dialects/ wire/" },
  tokens: {
    may: "tokens/ wire/ dialects/fields.ts errors.ts node:buffer js-tiktoken/lite js-tiktoken/ranks/o200k_base js-tiktoken/ranks/cl100k_base",
  },
  pricing: { may: "pricing/ wire/ ../config/prices.yaml", types: "config/ dialects/ record.ts" },
  ledger: { may: "ledger/ wire/ errors.ts bun bun:sqlite node:fs node:path", types: "config/ dialects/ record.ts" },
  telemetry: {
    may: "telemetry/ wire/ errors.ts prom-client node:perf_hooks @opentelemetry/otlp-exporter-base/node-http node:http node:https",
    types: "config/ dialects/ log.ts pipeline.ts record.ts",
  },
  cache: { may: "cache/ wire/ errors.ts", types: "dialects/ config/" },
  mock: {
    may: "mock/ wire/ dialects/ config/ cassette/ errors.ts node:buffer node:fs node:path node:zlib bun:ffi yaml zod/mini json-p3 @cfworker/json-schema",
  },
  // What the recorder writes; the mock asks it behind its fixtures, by the shape it is given.
  cassette: {
    may: "cassette/ wire/ dialects/ errors.ts config/ mock/ node:buffer node:crypto node:fs node:path yaml zod/mini",
    types: "config/ mock/",
  },
  // The library of test runners, a composition root of its own.
  testing: {
    may: "testing/ config/ dialects/ mock/ cassette/ mock-server.ts errors.ts node:child_process node:fs node:path node:url node:worker_threads",
  },
  providers: {
    may: "providers/ wire/ dialects/ config/ errors.ts aws4fetch google-auth-library @aws-sdk/credential-provider-http @aws-sdk/credential-provider-ini @aws-sdk/credential-provider-node @aws-sdk/credential-provider-web-identity",
  },
  routing: { may: "routing/ wire/ errors.ts", types: "config/ providers/ dialects/ pipeline.ts" },
  // A stage that ends in sending is given a `Dispatch`, perhaps by way of a `Translate`; how a call is received is
  // shared; nothing else of one stage is known to another.
  stages: {
    may: "wire/ dialects/ errors.ts pipeline.ts stages/receive.ts stages/ask.ts stages/method-url.ts stages/account.ts stages/to-record.ts stages/deadlines.ts stages/watch-reply.ts stages/unanswered.ts stages/write-call.ts stages/admin-tail.ts ledger/query.ts ledger/report-json.ts",
    types:
      "config/ cache/ routing/ providers/ log.ts stages/dispatch.ts stages/translate.ts stages/count-tokens.ts record.ts pricing/ tokens/ telemetry/ ledger/ stages/meter.ts stages/embed.ts stages/admin-access.ts stages/response-state.ts stages/reseal.ts",
  },
  exchange: { may: "pipeline.ts wire/ dialects/inbound.ts errors.ts" },
  server: { may: "exchange.ts pipeline.ts wire/ errors.ts log.ts", types: "bun" },
  "dialect-table": { may: "dialects/ errors.ts stages/method-url.ts", types: "stages/ providers/ pipeline.ts" },
  handlers: { may: `${upToStages} dialect-table.ts` },
  observe: { may: upToStages },
  gateway: { may: `${upToStages} exchange.ts dialect-table.ts handlers.ts observe.ts` },
  app: { may: `${upToStages} gateway.ts` },
  "mock-server": { may: `${upToStages} gateway.ts` },
  cli: { may: `cli/ app.ts mock-server.ts ${upToStages} commander node:fs node:os node:path node:tty` },
  main: { may: "cli/" },
};

/** Imports that the table does not allow, each with the reason why it stands. */
const exceptions: Readonly<Record<string, string>> = {};

/** Names of the global scope that only some files may hold; a name behind a dot stands for that member alone. */
const capabilities: readonly { readonly names: readonly string[]; readonly holders: readonly string[] }[] = [
  {
    names: ["process", "Bun.env", "Bun.argv", "Bun.main", "import.meta.env"],
    // A library of test runners sets what the clients of the tests read.
    holders: ["main.ts", "cli/", "app.ts", "testing/"],
  },
  { names: ["console", "Bun.stdout", "Bun.stderr", "Bun.stdin"], holders: ["log.ts", "cli/"] },
  { names: ["Bun.serve", "Bun.listen"], holders: ["server.ts"] },
  {
    names: ["fetch", "Bun.fetch", "Bun.connect", "WebSocket", "XMLHttpRequest", "EventSource"],
    // `qlite tail` is a client of a gateway.
    holders: ["providers/transport.ts", "cli/tail-connect.ts"],
  },
  {
    names: ["Date.now", "performance", "Bun.nanoseconds"],
    holders: ["app.ts", "gateway.ts", "mock-server.ts", "cli/"],
  },
  { names: ["Math.random", "crypto", "Bun.randomUUIDv5"], holders: ["gateway.ts", "cli/"] },
  // A request id needs randomness and a clock; the client's own id is what makes a test deterministic.
  { names: ["Bun.randomUUIDv7"], holders: ["wire/request-id.ts"] },
  { names: ["Bun.spawn", "Bun.spawnSync"], holders: ["cli/"] },
  // The script that writes the published JSON Schema; it runs by hand and nobody imports it.
  { names: ["Bun.file", "Bun.write"], holders: ["cli/", "config/write-schema.ts"] },
  // A way around every line above.
  { names: ["globalThis", "eval", "Function", "require"], holders: [] },
];

const dependencies = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-node",
  "@aws-sdk/credential-provider-web-identity",
  "@cfworker/json-schema",
  "@opentelemetry/api",
  "@opentelemetry/otlp-exporter-base",
  "aws4fetch",
  "commander",
  "google-auth-library",
  "js-tiktoken",
  "json-p3",
  "prom-client",
  "yaml",
  "zod",
];
const maxLines = 250;

interface Import {
  readonly from: string;
  /** A path below src, or a package. */
  readonly to: string;
  readonly isType: boolean;
  readonly line: number;
}

const fromClause = /^[ \t]*(import|export)(\s+type)?\b[^;"'`]*?\bfrom\s*["']([^"']+)["']/gm;
const bareImport = /^[ \t]*import\s*["']([^"']+)["']/gm;
const inlineImport = /\b(?:import|require)\(\s*["'`]([^"'`]+)["'`]/g;

const toPath = (from: string, specifier: string): string =>
  specifier.startsWith(".") ? normalize(join(from, "..", specifier)).replaceAll("\\", "/") : specifier;

const importsOf = (from: string, text: string): Import[] => {
  const toImport = (found: RegExpExecArray, specifier: string, isType: boolean): Import => ({
    from,
    to: toPath(from, specifier),
    isType,
    line: text.slice(0, found.index).split("\n").length,
  });
  return [
    ...[...text.matchAll(fromClause)].map((found) => toImport(found, found[3] ?? "", found[2] !== undefined)),
    ...[...text.matchAll(bareImport)].map((found) => toImport(found, found[1] ?? "", false)),
    ...[...text.matchAll(inlineImport)].map((found) => toImport(found, found[1] ?? "", false)),
  ];
};

const imports = [...sources].flatMap(([path, text]) => importsOf(path, text));
const roomOf = (path: string): string => path.split("/")[0]?.replace(/\.ts$/, "") ?? "";
const holds = (entry: string, path: string): boolean => (entry.endsWith("/") ? path.startsWith(entry) : path === entry);

const lists = (names: string, path: string): boolean => names.split(" ").some((name) => holds(name, path));

/** A dialect knows the shape between the dialects, which lies beside their folders, and its own files; never another. */
const isWithinDialect = (from: string, to: string): boolean =>
  from.startsWith("dialects/") &&
  /^dialects\/(?:[^/]+\/)?[^/]+\.ts$/.test(to) &&
  (to.split("/").length === 2 || to.startsWith(from.slice(0, from.lastIndexOf("/") + 1)));

const isAllowed = ({ from, to, isType }: Import): boolean => {
  const { may = "", types = "" } = rooms[roomOf(from)] ?? {};
  return (
    lists(may, to) ||
    isWithinDialect(from, to) ||
    (isType && lists(types, to)) ||
    Object.hasOwn(exceptions, `${from} > ${to}`)
  );
};

const show = ({ from, to, isType, line }: Import): string =>
  `src/${from}:${line} imports ${isType ? "the types of " : ""}${to}`;

test("every file of src is in a room of the plan", () => {
  expect([...sources.keys()].filter((path) => !Object.hasOwn(rooms, roomOf(path)))).toEqual([]);
});

test("every import of src is one that the plan allows", () => {
  expect(imports.filter((found) => !isAllowed(found)).map(show)).toEqual([]);
});

test("every exception to the plan is still needed", () => {
  const made = new Set(imports.map(({ from, to }) => `${from} > ${to}`));
  expect(Object.keys(exceptions).filter((exception) => !made.has(exception))).toEqual([]);
});

test("no import is hidden from this test: Bun's own parser finds none that it does not", () => {
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const hidden = [...sources].flatMap(([path, text]) => {
    const seen = new Set(importsOf(path, text).map(({ to }) => to));
    const parsed = transpiler.scanImports(text).map((found) => toPath(path, found.path));
    return parsed.filter((to) => !seen.has(to)).map((to) => `src/${path} imports ${to}`);
  });
  expect(hidden).toEqual([]);
});

test("no file of src imports itself by way of others", () => {
  const edges = Map.groupBy(imports, ({ from }) => from);
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const at = way.indexOf(path);
    if (at !== -1) cycles.push([...way.slice(at), path].join(" > "));
    if (at !== -1 || done.has(path)) return;
    for (const { to } of edges.get(path) ?? []) visit(to, [...way, path]);
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

test.each(capabilities.map(({ names, holders }) => [names.join(", "), holders.join(", ") || "nobody"] as const))(
  "%s: held by %s alone",
  (listed, holderList) => {
    const names = listed.split(", ");
    const holders = holderList.split(", ");
    // The parser replaces the free name only: not a parameter, a key or a type that is called the same.
    const define = Object.fromEntries(names.map((name, index) => [name, `FREE_${index}_`]));
    const transpiler = new Bun.Transpiler({ loader: "ts", define });
    const offences = [...sources]
      .filter(([path]) => !holders.some((holder) => holds(holder, path)))
      .flatMap(([path, text]) => {
        const code = transpiler.transformSync(text);
        return names.filter((_, index) => code.includes(`FREE_${index}_`)).map((name) => `src/${path} uses ${name}`);
      });
    expect(offences).toEqual([]);
  },
);

test("the current instant is taken from no `new Date()` without an argument", () => {
  expect([...sources].filter(([, text]) => /\bnew Date\(\s*\)|\bDate\(\s*\)/.test(text)).map(([path]) => path)).toEqual(
    [],
  );
});

test("no file of src has a default export", () => {
  const isDefault = /^\s*export\s+default\b|\bas\s+default\b/m;
  expect([...sources].filter(([, text]) => isDefault.test(text)).map(([path]) => path)).toEqual([]);
});

test(`no file of src is longer than ${maxLines} lines`, () => {
  const lengths = [...sources].map(([path, text]) => [path, text.trimEnd().split("\n").length] as const);
  expect(lengths.filter(([, lines]) => lines > maxLines)).toEqual([]);
});

test("the packages at run time are those that were decided on", () => {
  expect(Object.keys(manifest.dependencies)).toEqual(dependencies);
});
