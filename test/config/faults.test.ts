import { describe, expect, test } from "bun:test";
import { formatFaults, formatPath } from "../../src/config/faults.ts";
import { parseConfig } from "../../src/config/load.ts";
import { faultsOf, good, one } from "./parse.ts";

const provider = (lines: string) => `providers:\n  - name: a\n    type: openai\n    models: [m]\n    ${lines}\n`;
const keyed = (lines: string) => provider(`api_key: k\n    ${lines}`);
const needsDuration = "must be a duration with a unit, such as 250ms, 30s, 10m or 1h";
const needsUrl =
  "must be an http:// or https:// address without credentials, query or fragment, such as https://api.openai.com/v1";
const noProviders =
  'no providers: a config needs at least one, such as providers: [{ name: openai, type: openai, api_key: "${OPENAI_API_KEY}", models: [gpt-5.4] }]';

const unset = (name: string) =>
  `environment variable ${name} is not set; set it, or write \${${name}:-default} (\${${name}:-} for nothing) if it may be missing`;

describe("a single value", () => {
  test.each([
    [`server:\n  port: 70000\n${one}`, "2:9 server.port: must be at most 65535"],
    [`server:\n  port: -1\n${one}`, "2:9 server.port: must be at least 0"],
    [`server:\n  port: 80.5\n${one}`, "2:9 server.port: must be a whole number, not a number"],
    [`server:\n  port: eighty\n${one}`, "2:9 server.port: must be a number, not text"],
    [`server:\n  port:\n${one}`, "2:8 server.port: has no value: write one, or remove the line"],
    [
      `server:\n  host: localhost:80\n${one}`,
      "2:9 server.host: must be an address or host name without a port, such as 127.0.0.1, 0.0.0.0 or ::1",
    ],
    [`server:\n  read_timeout: 30\n${one}`, `2:17 server.read_timeout: ${needsDuration}`],
    [`server:\n  read_timeout: off\n${one}`, `2:17 server.read_timeout: ${needsDuration}`],
    [`server:\n  read_timeout: 0s\n${one}`, "2:17 server.read_timeout: must be more than 0"],
    [`server:\n  write_timeout: 600h\n${one}`, "2:18 server.write_timeout: must be at most 596h"],
    [
      `server:\n  max_body: 10\n${one}`,
      "2:13 server.max_body: must be a size with a unit, such as 64KB, 10MB or 10MiB",
    ],
    [`server:\n  cors: on\n${one}`, "2:9 server.cors: must be off or a map of keys"],
    [`server:\n  cors: {}\n${one}`, "2:9 server.cors.origins: is missing"],
    [
      `server:\n  cors:\n    origins: [https://a.example/]\n${one}`,
      "3:15 server.cors.origins[0]: must be * or scheme and host without a path, such as https://app.example",
    ],
    [`timeouts:\n  idle: 10\n${one}`, `2:9 timeouts.idle: ${needsDuration}, or off`],
    [`timeouts:\n  idle: 0s\n${one}`, "2:9 timeouts.idle: must be more than 0; write off for no limit"],
    [`log:\n  level: warning\n${one}`, "2:10 log.level: must be one of debug, info, warn, error, off"],
    [`log:\n  level: inof\n${one}`, "2:10 log.level: must be one of debug, info, warn, error, off; did you mean info?"],
    [`log: info\n${one}`, "1:6 log: must be a map of keys, not text"],
    [
      `mock:\n  match: { normalize: [{ builtin: uuids }] }\n${one}`,
      "2:35 mock.match.normalize[0].builtin: must be one of uuid, tool_call_ids, timestamps; did you mean uuid?",
    ],
    [
      one.replace("name: a", "name: a b"),
      "2:13 providers[0].name: must begin with a letter or digit and hold only letters, digits, dots, dashes and underscores",
    ],
    [one.replace("name: a", "name: 1"), "2:13 providers[0].name: must be text, not a number; put it in quotes"],
    [one.replace("models: [m]", "models: []"), "2:50 providers[0].models: must have at least one entry"],
    [one.replace("models: [m]", "models: m"), "2:50 providers[0].models: must be a list, not text; put it in [ ]"],
    [
      one.replace("models: [m]", "models: [m, 4]"),
      "2:54 providers[0].models[1]: must be text, not a number; put it in quotes",
    ],
    [
      one.replace("models: [m]", "models: [a b]"),
      "2:51 providers[0].models[0]: must be the name of a model without spaces, such as gpt-5.4-mini or gpt-*",
    ],
    [keyed("base_url: ftp://h"), `6:15 providers[0].base_url: ${needsUrl}`],
    [keyed("base_url: https://user:pass@h/v1"), `6:15 providers[0].base_url: ${needsUrl}`],
    [keyed("base_url: https://h/v1?key=x"), `6:15 providers[0].base_url: ${needsUrl}`],
    [keyed("base_url: https://h/v1#x"), `6:15 providers[0].base_url: ${needsUrl}`],
    ...["chat/completions", "responses/", "v1/messages"].map((path) => [
      keyed(`base_url: https://h/v1/${path}`),
      "6:15 providers[0].base_url: must end before the path of a call, such as https://api.openai.com/v1",
    ]),
    [keyed("base_url: https://h:99999/v1"), `6:15 providers[0].base_url: ${needsUrl}`],
    [
      provider('api_key: "a b"'),
      "5:14 providers[0].api_key: must hold no spaces, line breaks or letters outside ASCII",
    ],
    [
      keyed("forward_headers: [x-ok, Cookie]"),
      "6:29 providers[0].forward_headers[1]: is a header that never passes from a client to a provider; remove it",
    ],
    [
      keyed('forward_headers: ["a b"]'),
      "6:23 providers[0].forward_headers[0]: must be the name of a header, such as x-tenant",
    ],
    [keyed("timeouts: { head: x }"), `6:23 providers[0].timeouts.head: ${needsDuration}, or off`],
    [
      `${one}routes: { r: m }`,
      "3:14 routes.r: must be provider/model, such as openai/gpt-5.4, without spaces and without *",
    ],
    [
      `${one}routes: { r: [a/m, a/n] }`,
      "3:14 routes.r: must be one provider/model, such as openai/gpt-5.4; there are no fallbacks yet",
    ],
    [`${one}routes: { r: }`, "3:14 routes.r: has no value: write one, or remove the line"],
    [
      "providers:\n  openai: { type: openai }",
      '2:3 providers: must be a list, not a map of keys: begin each provider with "- name: openai"',
    ],
    ["providers: 3", "1:12 providers: must be a list, not a number"],
    ["providers: [3]", "1:13 providers[0]: must be a map of keys, not a number"],
    ["- 1", "1:1 must be a map of keys, not a list"],
  ])("%j", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });
});

