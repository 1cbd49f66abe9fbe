import { emptyUsage } from "../dialects/empty-usage.ts";
import type { Usage } from "../dialects/reply.ts";
import { overheadOf, type Exchange, type Outcome, type Stage } from "../pipeline.ts";
import type { Pricing } from "../pricing/pricing.ts";
import type { Recast } from "../wire/tap.ts";
import { toUsd } from "../wire/usd.ts";

interface AccountParts {
  readonly costOf: Pricing["costOf"];
  /** Tokens of a text, at a glance. */
  readonly estimateText: (text: string) => number;
  /** Whether tokens and cost stand in the reply's headers. */
  readonly headers: boolean;
  /** Whether those of a stream stand in a comment behind it. */
  readonly streamComment: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Lays counted tokens over what the upstream told before it broke off; each total is the larger one. */
const toEstimate = (told: Usage | null, inputTokens: number, outputTokens: number): Usage =>
  told === null
    ? { ...emptyUsage, inputTokens, outputTokens }
    : { ...told, outputTokens: Math.max(told.outputTokens, outputTokens) };

/** Prices the usage of an exchange. */
export const priceOutcome = (outcome: Outcome, costOf: Pricing["costOf"]): void => {
  const { usage, provider, priceType, targetModel, replyModel, serviceTier } = outcome;
  outcome.cost =
    usage === null || provider === null || targetModel === null
      ? null
      : costOf({ provider, providerType: priceType, model: targetModel, replyModel, serviceTier }, usage);
};

/** Puts a count of its words in place of a usage that the upstream did not tell; `outputTokens` counted elsewhere, or here. */
export const estimateOutcome = (outcome: Outcome, outputTokens: number): void => {
  if (outcome.inputEstimate === null && outcome.told === null) return;
  outcome.usage = toEstimate(outcome.told, outcome.inputEstimate ?? 0, outputTokens);
  outcome.usageSource = "estimated";
};

/** Brings usage and cost to their last state; may be called again. */
const settle = (outcome: Outcome, { costOf, estimateText }: AccountParts): void => {
  outcome.watch?.settle();
  if (outcome.usageSource !== "reported" && outcome.watch !== null) {
    const said = outcome.watch.said();
    // An answer that cannot be read is not an answer of no words.
    const words =
      said === null ? (outcome.told?.outputTokens ?? null) : Math.ceil(estimateText(said.text) * said.scale);
    if (words !== null) estimateOutcome(outcome, words);
  }
  if (outcome.cost === null) priceOutcome(outcome, costOf);
};

const round = (ms: number): number => Math.round(ms * 100) / 100;

const timingOf = (outcome: Outcome, startedAt: number, now: number): string => {
  const own = `qlite;dur=${round(overheadOf(outcome, startedAt, now))}`;
  const { sentAt, repliedAt } = outcome;
  return sentAt === 0 || repliedAt === 0 ? own : `${own}, upstream;dur=${round(repliedAt - sentAt)}`;
};

/** Writes what is known at the head; of a stream that is an estimate of its input. */
const tell = (exchange: Exchange, headers: Headers): void => {
  const { outcome } = exchange;
  if (outcome.provider !== null) headers.set("x-provider", outcome.provider);
  headers.set("x-cache", "BYPASS");
  const { usage } = outcome;
  if (usage !== null && outcome.whole) {
    headers.set("x-tokens-input", String(usage.inputTokens));
    headers.set("x-tokens-output", String(usage.outputTokens));
    headers.set("x-qlite-usage", outcome.usageSource ?? "estimated");
    if (outcome.cost !== null) headers.set("x-request-cost", toUsd(outcome.cost.nanoUsd));
  } else if (!outcome.whole && outcome.inputEstimate !== null && outcome.watch !== null) {
    headers.set("x-tokens-input", String(outcome.inputEstimate));
    headers.set("x-qlite-usage", "estimated");
  }
};

const encoder = new TextEncoder();

/** The comment behind a stream: the same names as in a head. */
const toComment = ({ usage, usageSource, cost }: Outcome): string => {
  if (usage === null) return ": qlite x-qlite-usage=unknown\n\n";
  const price = cost === null ? "" : ` x-request-cost=${toUsd(cost.nanoUsd)}`;
  return (
    `: qlite x-tokens-input=${usage.inputTokens} x-tokens-output=${usage.outputTokens}` +
    ` x-qlite-usage=${usageSource ?? "estimated"}${price}\n\n`
  );
};

const isEventStream = (headers: Headers): boolean =>
  headers.get("content-type")?.startsWith("text/event-stream") === true;

const unchanged: Pick<Recast, "chunk" | "broken" | "isOver"> = {
  chunk: (bytes) => bytes,
  broken: () => null,
  isOver: () => false,
};

/** Adds the comment behind the last event of what there is; a stream that breaks has none. */
const addComment = (exchange: Exchange, parts: AccountParts): Recast => {
  const inner = exchange.recast;
  const comment = (): Uint8Array => {
    settle(exchange.outcome, parts);
    return encoder.encode(toComment(exchange.outcome));
  };
  if (inner === null) return { ...unchanged, last: comment };
  let isTold = false;
  const tellOnce = (bytes: Uint8Array): Uint8Array => {
    if (isTold) return bytes;
    isTold = true;
    return Buffer.concat([bytes, comment()]);
  };
  return {
    chunk: (bytes) => {
      const said = inner.chunk(bytes);
      return inner.isOver() ? tellOnce(said) : said;
    },
    last: () => tellOnce(inner.last()),
    broken: inner.broken,
    isOver: inner.isOver,
  };
};

/**
 * Brings an exchange's tokens and cost to an end, and tells them: those of a reply that is whole in its headers, those of a stream
 * as far as they are known at its head, and behind it in a comment if that is asked for.
 *
 * What the upstream does not tell, because it never does or its stream broke, is counted by the words that passed and marked
 * `estimated`. `Server-Timing` has the proxy's own share of the time to the head.
 */
export const createAccount = (parts: AccountParts): Stage => {
  const { headers: isTold, streamComment, now } = parts;
  const finish = (exchange: Exchange, response: Response): Response => {
    const { outcome } = exchange;
    if (outcome.whole) settle(outcome, parts);
    const { headers } = response;
    if (isTold) {
      tell(exchange, headers);
      headers.append("server-timing", timingOf(outcome, exchange.startedAt, now()));
    }
    if (streamComment && !outcome.whole && isEventStream(headers)) exchange.recast = addComment(exchange, parts);
    return response;
  };
  return (next) => (exchange) => {
    exchange.observers.push({ end: () => settle(exchange.outcome, parts) });
    const response = next(exchange);
    return response instanceof Promise ? response.then((came) => finish(exchange, came)) : finish(exchange, response);
  };
};
