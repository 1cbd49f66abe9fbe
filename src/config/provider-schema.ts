import * as z from "zod/mini";
import { block, describe, duration, flag, integer, text, timeLimitOrOff } from "./fields.ts";
import { bedrockKeys, vertexKeys } from "./provider-cloud.ts";
import { checkType } from "./provider-keys.ts";
import { dialectNames, providerTypes, type ProviderType } from "./provider-types.ts";

const isProviderType = (name: string): name is ProviderType => Object.hasOwn(providerTypes, name);
const typeNames = Object.keys(providerTypes).filter(isProviderType);

const connect = describe(timeLimitOrOff(), "Until the connection to the provider stands.");
const head = describe(
  timeLimitOrOff(),
  "From the request sent to the status and headers of the reply; a reasoning model may think for minutes.",
);
const idle = describe(timeLimitOrOff(), "The longest silence between two chunks of a reply.");
const total = describe(timeLimitOrOff(), "The whole exchange with the provider, from connect to the last byte.");

/** Deadlines towards providers, with their defaults. */
export const timeoutsSchema = block({
  connect: z.prefault(connect, "10s"),
  head: z.prefault(head, "10m"),
  idle: z.prefault(idle, "10m"),
  total: z.prefault(total, "off"),
});

const timeoutsOverride = block({
  connect: z.optional(connect),
  head: z.optional(head),
  idle: z.optional(idle),
  total: z.optional(total),
});

const needsUrl =
  "must be an http:// or https:// address without credentials, query or fragment, such as https://api.openai.com/v1";

// What the path of a call ends in: it is added by us.
const callPath = /\/(?:chat\/completions|completions|responses|messages|embeddings)\/*$/;

const baseUrl = z.pipe(
  text(/^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#@\\]*)?$/, needsUrl).check(
    z.refine((url) => URL.canParse(url), needsUrl),
    z.refine((url) => !callPath.test(url), "must end before the path of a call, such as https://api.openai.com/v1"),
  ),
  z.transform((url) => url.replace(/\/+$/, "")),
);

// Hop-by-hop headers (RFC 9110 section 7.6.1 and the older lists), framing, and what would leak credentials or the host.
const heldBack = new Set(
  (
    "api-key authorization connection content-length cookie expect host keep-alive proxy-authenticate " +
    "proxy-authorization proxy-connection te trailer transfer-encoding upgrade x-api-key x-goog-api-key"
  ).split(" "),
);
const passes = (name: string) => !heldBack.has(name.toLowerCase());

const headerName = z.pipe(
  text(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "must be the name of a header, such as x-tenant").check(
    z.refine(passes, "is a header that never passes from a client to a provider; remove it"),
  ),
  z.transform((name) => name.toLowerCase()),
);

/** What a key may hold, so that it fits into a header; it may be empty. */
export const keyPattern = /^[\x21-\x7e]*$/;

const providerName = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  "must begin with a letter or digit and hold only letters, digits, dots, dashes and underscores",
);
const key = z
  .string()
  .check(z.trim(), z.regex(keyPattern, "must hold no spaces, line breaks or letters outside ASCII"));
const model = text(/^\S+$/, "must be the name of a model without spaces, such as gpt-5.4-mini or gpt-*");
const apiVersion = text(
  /^(?:\d{4}-\d{2}-\d{2}(?:-preview)?|v1|preview|latest)$/,
  "must be a date such as 2024-10-21 or 2025-04-01-preview for the deployments path, or v1, preview or latest",
);
const deployment = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
  "must be the name of a deployment: letters, digits, dots, dashes and underscores",
);
const dialects = z.array(z.enum(dialectNames)).check(
  z.minLength(1),
  z.refine((names) => new Set(names).size === names.length, "names a dialect twice; remove one"),
);

/** What other programs call these keys. */
const otherNames = {
  url: "unknown key; did you mean base_url?",
  api_base: "unknown key; did you mean base_url?",
  key: "unknown key; did you mean api_key?",
  token: "unknown key; did you mean api_key?",
  retries: "this version has no retries yet; remove it",
  max_retries: "this version has no retries yet; remove it",
};

const providerShape = block(
  {
    name: describe(providerName, "Its name, unique in this file: in logs, and in front of a model as in name/model."),
    type: describe(
      z.enum(typeNames),
      "Which API it is. Any other server that speaks the OpenAI dialect is openai with a base_url.",
    ),
    base_url: describe(
      z.optional(baseUrl),
      "Where its API lies, with the version: https://api.openai.com/v1. The type has a default, but for azure: there it is the resource, https://NAME.openai.azure.com. Those of bedrock and vertex follow from region and location.",
    ),
    api_key: describe(
      z.optional(key),
      'Its key, best as "${NAME}" from the environment. Empty, as from "${NAME:-}" when NAME is not set, switches the provider off.',
    ),
    forward_client_key: describe(
      z.prefault(flag(), false),
      "Send the client's own key to this provider instead of an api_key, in the header this provider reads, whichever way it came.",
    ),
    models: describe(
      z.array(model).check(z.minLength(1)),
      "The models it serves; a * stands for any letters, so gpt-* is every model that begins with gpt-.",
    ),
    dialects: describe(
      z.optional(dialects),
      "The dialects this server speaks, the one to translate into first; the type has a default. A call in one of them passes untouched.",
    ),
    api_version: describe(
      z.optional(apiVersion),
      "Only for type azure: a date takes the deployments path with that api-version; without it the v1 path is taken.",
    ),
    deployments: describe(
      z.optional(z.record(model, deployment)),
      "Only for type azure: the deployment of a model, where it has another name than the model.",
    ),
    ...bedrockKeys,
    ...vertexKeys,
    forward_headers: describe(
      z.prefault(z.array(headerName), []),
      "Further request headers of a client that may pass to this provider.",
    ),
    timeouts: describe(
      z.nullish(timeoutsOverride),
      "Deadlines of this provider; what is missing here is taken from the top-level timeouts.",
    ),
    on_disconnect: describe(
      z.prefault(z.enum(["cancel", "drain"]), "cancel"),
      "When a client leaves in mid-reply: cancel ends the request at the provider; drain reads the reply to its end, so that its tokens are known.",
    ),
    latency: describe(
      z.optional(duration()),
      "Only for type mock: the time before a reply, and before each chunk of a stream. Default 0ms.",
    ),
    chunks: describe(z.optional(integer(1)), "Only for type mock: how many chunks a stream has. Default 3."),
    response_tokens: describe(z.optional(integer(1)), "Only for type mock: how many tokens an answer has. Default 10."),
    error_after: describe(
      z.optional(integer(0, 100_000)),
      "Only for type mock: after so many chunks a stream ends in the error event of its dialect. Default never.",
    ),
  },
  otherNames,
);

/** One entry of `providers` as written, checked and with its units read, but without what it inherits. */
export const providerSchema = providerShape.check(checkType);

/** What only a provider of type `mock` may say. */
export const mockKeys = ["latency", "chunks", "response_tokens", "error_after"] as const;

/** An entry of `providers` as `providerSchema` gives it. */
export type Provider = z.output<typeof providerSchema>;
