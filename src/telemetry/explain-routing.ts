import type { ErrorCode } from "../errors.ts";
import type { ExchangeRecord } from "../record.ts";

const quote = (text: string | null): string => (text === null ? "nothing" : `"${text}"`);

/** Failures that come before anybody looks for a target. */
const beforeRouting: ReadonlySet<ErrorCode> = new Set([
  "invalid_json",
  "duplicate_field",
  "missing_required_parameter",
  "unsupported_media_type",
  "request_too_large",
  "request_timeout",
  "method_not_allowed",
  "unknown_url",
]);

const whyNone = ({ errorCode, model }: ExchangeRecord): string => {
  if (errorCode === "model_not_found") {
    return `No route, no listed model and no glob of the config is ${quote(model)}, so nobody was asked.`;
  }
  if (errorCode !== null && beforeRouting.has(errorCode)) {
    return `The request was refused (${errorCode}) before a target was looked for.`;
  }
  return errorCode === null
    ? "It was answered here: no provider was needed."
    : `It failed (${errorCode}) before a provider was asked.`;
};

/** What the registry says of a target, and what that means. */
const ways: readonly (readonly [prefix: string, say: (rest: string) => string])[] = [
  ["route ", (name) => `The config has a route ${quote(name)}; routes go before all else.`],
  ["listed by ", (name) => `No route has that name; it stands among the models of ${name}.`],
  ["named with its provider ", (name) => `The model was asked for as one of ${name}, by the name before the slash.`],
  ["glob ", (glob) => `No route and no list has that name; of the globs that fit it ${glob} says most.`],
];

const whyHere = ({ route, provider, targetModel, model }: ExchangeRecord): string => {
  if (route === null) {
    return model === null
      ? `The request names no model, so ${provider} was asked.`
      : `The request was for ${provider}, so no model was looked for.`;
  }
  const [prefix, say] = ways.find(([start]) => route.startsWith(start)) ?? ["", () => `Found by: ${route}.`];
  const found = say(route.slice(prefix.length));
  if (provider === null) return `${found} It failed before that provider was asked.`;
  return targetModel === null || targetModel === model ? found : `${found} ${provider} calls it ${quote(targetModel)}.`;
};

const isTranslated = ({ dialect, upstreamDialect }: ExchangeRecord): boolean =>
  upstreamDialect !== null && upstreamDialect !== dialect;

const whyDialect = (record: ExchangeRecord): string => {
  const { dialect, upstreamDialect, provider } = record;
  if (provider === null) return "No provider was asked, so nothing was translated.";
  return isTranslated(record)
    ? `The client speaks ${dialect} and ${provider} ${upstreamDialect}, so both ways are translated.`
    : "Both sides speak the same, so the bytes pass as they are but for the model's name.";
};

/** Tells who was asked for what, and why just that one. */
export const explainRouting = (record: ExchangeRecord) => ({
  model: record.model,
  route: record.route,
  provider: record.provider,
  provider_type: record.providerType,
  target_model: record.targetModel,
  reply_model: record.replyModel,
  attempts: record.attempts,
  why: record.provider === null && record.route === null ? whyNone(record) : whyHere(record),
});

const whyDropped = (record: ExchangeRecord): string => {
  if (record.dropped.length > 0) return `${record.upstreamDialect} has no words for them.`;
  return isTranslated(record) ? "Everything could be said." : "Nothing was translated.";
};

/** Tells what was translated, and what was lost by it. */
export const explainTranslation = (record: ExchangeRecord) => ({
  client_dialect: record.dialect,
  upstream_dialect: record.upstreamDialect,
  is_translated: isTranslated(record),
  why: whyDialect(record),
  dropped: record.dropped,
  dropped_why: whyDropped(record),
});
