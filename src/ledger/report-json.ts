import { toPlainUsd } from "../wire/usd.ts";
import type { Report, Sums } from "./report.ts";

/** Sums under the names they have for programs; `cost_usd` is a decimal string, because a number would round it. */
export const toFields = (sums: Sums) => ({
  requests: sums.requests,
  errors: sums.errors,
  input_tokens: sums.inputTokens,
  output_tokens: sums.outputTokens,
  cached_input_tokens: sums.cachedInputTokens,
  reasoning_tokens: sums.reasoningTokens,
  cost_usd: sums.costNanoUsd === null ? null : toPlainUsd(sums.costNanoUsd),
  unpriced_requests: sums.unpricedRequests,
  estimated_requests: sums.estimatedRequests,
});

/** A report as JSON for programs; `groups` is how many there are, `data` may list fewer. */
export const toReportJson = ({ by, since, rows, total, groups }: Report): string =>
  JSON.stringify({
    since: new Date(since).toISOString(),
    by,
    data: rows.map((row) => ({
      ...Object.fromEntries(by.map((grouping, index) => [grouping, row.group[index] ?? null])),
      ...toFields(row),
    })),
    total: toFields(total),
    groups,
  });
