import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parse } from "yaml";
import dashboard from "../../config/grafana-dashboard.json" with { type: "json" };
import { makeFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";
import { recordOf, startMetrics, usageOf } from "./metrics-support.ts";

// Prometheus itself, of Debian's package `prometheus`: its parser of the text format, and of its own queries.
const promtool = Bun.which("promtool");
const prometheus = Bun.which("prometheus");

const alertsPath = join(import.meta.dir, "../../config/alerts.yaml");
interface Rule {
  readonly alert: string;
  readonly expr: string;
}
const alerts: { groups: { rules: Rule[] }[] } = parse(await Bun.file(alertsPath).text());
const rules = alerts.groups.flatMap((group) => group.rules);
const panels = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
);

const start = () => {
  const metrics = startMetrics({ logLinesDropped: () => 0, ledgerRowsDropped: () => 0, tracesDropped: () => 0 });
  const count = (): void => {
    metrics.sink(recordOf());
    metrics.sink(recordOf({ cost: null, dropped: ["seed"] }));
    metrics.sink(recordOf({ usage: null, usageSource: null, cost: null, stream: false }));
    metrics.sink(recordOf({ usage: usageOf(5, 5, { reasoningTokens: 2 }), usageSource: "estimated" }));
    metrics.sink(recordOf({ status: 503, stream: false, usage: null, cost: null }));
    metrics.sink(recordOf({ ending: "upstream_cut", errorCode: "upstream_stream_interrupted" }));
    for (const model of ['quo"te', "new\nline", "back\\slash", "\r", "é 🦊", "half \ud83d"])
      metrics.sink(recordOf({ targetModel: model }));
  };
  count();
  return { ...metrics, count };
};

const run = async (command: readonly string[], input: string) => {
  const child = Bun.spawn([...command], { stdin: Buffer.from(input), stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { code: await child.exited, said: out + err };
};

const withoutLabels = (expr: string): string => expr.replaceAll(/\{[^}]*\}|\bby \([^)]*\)/g, "");

