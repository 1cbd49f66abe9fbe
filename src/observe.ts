// What tells of the exchanges, put together: tokens and cost, metrics, traces, the ledger, explanations.
import type { Config } from "./config/schema.ts";
import { secretsIn } from "./config/secrets.ts";
import { createLedger, type Ledger } from "./ledger/ledger.ts";
import { createRedactor, type Log } from "./log.ts";
import type { Stage } from "./pipeline.ts";
import { builtInPrices } from "./pricing/built-in.ts";
import { createPricing } from "./pricing/pricing.ts";
import type { Sink } from "./record.ts";
import type { Registry } from "./routing/registry.ts";
import { createAccount } from "./stages/account.ts";
import { createAccessLog } from "./stages/access-log.ts";
import { createAdmin, type Admin } from "./stages/admin.ts";
import { createAdminAccess } from "./stages/admin-access.ts";
import { createExplain } from "./stages/explain.ts";
import { createInFlight } from "./stages/in-flight.ts";
import { createRecord } from "./stages/record.ts";
import { createUsageReport } from "./stages/usage-report.ts";
import { explain } from "./telemetry/explain.ts";
import { summarize } from "./telemetry/explain-summary.ts";
import { createMetrics, type Metrics } from "./telemetry/metrics.ts";
import { createRecent } from "./telemetry/recent.ts";
import { createTraces, type Traces } from "./telemetry/traces.ts";
import { createPriceWarning } from "./telemetry/price-warning.ts";
import { createTokenCounter, type TokenCounter } from "./tokens/counter.ts";
import { estimateTokens } from "./tokens/estimate.ts";
import { commit, version } from "./version.ts";

interface ObserveParts {
  readonly config: Config;
  readonly registry: Registry;
  readonly log: Log;
  /** Milliseconds of a monotonic clock, and since 1970. */
  readonly now: () => number;
  readonly nowMs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** Names this process among those that share a ledger. */
  readonly writer: string;
}

export interface Observe {
  /** The outermost first. */
  readonly stages: readonly Stage[];
  readonly admin: Admin;
  readonly counter: TokenCounter;
  /** Hands over what is under way; takes 2 s at most. */
  readonly close: () => Promise<void>;
}

/** `qlite tail` takes a gateway for gone that is silent for four times as long. */
const heartbeatMs = 5000;

/** The models that are named in the config, whose metrics have a label of their own. */
const modelsOf = ({ providers, routes }: Config, registry: Registry): readonly string[] => [
  ...registry.list().map(({ name }) => name),
  ...providers.flatMap(({ models }) => models.filter((model) => !model.includes("*"))),
  ...routes.map(({ model }) => model),
];

const metricsOf = (
  { config, registry, log }: ObserveParts,
  exchangesInFlight: () => number,
  ledger: Ledger | null,
  traces: Traces | null,
): Metrics | null =>
  config.metrics
    ? createMetrics({
        providers: config.providers.map(({ name, type }) => ({ name, type })),
        models: modelsOf(config, registry),
        build: { version, commit, bun: Bun.version },
        exchangesInFlight,
        logLinesDropped: log.dropped,
        ledgerRowsDropped: ledger?.dropped,
        tracesDropped: traces?.dropped,
      })
    : null;

/** Starts what the config wants; what it does not want is not there. */
export const startObserve = (parts: ObserveParts): Observe => {
  const { config, log, now, nowMs, randomBytes, writer } = parts;
  const { usage, admin: adminConfig } = config;
  const redactor = createRedactor(secretsIn(config));
  const warn = (message: string): void => log.write("warn", message);
  const counter = createTokenCounter({
    workerUrl: new URL("./tokens/worker.ts", import.meta.url).href,
  });
  const { costOf } = createPricing(builtInPrices, config.prices, nowMs);
  const traces =
    config.traces === null ? null : createTraces(config.traces, { version, randomBytes, onError: warn, now });
  const ledger =
    config.ledger === null
      ? null
      : createLedger(config.ledger, {
          workerUrl: new URL("./ledger/worker.ts", import.meta.url).href,
          writer,
          now: nowMs,
          onError: warn,
        });
  const inFlight = createInFlight();
  const metrics = metricsOf(parts, inFlight.count, ledger, traces);
  const recent = createRecent(adminConfig.keep);
  const sinks: Sink[] = [recent.sink];
  if (metrics !== null) sinks.push(metrics.sink);
  if (traces !== null) sinks.push(traces.sink);
  if (ledger !== null) sinks.push(ledger.sink);
  if (usage !== null && log.enabled("warn")) sinks.push(createPriceWarning(log));

  const access = createAdminAccess(adminConfig.key);
  const admin = createAdmin({
    access,
    recent,
    keep: adminConfig.keep,
    explain,
    summarize,
    redact: redactor.redact,
    metrics:
      metrics === null
        ? null
        : async () =>
            new Response(await metrics.text(), {
              headers: { "content-type": metrics.contentType },
            }),
    usage: ledger === null ? null : createUsageReport(ledger, nowMs),
    heartbeatMs,
    failed: ({ id }, { code, cause }) =>
      log.write("error", "an operator's request failed", {
        id,
        error: code,
        cause: cause instanceof Error ? cause.message : undefined,
      }),
  });

  const stages: Stage[] = [
    createExplain({
      isAdmin: access.isAdmin,
      hasKey: adminConfig.key !== null,
      explain,
      redact: redactor.redact,
      now,
      nowMs,
    }),
  ];
  if (metrics !== null) stages.push(inFlight.stage);
  if (usage !== null) stages.push(createAccount({ ...usage, costOf, estimateText: estimateTokens, now }));
  if (log.enabled("info")) stages.push(createAccessLog(log));
  // Nobody may ever ask, but whoever asks wants to know of the exchanges before.
  if (sinks.length > 1 || adminConfig.keep > 0) {
    stages.push(
      createRecord({
        sinks,
        redactor,
        nowMs,
        costOf,
        count: usage === null ? null : counter.count,
        beginTrace: traces?.begin ?? null,
        maxBodyBytes: config.ledger?.bodies === true ? config.ledger.maxBodyBytes : null,
      }),
    );
  }
  return {
    stages,
    admin,
    counter,
    close: async () => {
      admin.close();
      counter.close();
      metrics?.close();
      // The records of what was being counted come now.
      await Bun.sleep(0);
      await Promise.all([traces?.close(), ledger?.close()]);
    },
  };
};
