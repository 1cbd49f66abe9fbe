import type { Log, LogLevel } from "../log.ts";
import type { Outcome, Stage } from "../pipeline.ts";
import { toUsd } from "../wire/usd.ts";

const round = (ms: number): number => Math.round(ms * 100) / 100;

/** A client may send any name, of any length; a line stays a line. */
const short = (text: string | null): string | undefined =>
  text !== null && text.length > 200 ? `${text.slice(0, 200)}…` : (text ?? undefined);

const levelOf = (outcome: Readonly<Outcome>): LogLevel => {
  const source = outcome.error?.row.source;
  if (source === "proxy") return "error";
  return source === "upstream" || outcome.status >= 500 ? "warn" : "info";
};

/** What lay behind a failure: a stack where the fault is ours, else one line. */
const causeOf = ({ error }: Readonly<Outcome>): string | undefined => {
  const cause = error?.cause;
  if (!(cause instanceof Error)) return undefined;
  return error?.code === "internal_error" ? (cause.stack ?? cause.message) : `${cause.name}: ${cause.message}`;
};

/**
 * Writes one line for each exchange when it is over.
 *
 * Fields: `id`, `client` (address), `method`, `path` (without the query), `model` asked for, `provider`, `stream`, `status`,
 * `bytes` of the reply's body, `head_ms` and `total_ms` since the request came, `ended` (see `Ending`), `error` (code) and
 * `cause`, `input_tokens` and `output_tokens` where known (`usage` says if they are estimated), `cost_usd` where there is a price, `dropped` (what a
 * translation left out), `upstream_id`. Prompts, answers and keys are in none of them.
 */
export const createAccessLog =
  (log: Log): Stage =>
  (next) =>
  (exchange) => {
    const client = exchange.connection.address();
    exchange.observers.push({
      end: (outcome) => {
        log.write(levelOf(outcome), "exchange", {
          id: exchange.id,
          client,
          method: exchange.method,
          path: short(exchange.path),
          model: short(outcome.model),
          provider: outcome.provider ?? undefined,
          stream: outcome.stream,
          status: outcome.status,
          bytes: outcome.bytes,
          head_ms: round(outcome.headAt - exchange.startedAt),
          total_ms: round(outcome.endAt - exchange.startedAt),
          ended: outcome.ending,
          error: outcome.error?.code,
          cause: causeOf(outcome),
          input_tokens: outcome.usage?.inputTokens,
          output_tokens: outcome.usage?.outputTokens,
          usage: outcome.usageSource === "estimated" ? "estimated" : undefined,
          cost_usd: outcome.cost === null ? undefined : toUsd(outcome.cost.nanoUsd),
          dropped: outcome.dropped.length === 0 ? undefined : outcome.dropped.join(", "),
          upstream_id: short(outcome.upstreamRequestId),
        });
      },
    });
    return next(exchange);
  };
