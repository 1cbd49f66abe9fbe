// What qlite keeps and tells of the exchanges: usage, prices, metrics, traces, the ledger, and who may ask.
import * as z from "zod/mini";
import { block, describe, flag, integer, longDuration, size, text } from "./fields.ts";
import { keyPattern } from "./provider-schema.ts";

const orOff = <S extends z.ZodMiniType>(schema: S) => z.nullish(z.union([z.literal("off"), schema]));

const usageBlock = block({
  headers: describe(
    z.prefault(flag(), true),
    "Tell tokens and cost in the headers of a reply: X-Tokens-Input, X-Tokens-Output, X-Request-Cost. A stream's head has what is known of them by then.",
  ),
  stream_comment: describe(
    z.prefault(flag(), false),
    "Tell tokens and cost of a stream in a comment behind its last event. Every client skips comments; the bytes before it stay as they are.",
  ),
});

const usd = z
  .pipe(
    z.union([z.number(), z.string().check(z.regex(/^\s*[\d.]/, "must be a price in USD, such as 2.5"))]),
    z.transform((written) => Number(written)),
  )
  .check(
    z.refine(
      (value) => Number.isFinite(value) && value >= 0 && value <= 1_000_000,
      "must be a price in USD, such as 2.5",
    ),
  );
/** Nine decimals, and three of a multiplier, are what can be reckoned with exactly. */
const decimals = (most: number) =>
  z.refine<number>(
    (value) => Math.round(value * 10 ** most) / 10 ** most === value,
    `must have at most ${most} decimals`,
  );
const isDay = (written: string): boolean => {
  const at = Date.parse(written);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(written);
};
const needsDay = "must be a day such as 2026-11-22";
const rate = (what: string) => describe(z.optional(usd.check(decimals(9))), `USD per million tokens: ${what}.`);
const date = z.string(needsDay).check(z.regex(/^\d{4}-\d{2}-\d{2}$/, needsDay), z.refine(isDay, "is no day there is"));
const rates = {
  input: rate("input"),
  output: rate("output, reasoning included unless it has a price of its own"),
  cached_input: rate("input read from the provider's cache"),
  cache_write: rate("input written to the provider's cache"),
  cache_write_long: rate("input written to the provider's long-lived cache"),
  reasoning: rate("output that is reasoning"),
  audio_input: rate("audio in"),
  audio_output: rate("audio out"),
  image_input: rate("images in"),
  image_output: rate("images out"),
};

/** One row of prices, as `config/prices.yaml` and `prices` of a config write it. */
export const priceSchema = block({
  provider: describe(
    z.string().check(z.minLength(1)),
    "The type of provider the price is of, such as openai; or the name of one of yours.",
  ),
  models: describe(
    z.array(z.string().check(z.minLength(1))).check(z.minLength(1)),
    "The models; a * stands for any letters. A dated snapshot of a model has its price without being listed.",
  ),
  ...rates,
  /** USD each, not per million. */
  web_search: describe(z.optional(usd.check(decimals(9))), "USD for each web search."),
  above: describe(
    z.optional(
      z.array(
        block({ input_tokens: describe(integer(1), "The longest input that still has the usual prices."), ...rates }),
      ),
    ),
    "Other prices of a request whose input is longer than so many tokens; what is missing stays as it is.",
  ),
  tiers: describe(
    z.optional(
      z.record(
        z.string(),
        block({
          ...rates,
          multiplier: describe(
            z.optional(usd.check(decimals(3))),
            "What to multiply the usual prices by, such as 0.5.",
          ),
        }),
      ),
    ),
    "Other prices by service tier, such as batch, flex or priority: prices, or what to multiply all of them by.",
  ),
  from: describe(z.optional(date), "The first day it holds, in UTC."),
  until: describe(z.optional(date), "The last day it holds, in UTC; of a promotion."),
  date: describe(date, "When the price was read."),
  source: describe(z.string().check(z.minLength(1)), "Where it was read."),
}).check(
  z.refine(
    ({ from, until }) => from === undefined || until === undefined || from <= until,
    "holds on no day, because from is later than until",
  ),
);

const needsPart = "must be from 0 to 1";
const needsCollector = "must be an address such as http://localhost:4318";
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;
const headerValue = /^[\t -~\u0080-\u00ff]*$/;

const headers = z
  .record(z.string(), text(headerValue, "must hold no line breaks, and no letters a header cannot"))
  .check(
    z.refine((given) => Object.keys(given).every((name) => headerName.test(name)), "has a name no header can have"),
  );