describe("keys", () => {
  test.each([
    [`serve: {}\n${one}`, ["1:1 serve: unknown key; did you mean server?"]],
    [
      `server: { hots: x, prot: 1 }\n${one}`,
      ["1:11 server.hots: unknown key; did you mean host?", "1:20 server.prot: unknown key; did you mean port?"],
    ],
    [`log: { zzz: 1 }\n${one}`, ["1:8 log.zzz: unknown key; known are level, format"]],
    [keyed("apikey: x"), ["6:5 providers[0].apikey: unknown key; did you mean api_key?"]],
    [
      `server:\n  cors: { origins: ["*"], maxage: 1m }\n${one}`,
      ["2:27 server.cors.maxage: unknown key; did you mean max_age?"],
    ],
    [
      `cache:\n  exact: { enabled: true }\n${one}`,
      ["1:1 cache: this version has no cache yet; remove the block (a config of the Go version works without it)"],
    ],
    [`retries: 3\n${one}`, ["1:1 retries: this version has no retries yet; remove it"]],
    [
      keyed("url: http://h\n    max_retries: 3"),
      [
        "6:5 providers[0].url: unknown key; did you mean base_url?",
        "7:5 providers[0].max_retries: this version has no retries yet; remove it",
      ],
    ],
    [
      `constructor: 1\n${one}`,
      [
        "1:1 constructor: unknown key; known are server, timeouts, log, providers, translation, responses_store, usage, prices, metrics, traces, ledger, admin, mock, routes",
      ],
    ],
    [`__proto__: { port: 1 }\n${one}`, ["1:1 __proto__: unknown key"]],
    [`log: {}\n${one}log: {}\n`, ["4:1 log: is written twice, first in line 1; remove one"]],
    [keyed("api_key: k"), ["6:5 providers[0].api_key: is written twice, first in line 5; remove one"]],
    [`? [a]\n: b\n${one}`, ["1:3 a key must be text"]],
  ])("%j", (text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});

describe("providers", () => {
  test.each([
    [
      "providers:\n  - {}\n",
      [
        "2:5 providers[0].name: is missing",
        expect.stringContaining("2:5 providers[0].type: is missing: must be one of openai, anthropic"),
        "2:5 providers[0].models: is missing",
      ],
    ],
    [
      one.replace("type: openai", "type: opnai"),
      [expect.stringMatching(/^2:22 providers\[0\]\.type: must be one of openai, .*; did you mean openai\?$/)],
    ],
    [
      provider(""),
      [
        '2:5 providers[0]: needs an api_key: write api_key: "${OPENAI_API_KEY}", or "${OPENAI_API_KEY:-}" to switch the ' +
          "provider off while the variable is not set, or forward_client_key: true; a server of your own that needs no " +
          "key is given by base_url",
      ],
    ],
    [provider("base_url: https://api.openai.com/v1/"), [expect.stringContaining("2:5 providers[0]: needs an api_key")]],
    [
      keyed("forward_client_key: true"),
      [
        "6:5 providers[0].forward_client_key: excludes api_key: either the client's key goes to this provider or ours; remove one",
      ],
    ],
    [keyed("chunks: 3"), ["6:5 providers[0].chunks: is only for a provider of type mock; remove it"]],
    [
      "providers:\n  - { name: a, type: mock, models: [m], base_url: http://h }\n",
      ["2:41 providers[0].base_url: a provider of type mock answers inside this process; remove it"],
    ],
    [
      `${one}  - { name: a, type: mock, models: [n] }\n`,
      ["3:13 providers[1].name: the provider in line 2 has the same name a; rename one of them"],
    ],
    [
      `${one}  - { name: b, type: mock, models: [n, m] }\n`,
      [
        '3:40 providers[1].models[1]: m is served by provider a already, in line 2; remove one, and give it a public name under routes, such as "m-2: b/m"',
      ],
    ],
    [
      "providers:\n  - { name: a, type: mock, models: ['*'] }\n  - { name: b, type: mock, models: ['*'] }\n",
      ["3:37 providers[1].models[0]: * is served by provider a already, in line 2; remove one"],
    ],
    [
      one.replace("[m]", "[m, n, m]"),
      ["2:57 providers[0].models[2]: m is in this list already, in line 2; remove one"],
    ],
  ])("%j", (text, faults) => {
    expect(faultsOf(text)).toEqual(faults);
  });
});

const collector = (fields: string) => `${one}traces: { endpoint: "http://h:4318", ${fields} }\n`;

describe("traces and ledger", () => {
  test.each([
    [
      `${one}traces: { endpoint: "http://h:99999" }\n`,
      "3:21 traces.endpoint: must be an address such as http://localhost:4318",
    ],
    [collector('sample: ""'), "3:46 traces.sample: must be from 0 to 1"],
    [collector("sample: true"), "3:46 traces.sample: must be from 0 to 1"],
    [collector("sample: half"), "3:46 traces.sample: must be from 0 to 1"],
    [collector("sample: 1.5"), "3:46 traces.sample: must be from 0 to 1"],
    [collector('headers: { "a b": x }'), "3:47 traces.headers: has a name no header can have"],
    [
      collector('headers: { a: "x\\ny" }'),
      "3:52 traces.headers.a: must hold no line breaks, and no letters a header cannot",
    ],
    [collector('service_name: ""'), "3:52 traces.service_name: must not be empty"],
    [`${one}ledger: { retention: 0s }\n`, "3:22 ledger.retention: must be more than 0"],
    [`${one}ledger: { path: "" }\n`, "3:17 ledger.path: must not be empty"],
    [
      `${one}ledger: { path: l.db, url: "postgres://u:p@h/d" }\n`,
      "3:9 ledger: has both path and url; keep one of them, path for SQLite or url for PostgreSQL",
    ],
  ])("%j", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test("a part that came out of a variable is one", () => {
    const { traces } = good(collector('sample: "${PART}"'), { PART: "0.25" });
    expect(traces?.sample).toBe(0.25);
  });
});

const row = (fields: string) =>
  `${one}prices:\n  - { provider: openai, models: [m], date: 2026-11-22, source: s, ${fields} }\n`;

describe("prices", () => {
  test.each([
    [
      row("input: 1, from: 2026-12-01, until: 2026-11-30"),
      "4:5 prices[0]: holds on no day, because from is later than until",
    ],
    [
      row("input: 1").replace("provider: openai", "provider: opnai"),
      "4:17 prices[0].provider: is neither a type of provider nor the name of one in this file; did you mean openai?",
    ],
    [
      row("input: 1").replace("provider: openai", "provider: something-else"),
      "4:17 prices[0].provider: is neither a type of provider nor the name of one in this file",
    ],
    [
      row("input: 1")
        .replace("name: a,", "name: house-of-mine,")
        .replace("provider: openai", "provider: house-of-mien"),
      "4:17 prices[0].provider: is neither a type of provider nor the name of one in this file; did you mean house-of-mine?",
    ],
    ...["", "above: [{ input_tokens: 9 }]", "tiers: { flex: { multiplier: 0.5 } }", "tiers: { flex: {} }"].map(
      (fields): [string, string] => [
        row(fields),
        "4:5 prices[0]: has no price in it; give at least one, such as input and output",
      ],
    ),
    [row("input: x"), "4:74 prices[0].input: must be a price in USD, such as 2.5"],
    [row("input: 0.0000000001"), "4:74 prices[0].input: must have at most 9 decimals"],
    [row("web_search: 1e-10"), "4:79 prices[0].web_search: must have at most 9 decimals"],
    [
      row("tiers: { flex: { multiplier: 0.3333 } }, input: 1"),
      "4:96 prices[0].tiers.flex.multiplier: must have at most 3 decimals",
    ],
  ])("%j", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test.each([
    row("input: 0, from: 2026-11-22, until: 2026-11-22"),
    row("web_search: 1"),
    row("above: [{ input_tokens: 9, output: 1 }]"),
    row("tiers: { flex: { input: 1 } }"),
    row("input: 1, until: 2026-11-22").replace("provider: openai", "provider: gemini"),
    row("input: 1, from: 2026-11-22").replace("provider: openai", "provider: a"),
  ])("nothing is wrong with %j", (text) => {
    expect(faultsOf(text)).toEqual([]);
  });
});

describe("routes", () => {
  const two = one.replace("name: a", "name: openai");
  test.each([
    [`${two}routes: { r: oepnai/m }`, "3:14 routes.r: names a provider that is not in this file; did you mean openai?"],
    [`${two}routes: { r: zzz/m }`, "3:14 routes.r: names a provider that is not in this file"],
    [`${two}routes: { "r x": openai/m }`, '3:11 routes["r x"]: a public name holds no spaces and no *'],
    [`${two}routes: { "r*": openai/m }`, '3:11 routes["r*"]: a public name holds no spaces and no *'],
  ])("%j", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });
});

describe("the file as a whole", () => {
  test.each([
    ["", `1:1 the file is empty; ${noProviders}`],
    ["# only a comment\n", `1:1 the file is empty; ${noProviders}`],
    ["server: {}\n", `1:1 providers: ${noProviders}`],
    ["server: {}\nproviders:\n", `2:1 providers: ${noProviders}`],
    ["server: {}\nproviders: []\n", `2:1 providers: ${noProviders}`],
    [`${one}---\n${one}`, "3:1 a config is one YAML document; remove this --- and what follows"],
    ["a: [1", "1:6 is not YAML here: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ["a: *x", "1:4 a: stands for an anchor that is not set above"],
    ["a: [*]", '1:5 is not YAML here: Alias cannot be an empty string; what begins with * stands in quotes: "*"'],
    [
      "a:\n  - b: c\n     d: e",
      "2:8 is not YAML here: Nested mappings are not allowed in compact mappings; keys of one map begin in the same column",
    ],
    ["a: !foo x", "1:4 is not YAML here: Unresolved tag"],
    [
      "providers: [{ name: a, api_key: ${X} }]",
      '1:34 is not YAML here: Unexpected flow-map-start at node end; inside [ ] and { } a reference stands in quotes: "${NAME}"',
    ],
    ["[".repeat(50_000), "1:6407 is nested too deeply to be read"],
  ])("%j", (text, fault) => {
    expect(faultsOf(text).map((found) => found.replace(/^1:\d{4}/, "1:6407"))).toEqual([fault]);
  });

  test.each(["&r\n<<: *r", "a: &a { <<: [*a] }", "a: &a { <<: { <<: *a } }"])(
    "a map that merges itself: %j",
    (text) => {
      expect(faultsOf(text)).toEqual([
        "1:1 cannot be read as YAML: Excessive alias count indicates a resource exhaustion attack",
      ]);
    },
  );

  test("an alias bomb is refused at once", () => {
    const levels = Array.from({ length: 9 }, (_, level) =>
      level === 0
        ? "l0: &l0 [x, x]"
        : `l${level}: &l${level} [${Array(9)
            .fill(`*l${level - 1}`)
            .join(", ")}]`,
    );
    const startedAt = performance.now();
    expect(faultsOf(levels.join("\n"))).toEqual([
      "1:1 cannot be read as YAML: Excessive alias count indicates a resource exhaustion attack",
    ]);
    const many = `${one}routes:\n  r: &r a/m\n${Array.from({ length: 2000 }, (_, at) => `  r${at}: *r\n`).join("")}`;
    expect(faultsOf(many)).toEqual(["105:9 routes.r100: is alias 101, the limit is 100"]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

describe("references to the environment", () => {
  test("each variable that is not set is named with its line, and nothing else is said of that value", () => {
    const text = `server:\n  port: \${PORT}\n${provider("base_url: ${URL}/v1\n    api_key: ${KEY}")}`;
    expect(faultsOf(text)).toEqual([
      `2:9 server.port: ${unset("PORT")}`,
      `7:15 providers[0].base_url: ${unset("URL")}`,
      `8:14 providers[0].api_key: ${unset("KEY")}`,
    ]);
  });

  test("a value that is wrong only because of its variable is told without the value", () => {
    expect(faultsOf(`server:\n  port: \${PORT}\n${one}`, { PORT: "hunter2" })).toEqual([
      "2:9 server.port: must be a number, not text",
    ]);
  });

  test("a bare $NAME, which the Go version expanded, is refused rather than sent as it stands", () => {
    expect(faultsOf(provider("api_key: $KEY"), { KEY: "k" })).toEqual([
      "5:14 providers[0].api_key: write ${KEY} for the environment variable, or $$KEY for the text",
    ]);
  });
});

test("all faults of a file come at once, in the order of the file", () => {
  const text = `server: { prot: 1 }
log: { level: loud }
providers:
  - { name: a, type: openai, models: [m], latency: 1s }
  - { name: a, type: opnai, models: [] }
  - { name: c, type: mock, models: [m, 1] }
routes: { r: x/y, s: "\${NO}" }
`;
  expect(faultsOf(text).map((fault) => fault.split(":").slice(0, 3).join(":").replace(/: .*/, ""))).toEqual([
    "1:11 server.prot",
    "2:15 log.level",
    "4:5 providers[0]",
    "4:43 providers[0].latency",
    "5:13 providers[1].name",
    "5:22 providers[1].type",
    "5:37 providers[1].models",
    "6:37 providers[2].models[0]",
    "6:40 providers[2].models[1]",
    "7:14 routes.r",
    "7:22 routes.s",
  ]);
});

const named = (place: string, message: string) => [place, message];

describe("a provider that has another fault as well", () => {
  test.each([
    // Its models: twice in its own list, twice in the file, in either order.
    [
      "  - { name: a, type: mock, models: [m, m], chunks: x }\n",
      [
        named("2:40", "models[1]: m is in this list already, in line 2; remove one"),
        named("2:52", "chunks: must be a number, not text"),
      ],
    ],
    [
      "  - { name: a, type: mock, models: [m], apikey: x }\n  - { name: b, type: mock, models: ['m*', m] }\n",
      [
        named("2:41", "apikey: unknown key; did you mean api_key?"),
        named(
          "3:43",
          expect.stringMatching(/^models\[1\]: m is served by provider a already, in line 2; remove one, and/),
        ),
      ],
    ],
    [
      "  - { type: mock, models: [m, n] }\n  - { name: b, type: mock, models: [m] }\n  - { type: mock, models: [n] }\n",
      [
        named("2:5", "name: is missing"),
        named(
          "3:37",
          expect.stringMatching(
            /^models\[0\]: m is served by another provider already, in line 2; remove one, and give it/,
          ),
        ),
        named("4:5", "name: is missing"),
        named("4:28", "models[0]: n is served by another provider already, in line 2; remove one"),
      ],
    ],
    // The keys that belong together: its key, and what is only for the mock.
    [
      "  - { name: a, type: openai, models: [], chunks: 3, timeouts: { head: x } }\n",
      [
        named("2:5", expect.stringMatching(/^ needs an api_key: /)),
        named("2:38", "models: must have at least one entry"),
        named("2:42", "chunks: is only for a provider of type mock; remove it"),
        named("2:71", expect.stringMatching(/^timeouts\.head: must be a duration/)),
      ],
    ],
    // Nothing is said that follows from the other fault alone.
    [
      "  - { name: a, type: openai, models: [m], apikey: k }\n",
      [named("2:43", "apikey: unknown key; did you mean api_key?")],
    ],
    [
      "  - { name: a, type: openai, models: [m], base_url: h }\n",
      [named("2:53", expect.stringMatching(/^base_url: must be an http/))],
    ],
    [
      '  - { name: a, type: openai, models: [m], api_key: "", chunks: x }\n  - { name: b, type: mock, models: [m] }\n',
      [named("2:64", "chunks: must be a number, not text")],
    ],
  ])("%j", (entries, faults) => {
    const found = faultsOf(`providers:\n${entries}`).map((fault) => {
      const [, place = "", message = ""] = /^(\d+:\d+) providers\[\d\](?:\.|:)(.*)$/.exec(fault) ?? [];
      return [place, message];
    });
    expect(found).toEqual(faults);
  });
});

test("a fault inside an anchor points at the line that is wrong", () => {
  const text = `providers:
  - &p { name: a, type: mock, models: [m], chunks: x }
  - { <<: *p, name: b, models: [n] }
`;
  expect(faultsOf(text)).toEqual([
    "2:52 providers[0].chunks: must be a number, not text",
    "2:52 providers[1].chunks: must be a number, not text",
  ]);
});

test("a secret in the environment never appears in a fault, wherever it was put", () => {
  const secret = "sk-hunter2hunter2";
  const places = [
    `server: { port: "\${S}", host: "\${S}:1", read_timeout: "\${S}", max_body: "\${S}", cors: "\${S}" }\n${one}`,
    `log: { level: "\${S}" }\n${one}`,
    `server: "\${S}"\nlog: "\${S}"\nroutes: "\${S}"\nproviders: "\${S}"\n`,
    `"\${S}"`,
    `providers:\n  - { name: "\${S}", type: "\${S}", base_url: "ftp://\${S}@h", models: ["\${S} x"], forward_headers: ["\${S} "] }`,
    `providers:\n  - { name: "\${S}", type: mock, models: ["\${S}", "\${S}"] }\n  - { name: "\${S}", type: mock, models: ["\${S}"] }\n`,
    `${one}routes: { r: "\${S}/m", s: "\${S}", t: "x\${S}/m" }`,
    `providers:\n  - { name: "\${S}", type: mock, models: [m] }\nroutes: { r: "sk-hunter2hunter3/m" }`,
    keyed('forward_client_key: "${S}"'),
  ];
  for (const text of places) {
    const loaded = parseConfig(text, "qlite.yaml", { S: secret });
    expect(loaded.kind).toBe("faulty");
    expect(loaded.kind === "faulty" && formatFaults(loaded.faults)).not.toContain("hunter2");
  }
});

test("a path is written as one would in code", () => {
  expect(formatPath(["providers", 1, "models", 0])).toBe("providers[1].models[0]");
  expect(formatPath(["routes", "my model"])).toBe('routes["my model"]');
  expect(formatPath([])).toBe("");
});
