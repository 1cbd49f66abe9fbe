import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../support/until.ts";
import { spanId, toRecord, traceId, upstreamSpanId } from "./traces-record.ts";
import { closedPort, startTraces } from "./traces-start.ts";

/** The collector of OpenTelemetry: `OTELCOL` names its executable, any build with the `otlp` receiver and `debug` exporter. */
const executable = process.env["OTELCOL"];

const toConfig = (port: number): string =>
  JSON.stringify({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: { debug: { verbosity: "detailed" } },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: { traces: { receivers: ["otlp"], exporters: ["debug"] } },
    },
  });

test.skipIf(executable === undefined)("the official collector takes the spans as they are meant", async () => {
  const folder = await mkdtemp(join(tmpdir(), "qlite-otelcol-"));
  const file = join(folder, "config.yaml");
  const port = closedPort();
  await Bun.write(file, toConfig(port));
  await using child = Bun.spawn([executable ?? "", "--config", file], { stdout: "ignore", stderr: "pipe" });
  let said = "";
  const decoder = new TextDecoder();
  const reading = (async () => {
    for await (const bytes of child.stderr) said += decoder.decode(bytes, { stream: true });
  })();
  try {
    await until(() => said.includes("Everything is ready"), 10_000);
    const traces = startTraces(`http://127.0.0.1:${port}`);
    traces.sink(
      toRecord({ stream: true, dropped: ["seed"], status: 503, model: "\ud83d", targetModel: "m\ud83d\u0000" }),
    );
    traces.sink(toRecord());
    await traces.close();
    expect([traces.dropped(), ...traces.errors]).toEqual([0]);
    await until(() => said.split("gen_ai.operation.name: Str(chat)").length === 3, 5000);
  } finally {
    child.kill();
    await Promise.all([child.exited, reading, rm(folder, { recursive: true })]);
  }
  const lines = new Set(said.split("\n").map((line) => line.trim().replace(/\s+:/, ":")));
  const wanted = [
    `Trace ID: ${traceId}`,
    `ID: ${spanId}`,
    `ID: ${upstreamSpanId}`,
    `Parent ID: ${spanId}`,
    "Name: chat gpt-x",
    "Kind: Client",
    "Kind: Server",
    "Start time: 2026-09-21 14:13:20.00125 +0000 UTC",
    "End time: 2026-09-21 14:13:20.2505 +0000 UTC",
    "Status code: Error",
    "-> service.name: Str(my-gateway)",
    "-> service.version: Str(1.2.3)",
    "-> gen_ai.usage.input_tokens: Int(100)",
    "-> qlite.cost_usd: Double(0.00125)",
    '-> qlite.dropped: Slice(["seed"])',
    "-> error.type: Str(503)",
  ];
  expect(wanted.filter((line) => !lines.has(line))).toEqual([]);
});