const tracesBlock = block({
  endpoint: describe(
    text(/^https?:\/\/[^\s/?#]+[^\s?#]*$/, needsCollector).check(
      z.refine((address) => URL.canParse(address), needsCollector),
    ),
    "Where an OpenTelemetry collector takes OTLP over HTTP; /v1/traces is added unless it is there.",
  ),
  headers: describe(z.prefault(headers, {}), "Headers sent to it, such as a key."),
  sample: describe(
    z.prefault(
      z
        .pipe(
          z.union([z.number(), z.string().check(z.regex(/^\d*\.?\d+$/, needsPart))], needsPart),
          z.transform(Number),
        )
        .check(z.refine((value) => value >= 0 && value <= 1, needsPart)),
      1,
    ),
    "Which part of the exchanges is traced, 0 to 1; a client that sends a traceparent has decided already.",
  ),
  service_name: describe(z.prefault(z.string().check(z.minLength(1)), "qlite"), "The service's name in the traces."),
});

const ledgerBlock = block({
  path: describe(z.prefault(z.string().check(z.minLength(1)), "qlite.db"), "The SQLite file, made if it is not there."),
  url: describe(
    z.optional(text(/^postgres(?:ql)?:\/\/\S+$/, "must be postgres://user:password@host:5432/database")),
    "A PostgreSQL database in place of the file.",
  ),
  retention: describe(
    z.prefault(longDuration().check(z.refine((ms) => ms > 0, "must be more than 0")), "30d"),
    "How long rows are kept.",
  ),
  max_bytes: describe(z.prefault(size(), "1GB"), "How large it may grow; the oldest rows go first."),
  bodies: describe(
    z.prefault(flag(), false),
    "Keep the bodies of requests and replies too, secrets taken out. They hold prompts and answers.",
  ),
  max_body: describe(z.prefault(size(), "64KB"), "How much of a body is kept."),
});

const adminBlock = block({
  key: describe(
    z.optional(
      z.string().check(z.trim(), z.regex(keyPattern, "must hold no spaces, line breaks or letters outside ASCII")),
    ),
    "Whoever sends it as a bearer token may ask /metrics and /admin. Without one only this machine may.",
  ),
  host: describe(
    z.optional(z.string()),
    "An address of its own for /metrics and /admin; they are then not on the public one.",
  ),
  port: describe(z.optional(integer(0, 65_535)), "The port of that address."),
  keep: describe(
    z.prefault(integer(0, 100_000), 1000),
    "How many of the last exchanges can be explained; with 0 nor can they be watched.",
  ),
}).check(
  z.refine(
    ({ host, port }) => host === undefined || port !== undefined,
    "has an address of its own, but no port for it",
  ),
);

/** Keys of the config file. */
export const observeKeys = {
  usage: describe(
    orOff(usageBlock),
    "Reading the tokens of every reply, on unless it is off. A chat stream is then always asked for them; the client sees them only if it asked too.",
  ),
  prices: describe(z.prefault(z.array(priceSchema), []), "Prices of your own; they go before the built-in ones."),
  metrics: describe(z.prefault(z.enum(["on", "off"]), "on"), "Whether GET /metrics answers for Prometheus."),
  traces: describe(orOff(tracesBlock), "Traces for OpenTelemetry; off unless there is an endpoint."),
  ledger: describe(
    orOff(ledgerBlock),
    "A row for every exchange in a database; off unless there is a block (an empty one is enough).",
  ),
  admin: describe(z.prefault(adminBlock, {}), "Who may ask for metrics, explanations and usage."),
};

type Observed = z.output<z.ZodMiniObject<typeof observeKeys>>;

const given = <T>(value: T | "off" | null | undefined): T | null =>
  value === "off" || value === null || value === undefined ? null : value;

const toTracesUrl = (endpoint: string): string =>
  endpoint.endsWith("/v1/traces") ? endpoint : `${endpoint.replace(/\/$/, "")}/v1/traces`;

/** The same, checked and with units in the names; null is off. */
export const toObserve = (file: Observed) => {
  const usage = file.usage ?? { headers: true, stream_comment: false };
  const traces = given(file.traces);
  const ledger = given(file.ledger);
  const { admin } = file;
  return {
    usage: usage === "off" ? null : Object.freeze({ headers: usage.headers, streamComment: usage.stream_comment }),
    prices: Object.freeze(file.prices),
    metrics: file.metrics === "on",
    traces:
      traces === null
        ? null
        : Object.freeze({
            url: toTracesUrl(traces.endpoint),
            headers: Object.freeze(traces.headers),
            sample: traces.sample,
            serviceName: traces.service_name,
          }),
    ledger:
      ledger === null
        ? null
        : Object.freeze({
            path: ledger.path,
            url: ledger.url ?? null,
            retentionMs: ledger.retention,
            maxBytes: ledger.max_bytes,
            bodies: ledger.bodies,
            maxBodyBytes: ledger.max_body,
          }),
    admin: Object.freeze({
      /** null lets this machine alone ask. */
      key: admin.key === undefined || admin.key === "" ? null : admin.key,
      /** null where /metrics and /admin are on the public address. */
      listen:
        admin.port === undefined && admin.host === undefined
          ? null
          : Object.freeze({ host: admin.host ?? "127.0.0.1", port: admin.port ?? 0 }),
      keep: admin.keep,
    }),
  };
};

export type PriceRow = z.output<typeof priceSchema>;
export type TracesConfig = NonNullable<ReturnType<typeof toObserve>["traces"]>;
export type LedgerConfig = NonNullable<ReturnType<typeof toObserve>["ledger"]>;
export type AdminConfig = ReturnType<typeof toObserve>["admin"];
export type UsageConfig = NonNullable<ReturnType<typeof toObserve>["usage"]>;
