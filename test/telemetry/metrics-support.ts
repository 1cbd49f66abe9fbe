import { emptyUsage } from "../../src/dialects/empty-usage.ts";
import type { Usage } from "../../src/dialects/reply.ts";
import type { Cost, ExchangeRecord } from "../../src/record.ts";
import { createMetrics, type MetricsOptions } from "../../src/telemetry/metrics.ts";

export const usageOf = (inputTokens: number, outputTokens: number, details: Partial<Usage> = {}): Usage => ({
  ...emptyUsage,
  inputTokens,
  outputTokens,
  ...details,
});

export const costOf = (nanoUsd: number): Cost => ({
  nanoUsd,
  parts: [],
  price: { provider: "openai", model: "gpt-*", date: "2026-11-22", source: "test" },
});

/** A chat stream of 11 tokens that went well, but for what a test says. */
export const recordOf = (changes: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  id: "id",
  at: Date.UTC(2026, 10, 22),
  client: "127.0.0.1",
  method: "POST",
  path: "/v1/chat/completions",
  dialect: "openai-chat",
  model: "gpt-5.4-mini",
  provider: "openai",
  providerType: "openai",
  targetModel: "gpt-5.4-mini",
  replyModel: null,
  upstreamDialect: "openai-chat",
  route: "listed by openai",
  deadlines: null,
  serviceTier: null,
  stream: true,
  attempts: 1,
  status: 200,
  ending: "complete",
  errorCode: null,
  errorSource: null,
  usage: usageOf(100, 11),
  usageSource: "reported",
  cost: costOf(250_000),
  times: {
    receivedMs: 1,
    sentMs: 2,
    repliedMs: 300,
    headMs: 301,
    firstChunkMs: 302,
    lastChunkMs: 502,
    totalMs: 503,
  },
  overheadMs: 0.2,
  requestBytes: 100,
  replyBytes: 1000,
  dropped: [],
  upstreamRequestId: null,
  trace: null,
  key: null,
  bodies: null,
  ...changes,
});

export const startMetrics = (changes: Partial<MetricsOptions> = {}) => {
  const metrics = createMetrics({
    providers: [
      { name: "openai", type: "openai" },
      { name: "claude", type: "anthropic" },
      { name: "google", type: "google" },
    ],
    models: ["gpt-5.4-mini", "claude-sonnet-5"],
    build: { version: "1.2.3", commit: "abc1234", bun: "1.4.5" },
    exchangesInFlight: () => 3,
    ...changes,
  });
  return { ...metrics, [Symbol.dispose]: metrics.close };
};

/** A line of the exposition, its escapes undone. */
export interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"/g;
const unescape = (text: string): string =>
  text.replaceAll(/\\(["\\n])/g, (_, sign: string) => (sign === "n" ? "\n" : sign));

/** Reads the text format strictly: a line that is not of its grammar, or one that comes twice, throws. */
export const readText = (text: string): Line[] => {
  const lines: Line[] = [];
  const keys = new Set<string>();
  for (const written of text.split("\n")) {
    if (written === "" || written.startsWith("# ")) continue;
    const found = line.exec(written);
    const value = Number(found?.[3]?.replace("Inf", "Infinity"));
    if (found === null || Number.isNaN(value)) throw new Error(`not a line of the text format: ${written}`);
    const pairs = [...(found[2] ?? "").matchAll(label)].map((pair) => [pair[1]!, unescape(pair[2]!)] as const);
    const labels = Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
    if (Object.keys(labels).length !== pairs.length) throw new Error(`a label comes twice: ${written}`);
    const key = `${found[1]}${JSON.stringify(labels)}`;
    if (keys.has(key)) throw new Error(`a line comes twice: ${written}`);
    keys.add(key);
    lines.push({ name: found[1]!, labels, value });
  }
  return lines;
};

/** The sum of the lines of that name with those labels, undefined when there is none. */
export const valueOf = (lines: readonly Line[], name: string, labels: Record<string, string> = {}) => {
  const found = lines.filter(
    (each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
  );
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
};
