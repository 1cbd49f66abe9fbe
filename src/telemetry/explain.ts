import type { ExchangeRecord } from "../record.ts";
import { explainCost, explainUsage } from "./explain-cost.ts";
import { explainDeadlines, explainEnd, explainTimes } from "./explain-end.ts";
import { explainRouting, explainTranslation } from "./explain-routing.ts";

/**
 * Explains an exchange that is over: what was decided and why, what it took and how it ended.
 *
 * A plain object with the units in its names; each `why` is a sentence for people. Bodies and keys are not in it, but what
 * clients named is: take secrets out before it is shown.
 */
export const explain = (record: ExchangeRecord) => ({
  id: record.id,
  at: new Date(record.at).toISOString(),
  request: {
    client: record.client,
    key: record.key,
    method: record.method,
    path: record.path,
    stream: record.stream,
    bytes: record.requestBytes,
  },
  routing: explainRouting(record),
  translation: explainTranslation(record),
  deadlines: explainDeadlines(record),
  usage: explainUsage(record),
  cost: explainCost(record),
  times: explainTimes(record),
  end: explainEnd(record),
  reply: { bytes: record.replyBytes, upstream_request_id: record.upstreamRequestId },
  trace_id: record.trace?.traceId ?? null,
});

export type Explanation = ReturnType<typeof explain>;
