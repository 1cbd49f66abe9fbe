import { emptyUsage } from "../../src/dialects/empty-usage.ts";
import type { Usage } from "../../src/dialects/reply.ts";
import type { ExchangeRecord } from "../../src/record.ts";

/** The worker of the ledger, as `app.ts` names it. */
export const ledgerWorkerUrl = new URL("../../src/ledger/worker.ts", import.meta.url).href;

/** A usage of so many tokens; what is not given was not told. */
export const usageOf = (usage: Partial<Usage> = {}): Usage => ({
  ...emptyUsage,
  inputTokens: 100,
  outputTokens: 20,
  ...usage,
});

/** What an exchange cost, in billionths of a US dollar. */
export const costOf = (nanoUsd: number): ExchangeRecord["cost"] => ({
  nanoUsd,
  parts: [],
  price: { provider: "openai", model: "gpt-5.4-mini", date: "2026-11-01", source: "https://prices.example" },
});

/** The record of a chat call that went well, 2026-11-22T12:00:00Z; `changes` says what was otherwise. */
export const recordOf = (changes: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  id: "019ab0e2-0000-7000-8000-000000000001",
  at: Date.UTC(2026, 10, 22, 12),
  client: "203.0.113.9",
  method: "POST",
  path: "/v1/chat/completions",
  dialect: "openai-chat",
  model: "gpt-5.4-mini",
  provider: "up",
  providerType: "openai",
  targetModel: "gpt-5.4-mini",
  replyModel: "gpt-5.4-mini-2026-03-05",
  upstreamDialect: "openai-chat",
  route: "listed by up",
  deadlines: null,
  serviceTier: "default",
  stream: true,
  attempts: 1,
  status: 200,
  ending: "complete",
  errorCode: null,
  errorSource: null,
  usage: usageOf(),
  usageSource: "reported",
  cost: costOf(75_000),
  times: {
    receivedMs: 0.2,
    sentMs: 0.3,
    repliedMs: 80,
    headMs: 80.2,
    firstChunkMs: 81.126,
    lastChunkMs: 120,
    totalMs: 120.5,
  },
  overheadMs: 0.3124,
  requestBytes: 512,
  replyBytes: 2048,
  dropped: [],
  upstreamRequestId: "req_1",
  trace: null,
  key: null,
  bodies: null,
  ...changes,
});
