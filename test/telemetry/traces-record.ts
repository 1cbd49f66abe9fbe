import { emptyUsage } from "../../src/dialects/empty-usage.ts";
import type { ExchangeRecord } from "../../src/record.ts";

export const traceId = "0af7651916cd43dd8448eb211c80319c";
export const spanId = "b7ad6b7169203330";
/** As `toUpstreamSpanId` makes it of `spanId`. */
export const upstreamSpanId = "b7ad6b7169203331";
export const parentId = "00f067aa0ba902b7";

/** The record of a plain chat call that went well. */
export const toRecord = (changes: Partial<ExchangeRecord> = {}): ExchangeRecord => ({
  id: "req-1",
  at: 1_790_000_000_000,
  client: "192.0.2.7",
  method: "POST",
  path: "/v1/chat/completions",
  dialect: "openai-chat",
  model: "smart",
  provider: "my-openai",
  providerType: "openai",
  targetModel: "gpt-x",
  replyModel: "gpt-x-2026-10-01",
  upstreamDialect: "openai-chat",
  route: "route smart",
  deadlines: null,
  serviceTier: null,
  stream: false,
  attempts: 1,
  status: 200,
  ending: "complete",
  errorCode: null,
  errorSource: null,
  usage: { ...emptyUsage, inputTokens: 100, outputTokens: 20 },
  usageSource: "reported",
  cost: {
    nanoUsd: 1_250_000,
    parts: [],
    price: { provider: "openai", model: "gpt-x", date: "2026-11-01", source: "x" },
  },
  times: {
    receivedMs: 0.5,
    sentMs: 1.25,
    repliedMs: 250.5,
    headMs: 250.75,
    firstChunkMs: null,
    lastChunkMs: null,
    totalMs: 251,
  },
  overheadMs: 1,
  requestBytes: 300,
  replyBytes: 900,
  dropped: [],
  upstreamRequestId: null,
  trace: { traceId, spanId, parentId: null, isSampled: true },
  key: null,
  bodies: null,
  ...changes,
});
