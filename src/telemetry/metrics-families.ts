import {
  createCounter,
  createHistogramFamily,
  createSplitCounter,
  type Family,
  type Labels,
  type ToLabels,
} from "./metrics-groups.ts";
import { isUpstreamError } from "./labels.ts";
import type { Series, SeriesLabels } from "./series.ts";
import { tokenKinds } from "./series-usage.ts";

const byRequest: ToLabels = ({ provider, model, endpoint, isStream, status, ending }) => ({
  provider,
  model,
  endpoint,
  stream: String(isStream),
  status,
  ending,
});
const byModel: ToLabels = ({ provider, providerName, model }) => (providerName === null ? null : { provider, model });
const byEndpoint: ToLabels = ({ provider, providerName, endpoint, isStream }) =>
  providerName === null ? null : { provider, endpoint, stream: String(isStream) };
const byCode: ToLabels = ({ provider, providerName, errorType }) =>
  providerName === null || errorType === null || !isUpstreamError(errorType) ? null : { provider, code: errorType };

/** The labels of the GenAI conventions; an operation that did not fail has no `error_type`. */
const genAi = ({ operation, providerName, model }: SeriesLabels): Labels | null =>
  operation === null || providerName === null
    ? null
    : { gen_ai_operation_name: operation, gen_ai_provider_name: providerName, gen_ai_request_model: model };
const genAiWithError: ToLabels = (labels) => {
  const base = genAi(labels);
  return base === null || labels.errorType === null ? base : { ...base, error_type: labels.errorType };
};

const tokenParts = tokenKinds.flatMap((kind, at) => [
  { labels: { kind, source: "reported" }, toValue: ({ reported }: Series) => reported[at] ?? 0 },
  { labels: { kind, source: "estimated" }, toValue: ({ estimated }: Series) => estimated[at] ?? 0 },
]);

const whole: Labels = {};

/**
 * Makes the metrics that follow the conventions of OpenTelemetry for generative AI, named as Prometheus writes them.
 *
 * `client` is the proxy towards the provider, from the request sent; `server` is the proxy towards its own clients, from
 * the request that came.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-metrics.md (read 2026-11-22)
 */
export const createGenAiFamilies = (all: readonly Series[]): Family[] => {
  const histogram = createHistogramFamily(all);
  return [
    histogram("gen_ai_client_token_usage", "Number of input and output tokens used.", genAi, [
      { labels: { gen_ai_token_type: "input" }, pick: (series) => series.inputTokens },
      { labels: { gen_ai_token_type: "output" }, pick: (series) => series.outputTokens },
    ]),
    histogram(
      "gen_ai_client_operation_duration_seconds",
      "Time from the request sent to the provider to the end of its reply.",
      genAiWithError,
      [{ labels: whole, pick: ({ operation }) => operation }],
    ),
    histogram(
      "gen_ai_server_request_duration_seconds",
      "Time from the request of a client to the end of the reply.",
      genAiWithError,
      [{ labels: whole, pick: ({ request }) => request }],
    ),
    histogram(
      "gen_ai_server_time_to_first_token_seconds",
      "Time from the request of a client to the first chunk of a stream that was answered with success.",
      genAi,
      [{ labels: whole, pick: ({ firstToken }) => firstToken }],
    ),
    histogram("gen_ai_server_time_per_output_token_seconds", "Time per token of a stream after the first one.", genAi, [
      { labels: whole, pick: ({ perToken }) => perToken },
    ]),
  ];
};

/** Makes the metrics of our own that are counted by exchange. */
export const createOwnFamilies = (all: readonly Series[]): Family[] => {
  const counter = createCounter(all);
  const histogram = createHistogramFamily(all);
  return [
    counter("qlite_requests_total", "Requests that are over.", byRequest, ({ requests }) => requests),
    createSplitCounter(all)(
      "qlite_tokens_total",
      "Tokens by kind, each counted once: the kinds add up to input and output.",
      byModel,
      tokenParts,
    ),
    counter("qlite_cost_usd_total", "Cost in US dollars, where a price is known.", byModel, ({ nanoUsd }) => nanoUsd, {
      unit: 1e9,
      isUnknown: ({ costUnknown }) => costUnknown > 0,
    }),
    counter(
      "qlite_cost_unknown_total",
      "Exchanges with tokens but without a price.",
      byModel,
      ({ costUnknown }) => costUnknown,
    ),
    counter(
      "qlite_usage_unknown_total",
      "Answered calls of a model whose tokens nobody told and nobody counted.",
      byModel,
      ({ usageUnknown }) => usageUnknown,
    ),
    counter(
      "qlite_upstream_errors_total",
      "Error replies of providers by status, and failures to get a reply from them by code.",
      byCode,
      ({ requests }) => requests,
    ),
    counter(
      "qlite_dropped_fields_total",
      "Fields that a translation could not say.",
      byEndpoint,
      ({ droppedFields }) => droppedFields,
    ),
    histogram(
      "qlite_time_to_first_byte_seconds",
      "Time from the request of a client to the first byte of the reply's body, or to the head of one that came whole.",
      byEndpoint,
      [{ labels: whole, pick: ({ firstByte }) => firstByte }],
    ),
    histogram(
      "qlite_time_per_output_token_seconds",
      "Time per token of a stream after the first one, by provider of the config and in finer steps.",
      byModel,
      [{ labels: whole, pick: ({ perTokenFine }) => perTokenFine }],
    ),
    histogram(
      "qlite_proxy_overhead_seconds",
      "The proxy's own share of the time: from the whole request to its sending, and from the reply to the head.",
      byEndpoint,
      [{ labels: whole, pick: ({ overhead }) => overhead }],
    ),
  ];
};
