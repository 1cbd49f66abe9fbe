// What qlite keeps and tells of the exchanges: usage, prices, metrics, traces, the ledger, and who may ask.
import * as z from "zod/mini";
import { block, describe, flag, integer, longDuration, size, text } from "./fields.ts";
import { priceSchema } from "./price-schema.ts";
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
  path: describe(
    z.optional(z.string().check(z.minLength(1))),
    "The SQLite file, made if it is not there; qlite.db unless something else is said.",
  ),
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
}).check(
  z.refine(
    ({ path, url }) => path === undefined || url === undefined,
    "has both path and url; keep one of them, path for SQLite or url for PostgreSQL",
  ),
);

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
            path: ledger.path ?? "qlite.db",
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

export type TracesConfig = NonNullable<ReturnType<typeof toObserve>["traces"]>;
export type LedgerConfig = NonNullable<ReturnType<typeof toObserve>["ledger"]>;
export type AdminConfig = ReturnType<typeof toObserve>["admin"];
export type UsageConfig = NonNullable<ReturnType<typeof toObserve>["usage"]>;