test("every metric that the dashboard and the alerts name is one that is there", async () => {
  using metrics = start();
  const types = [...(await metrics.text()).matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  const names = new Set(types.flatMap(([, name, type]) => (type === "histogram" ? [`${name}_bucket`] : [name])));
  const named = [...panels, ...rules].flatMap(
    ({ expr }) => withoutLabels(expr).match(/\b(?:qlite|gen_ai|process|nodejs)_\w+/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(40);
  expect([...new Set(named)].filter((name) => !names.has(name))).toEqual([]);
});

test("the dashboard takes its data from a variable, and each panel has an id of its own", () => {
  const sources = dashboard.panels
    .flatMap((panel) => [panel, ...(panel.targets ?? [])])
    .map((each) => each.datasource?.uid);
  expect(new Set(sources)).toEqual(new Set([undefined, "${datasource}"]));
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

/** A case of `promtool test rules`: these series, and the alerts that fire after an hour of them. */
const toUnit = (series: Readonly<Record<string, string>>, fires: readonly string[]) => ({
  interval: "1m",
  input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
  promql_expr_test: [
    {
      expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
      eval_time: "1h",
      exp_samples: fires.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
    },
  ],
});

describe.skipIf(promtool === null)("promtool", () => {
  test("finds nothing to remark on the exposition, odd names of models among it", async () => {
    using metrics = start();
    const { code, said } = await run([promtool!, "check", "metrics"], await metrics.text());
    expect(said.split("\n").filter((line) => line !== "")).toEqual([]);
    expect(code).toBe(0);
  });

  test("takes the alert rules", async () => {
    const { code, said } = await run([promtool!, "check", "rules", alertsPath], "");
    expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(code).toBe(0);
  });

  /** Each with series, a value a minute, that make it fire after an hour. */
  const firing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    QliteDown: { 'up{job="qlite",instance="a"}': "0x120" },
    QliteErrorRate: {
      'qlite_requests_total{job="q",status="5xx"}': "0+10x120",
      'qlite_requests_total{job="q",status="2xx"}': "0+90x120",
    },
    QliteStreamsCut: {
      'qlite_requests_total{job="q",provider="p",ending="upstream_cut"}': "0+5x120",
      'qlite_requests_total{job="q",provider="p",ending="complete"}': "0+95x120",
    },
    QliteUpstreamErrors: {
      'qlite_upstream_errors_total{job="q",provider="p",code="503"}': "0+20x120",
      'qlite_requests_total{job="q",provider="p"}': "0+100x120",
    },
    QliteUpstreamRefuses: { 'qlite_upstream_errors_total{job="q",provider="p",code="429"}': "0+60x120" },
    QliteSlowFirstToken: {
      'gen_ai_server_time_to_first_token_seconds_bucket{job="q",gen_ai_request_model="m",le="5"}': "0+1x120",
      'gen_ai_server_time_to_first_token_seconds_bucket{job="q",gen_ai_request_model="m",le="10"}': "0+100x120",
      'gen_ai_server_time_to_first_token_seconds_bucket{job="q",gen_ai_request_model="m",le="+Inf"}': "0+100x120",
    },
    QliteOverhead: {
      'qlite_proxy_overhead_seconds_bucket{job="q",le="0.01"}': "0+1x120",
      'qlite_proxy_overhead_seconds_bucket{job="q",le="0.05"}': "0+100x120",
      'qlite_proxy_overhead_seconds_bucket{job="q",le="+Inf"}': "0+100x120",
    },
    QliteEventLoopLate: { 'qlite_event_loop_delay_seconds{job="q",instance="a",stat="p99"}': "0.2x120" },
    QliteUnknownCost: { 'qlite_cost_unknown_total{job="q",provider="p",model="m"}': "_x30 1x120" },
    QliteRowsDropped: { 'qlite_ledger_rows_dropped_total{job="q"}': "0+1x120" },
    QliteTelemetryDropped: { 'qlite_traces_dropped_total{job="q"}': "0+1x120" },
  };
  const healthy: Readonly<Record<string, string>> = {
    'up{job="qlite",instance="a"}': "1x120",
    'qlite_requests_total{job="q",provider="p",status="2xx",ending="complete"}': "0+1000x120",
    'qlite_requests_total{job="q",provider="p",status="5xx",ending="complete"}': "0+1x120",
    'qlite_upstream_errors_total{job="q",provider="p",code="503"}': "0+1x120",
    'gen_ai_server_time_to_first_token_seconds_bucket{job="q",gen_ai_request_model="m",le="1"}': "0+100x120",
    'gen_ai_server_time_to_first_token_seconds_bucket{job="q",gen_ai_request_model="m",le="+Inf"}': "0+100x120",
    'qlite_proxy_overhead_seconds_bucket{job="q",le="0.001"}': "0+100x120",
    'qlite_proxy_overhead_seconds_bucket{job="q",le="+Inf"}': "0+100x120",
    'qlite_event_loop_delay_seconds{job="q",instance="a",stat="p99"}': "0.002x120",
    'qlite_cost_unknown_total{job="q",provider="p",model="m"}': "0x120",
    'qlite_ledger_rows_dropped_total{job="q"}': "3x120",
    'qlite_log_lines_dropped_total{job="q"}': "0x120",
    'qlite_traces_dropped_total{job="q"}': "0x120",
  };

  test("each alert fires when it should and no other with it, and none while all is well", async () => {
    using dir = makeFolder();
    const path = join(dir.path, "test.yaml");
    const again = toUnit({ 'qlite_cost_unknown_total{job="q",provider="p",model="m"}': "0+1x120" }, [
      "QliteUnknownCost",
    ]);
    const units = [toUnit(healthy, []), ...rules.map(({ alert }) => toUnit(firing[alert] ?? {}, [alert])), again];
    await Bun.write(path, JSON.stringify({ rule_files: [alertsPath], evaluation_interval: "1m", tests: units }));
    const { code, said } = await run([promtool!, "test", "rules", path], "");
    expect(said).toContain("SUCCESS");
    expect(code).toBe(0);
  });
});

interface Result {
  readonly metric: Readonly<Record<string, string>>;
}

/** Runs Prometheus on a gateway's metrics until disposed of, and waits until it has some scrapes. */
const startPrometheus = async () => {
  const metrics = start();
  const dir = makeFolder();
  const target = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async () => {
      metrics.count();
      return new Response(await metrics.text(), { headers: { "content-type": metrics.contentType } });
    },
  });
  const place = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const address = `127.0.0.1:${place.port}`;
  await place.stop(true);
  const config = join(dir.path, "prometheus.yml");
  const targets = [`127.0.0.1:${target.port}`];
  const scrape = {
    job_name: "qlite",
    scrape_interval: "200ms",
    scrape_timeout: "200ms",
    static_configs: [{ targets }],
  };
  const global = { evaluation_interval: "1s" };
  await Bun.write(config, JSON.stringify({ global, rule_files: [alertsPath], scrape_configs: [scrape] }));
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${dir.path}/data`, `--web.listen-address=${address}`];
  const child = Bun.spawn([prometheus!, ...flags], { stdout: "ignore", stderr: "ignore" });

  const get = async <T>(path: string, fields: Record<string, string> = {}): Promise<T> => {
    const answer = await fetch(`http://${address}/api/v1/${path}?${new URLSearchParams(fields)}`);
    const { status, error, data }: { status: string; error?: string; data: T } = await answer.json();
    if (status !== "success") throw new Error(`${JSON.stringify(fields)}: ${error}`);
    return data;
  };
  const query = async (expr: string): Promise<readonly Result[]> =>
    (await get<{ result: Result[] }>("query", { query: expr })).result;
  const close = async (): Promise<void> => {
    child.kill();
    await child.exited;
    await target.stop(true);
    metrics.close();
    dir[Symbol.dispose]();
  };
  try {
    const hasScraped = () =>
      query("count_over_time(qlite_build_info[1m]) > 5").then(
        ({ length }) => length > 0,
        () => false,
      );
    // It takes 5 s to look for what to scrape.
    await until(hasScraped, 18_000);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { get, query, close };
};

describe.skipIf(prometheus === null)("Prometheus", () => {
  let running: Awaited<ReturnType<typeof startPrometheus>>;
  beforeAll(async () => {
    running = await startPrometheus();
  }, 20_000);
  afterAll(() => running.close());

  test("scrapes all there is", async () => {
    expect(await running.query('up{job="qlite"} == 1')).toHaveLength(1);
    expect(await running.query('qlite_requests_total{model="quo\\"te"}')).toHaveLength(1);
    expect(await running.query('qlite_requests_total{model="new\\nline"}')).toHaveLength(1);
  });

  const variables = { $job: ".*", $provider: ".*", $__rate_interval: "10s" };
  test.each(panels.map(({ title, expr, legendFormat }) => [title, expr, legendFormat] as const))(
    "gives data to the panel %s: %s",
    async (_, expr, legend) => {
      const asked = Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(name, value), expr);
      const [first] = await running.query(asked);
      const named = Array.from(legend.matchAll(/\{\{(\w+)\}\}/g), ([, name]) => name);
      expect(Object.keys(first?.metric ?? {})).toEqual(expect.arrayContaining(named));
      expect(first).toBeDefined();
    },
  );

  test("evaluates every alert rule", async () => {
    interface State {
      readonly name: string;
      readonly health: string;
    }
    const ask = async () =>
      (await running.get<{ groups: { rules: State[] }[] }>("rules")).groups.flatMap((group) => group.rules);
    expect((await ask()).map(({ name }) => name)).toEqual(rules.map(({ alert }) => alert));
    await until(async () => (await ask()).every(({ health }) => health === "ok"), 5000);
  });
});
