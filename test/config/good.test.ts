import { expect, test } from "bun:test";
import { good, one } from "./parse.ts";

test("a config with one provider gets every default", () => {
  expect(good(one)).toEqual({
    server: {
      host: "127.0.0.1",
      port: 8080,
      readTimeoutMs: 30_000,
      writeTimeoutMs: 120_000,
      drainDelayMs: 0,
      drainTimeoutMs: 30_000,
      maxBodyBytes: 10_000_000,
      maxBodiesBytes: 512_000_000,
      maxUploadBytes: 512_000_000,
      cors: null,
    },
    timeouts: { connectTimeoutMs: 10_000, headTimeoutMs: 600_000, idleTimeoutMs: 600_000, totalTimeoutMs: null },
    log: { level: "info", format: "auto" },
    mock: null,
    providers: [
      {
        name: "a",
        type: "openai",
        baseUrl: "https://api.openai.com/v1",
        apiKey: "k",
        forwardClientKey: false,
        enabled: true,
        models: ["m"],
        dialects: null,
        forwardHeaders: [],
        timeouts: { connectTimeoutMs: 10_000, headTimeoutMs: 600_000, idleTimeoutMs: 600_000, totalTimeoutMs: null },
        onDisconnect: "cancel",
        azure: null,
        bedrock: null,
        vertex: null,
        mock: null,
      },
    ],
    translation: "lenient",
    responsesStore: null,
    usage: { headers: true, streamComment: false },
    prices: [],
    metrics: true,
    traces: null,
    ledger: null,
    admin: { key: null, listen: null, keep: 1000 },
    routes: [],
  });
});

test("every key that is written is taken over", () => {
  const config = good(`
server:
  host: "::1"
  port: 0
  read_timeout: 1s
  write_timeout: 2s
  drain_delay: 5s
  drain_timeout: 0ms
  max_body: 1KiB
  max_upload: 1GB
  cors: { origins: ["https://App.example", "http://localhost:5173"], max_age: 1h }
timeouts: { connect: 1s, head: off, idle: 3s, total: 4s }
log: { level: debug, format: json }
usage: { headers: false, stream_comment: true }
prices:
  - { provider: p, models: [b/c], input: 1.5, output: "2", above: [{ input_tokens: 10, input: 3 }], tiers: { batch: { multiplier: 0.5 } }, date: 2026-11-22, from: 2026-01-01, until: 2026-12-31, source: contract }
metrics: off
traces: { endpoint: "http://localhost:4318/", headers: { authorization: "Bearer x" }, sample: 0.25, service_name: gate }
ledger: { url: "postgres://u:p@h/d", retention: 1h, max_bytes: 1MB, bodies: true, max_body: 1KB }
admin: { key: secret-key, host: 127.0.0.1, port: 9090, keep: 5 }
providers:
  - name: p
    type: groq
    base_url: http://localhost:1/x//
    forward_client_key: true
    models: ["llama-*", "b/c"]
    forward_headers: [X-Tenant]
    on_disconnect: drain
    timeouts: { head: 5s, total: off }
  - { name: m, type: mock, models: ["*"], latency: 50ms, chunks: 4, response_tokens: 20 }
  - { name: n, type: mock, models: [n] }
routes: { smart: p/b/c, other: m/x }
`);
  expect(config.server).toEqual({
    host: "::1",
    port: 0,
    readTimeoutMs: 1000,
    writeTimeoutMs: 2000,
    drainDelayMs: 5000,
    drainTimeoutMs: 0,
    maxBodyBytes: 1024,
    maxBodiesBytes: 512_000_000,
    maxUploadBytes: 1_000_000_000,
    cors: { origins: ["https://app.example", "http://localhost:5173"], maxAgeMs: 3_600_000 },
  });
  expect(config.log).toEqual({ level: "debug", format: "json" });
  expect(config.usage).toEqual({ headers: false, streamComment: true });
  expect(config.prices).toEqual([
    {
      provider: "p",
      models: ["b/c"],
      input: 1.5,
      output: 2,
      above: [{ input_tokens: 10, input: 3 }],
      tiers: { batch: { multiplier: 0.5 } },
      date: "2026-11-22",
      from: "2026-01-01",
      until: "2026-12-31",
      source: "contract",
    },
  ]);
  expect(config.metrics).toBe(false);
  expect(config.traces).toEqual({
    url: "http://localhost:4318/v1/traces",
    headers: { authorization: "Bearer x" },
    sample: 0.25,
    serviceName: "gate",
  });
  expect(config.ledger).toEqual({
    path: "qlite.db",
    url: "postgres://u:p@h/d",
    retentionMs: 3_600_000,
    maxBytes: 1_000_000,
    bodies: true,
    maxBodyBytes: 1000,
  });
  expect(config.admin).toEqual({ key: "secret-key", listen: { host: "127.0.0.1", port: 9090 }, keep: 5 });
  expect(config.providers[0]).toEqual({
    name: "p",
    type: "groq",
    baseUrl: "http://localhost:1/x",
    apiKey: null,
    forwardClientKey: true,
    enabled: true,
    models: ["llama-*", "b/c"],
    dialects: null,
    forwardHeaders: ["x-tenant"],
    timeouts: { connectTimeoutMs: 1000, headTimeoutMs: 5000, idleTimeoutMs: 3000, totalTimeoutMs: null },
    onDisconnect: "drain",
    azure: null,
    bedrock: null,
    vertex: null,
    mock: null,
  });
  expect(config.providers.map(({ mock }) => mock)).toEqual([
    null,
    { latencyMs: 50, chunks: 4, responseTokens: 20 },
    { latencyMs: 0, chunks: 3, responseTokens: 10 },
  ]);
  expect(config.routes).toEqual([
    { name: "smart", provider: "p", model: "b/c" },
    { name: "other", provider: "m", model: "x" },
  ]);
});

test("a config is frozen through and through", () => {
  const seen: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) seen.push(path);
    for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
  };
  walk(
    good(`${one}  - { name: m, type: mock, models: [x] }\nserver: { cors: { origins: ["*"] } }\nroutes: { r: a/m }`),
    "config",
  );
  expect(seen).toEqual([]);
});

test("a reference without quotes gives a number or a yes where one is wanted, and text elsewhere", () => {
  const text = `
server: { port: "\${PORT:-8080}" }
providers:
  - name: a
    type: openai
    base_url: http://h/v1
    models: [m]
    forward_client_key: "\${FORWARD:-true}"
  - { name: b, type: openai, api_key: "\${KEY}", models: [n] }
log:
  level: \${LEVEL:-warn}
`;
  const config = good(text, { KEY: "0012345678901234567890" });
  expect(config.server.port).toBe(8080);
  expect(config.providers[0]?.forwardClientKey).toBe(true);
  expect(config.providers[1]?.apiKey).toBe("0012345678901234567890");
  expect(config.log.level).toBe("warn");
  expect(good(text, { KEY: "k", PORT: "9000", FORWARD: "false", LEVEL: "off" }).server.port).toBe(9000);
  expect(good(`server:\n  port: \${PORT:-8081}\n${one}`).server.port).toBe(8081);
});

test("what a variable holds cannot change the structure", () => {
  const key = '"}],routes:{x:y/z}#';
  const config = good("providers:\n  - { name: a, type: openai, api_key: '${KEY}', models: [m] }", { KEY: key });
  expect(config.providers[0]?.apiKey).toBe(key);
  expect(config.routes).toEqual([]);
});

test("a key of the file is no place for a reference", () => {
  const config = good(`${one}routes: { "\${KEY}": a/m }`, { KEY: "secret" });
  expect(config.routes[0]?.name).toBe("${KEY}");
});

test.each(["api_key: ${KEY:-}", "api_key: ${EMPTY}", 'api_key: ""', 'api_key: "${KEY:-}"'])(
  "a provider with %s is switched off and keeps its place",
  (line) => {
    const config = good(`providers:\n  - name: a\n    type: openai\n    ${line}\n    models: [m]\n`, { EMPTY: "" });
    expect(config.providers[0]).toMatchObject({ name: "a", enabled: false, apiKey: null });
  },
);

test("space around a key, as a file leaves it, is not part of it", () => {
  expect(good(one.replace("api_key: k", 'api_key: "${K}"'), { K: " key\n" }).providers[0]?.apiKey).toBe("key");
});

test("a server of one's own needs no key", () => {
  const config = good("providers:\n  - { name: l, type: openai, base_url: http://localhost:11434/v1, models: ['*'] }");
  expect(config.providers[0]).toMatchObject({ apiKey: null, enabled: true, baseUrl: "http://localhost:11434/v1" });
});

test("a switched-off provider may list a model of another", () => {
  const off = '  - { name: b, type: groq, api_key: "", models: [m] }\n';
  expect(good(one + off).providers.map(({ enabled }) => enabled)).toEqual([true, false]);
});

test("blocks that are empty or hold only comments get their defaults", () => {
  expect(good(`server:\n  # port: 1\ntimeouts:\nlog:\nroutes:\n${one}`)).toEqual(good(one));
});

test("anchors, aliases and merge keys work", () => {
  const config = good(
    `
providers:
  - &base
    name: a
    type: openai
    api_key: \${K}
    models: [m]
    timeouts: &limits { head: 1s }
  - <<: *base
    name: b
    models: [n]
    timeouts: *limits
`,
    { K: "k" },
  );
  expect(config.providers[1]).toMatchObject({ name: "b", apiKey: "k", timeouts: { headTimeoutMs: 1000 } });
});

test("a BOM and CRLF line ends are no fault", () => {
  expect(good(`\uFEFF${one.replaceAll("\n", "\r\n")}`)).toEqual(good(one));
});

test("a config of the Go version without its cache block is understood", () => {
  const config = good(
    `
server:
  port: 8080
  read_timeout: 30s
  write_timeout: 120s
providers:
  - name: openai
    type: openai
    base_url: https://api.openai.com/v1
    api_key: \${OPENAI_API_KEY}
    models:
      - gpt-4o
`,
    { OPENAI_API_KEY: "k" },
  );
  expect(config.server.writeTimeoutMs).toBe(120_000);
  expect(config.providers[0]?.models).toEqual(["gpt-4o"]);
});
