import * as z from "zod/mini";
import { block, describe, duration, integer, optionalBlock, size, text, timeLimit } from "./fields.ts";
import { mockSchema, toMockSettings } from "./mock-schema.ts";
import { observeKeys, toObserve } from "./observe-schema.ts";
import type { Environment } from "./provider-aws.ts";
import { toProvider, toTimeouts } from "./provider-config.ts";
import { providerSchema, timeoutsSchema } from "./provider-schema.ts";

const origin = z.pipe(
  text(
    /^(?:\*|[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/?#@*]+)$/,
    "must be * or scheme and host without a path, such as https://app.example",
  ),
  z.transform((written) => written.toLowerCase()),
);

const corsSchema = block({
  origins: describe(
    z.array(origin).check(z.minLength(1)),
    "The web pages that may call: a list of origins such as https://app.example, or *.",
  ),
  max_age: describe(z.prefault(duration(), "10m"), "How long a browser may keep the answer to its preflight request."),
});

const host = text(
  /^(?:[A-Za-z0-9._-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$/,
  "must be an address or host name without a port, such as 127.0.0.1, 0.0.0.0 or ::1",
);

const serverSchema = block({
  host: describe(
    z.prefault(host, "127.0.0.1"),
    "The address to listen on. 127.0.0.1 is this machine only; 0.0.0.0 lets everybody who reaches the port use your keys.",
  ),
  port: describe(z.prefault(integer(0, 65_535), 8080), "The port to listen on; 0 takes a free one."),
  read_timeout: describe(z.prefault(timeLimit(), "30s"), "Within this time a request must have arrived whole."),
  write_timeout: describe(
    z.prefault(timeLimit(), "120s"),
    "A client that takes no byte of a reply for this long is cut. It never cuts a live stream.",
  ),
  drain_delay: describe(
    z.prefault(duration(), "0ms"),
    "How long after SIGTERM, SIGINT or SIGHUP connections are still taken while /readyz already answers 503, so that a load balancer can look away first.",
  ),
  drain_timeout: describe(
    z.prefault(duration(), "30s"),
    "How long streams in flight may go on, once no connection is taken any more, before the process ends.",
  ),
  max_body: describe(z.prefault(size(), "10MB"), "The largest JSON request body."),
  max_bodies: describe(
    z.prefault(size(), "512MB"),
    "What the JSON bodies over 64 KiB of all requests may take together, at least max_body; one that does not fit is a 503.",
  ),
  max_upload: describe(
    z.prefault(size(), "512MB"),
    "The largest request body that is passed on as it arrives (files, audio).",
  ),
  cors: describe(
    z.nullish(z.union([z.literal("off"), corsSchema])),
    "Whether web pages in a browser may call: off (the default), or a list of origins.",
  ),
});

const logSchema = block({
  level: describe(
    z.prefault(z.enum(["debug", "info", "warn", "error", "off"]), "info"),
    "The least important line that is still written.",
  ),
  format: describe(
    z.prefault(z.enum(["auto", "json", "text"]), "auto"),
    "json is one object a line; text is for people; auto is text on a terminal and json elsewhere.",
  ),
});

const storeSchema = block({
  max_entries: describe(z.prefault(integer(1), 1000), "How many responses are kept; the oldest unused go first."),
  max_bytes: describe(z.prefault(size(), "64MB"), "How much text they may hold together."),
  ttl: describe(z.prefault(duration(), "1h"), "How long each is kept."),
});

const isBlock = (value: unknown): boolean => typeof value === "object" && value !== null;

const target = z
  .string({
    error: ({ input }) =>
      isBlock(input) ? "must be one provider/model, such as openai/gpt-5.4; there are no fallbacks yet" : undefined,
  })
  .check(
    z.regex(/^[^\s/*]+\/[^\s*]+$/, "must be provider/model, such as openai/gpt-5.4, without spaces and without *"),
  );

const providers = z.array(providerSchema, {
  error: ({ input }) =>
    isBlock(input) ? 'must be a list, not a map of keys: begin each provider with "- name: openai"' : undefined,
});
// Told to editors only: a start without a file has no providers, and an empty list in a file has words of its own.
z.globalRegistry.add(providers, { description: "The APIs behind this gateway.", minItems: 1 });

const notYet = (...keys: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(keys.map((key) => [key, `this version has no ${key.replace("_", " ")} yet; remove it`]));

/**
 * A config file: one source of its type, defaults, checks and JSON Schema.
 *
 * In goes what the YAML says, snake_case with units written out; out comes the same with units read and defaults filled
 * in, which `toConfig` makes into a `Config`. What concerns two places at once, such as a model listed twice, is checked
 * in `checks.ts`.
 */
export const fileSchema = block(
  {
    server: describe(optionalBlock(serverSchema), "The listening side: address, limits, patience with clients."),
    timeouts: describe(
      optionalBlock(timeoutsSchema),
      "Deadlines towards providers, each a duration or off; a provider may override each of them.",
    ),
    log: describe(optionalBlock(logSchema), "What is written to stdout: one line per exchange."),
    providers,
    translation: describe(
      z.prefault(z.enum(["lenient", "strict"]), "lenient"),
      "What to do with a field that the dialect of a provider has no words for: lenient leaves it out and names it in x-qlite-dropped, strict refuses the request.",
    ),
    responses_store: describe(
      z.nullish(storeSchema),
      "Keeps responses in memory, so that previous_response_id, store and references to items of the Responses API work with providers that keep nothing. Without it they are refused there.",
    ),
    ...observeKeys,
    mock: describe(
      z.nullish(mockSchema),
      "The stand-in for providers, of `qlite mock`, `qlite exec` and `--mock-upstreams`: fixtures, recordings, pace.",
    ),
    routes: describe(
      z.nullish(z.record(z.string(), target)),
      "Public names for models, each provider/model: a client asks for the name on the left.",
    ),
  },
  {
    cache: "this version has no cache yet; remove the block (a config of the Go version works without it)",
    ...notYet("retries", "retry", "fallbacks", "fallback", "keys", "limits", "rate_limit", "rate_limits", "budgets"),
  },
);

const toServer = ({ cors, ...server }: z.output<typeof serverSchema>) =>
  Object.freeze({
    host: server.host,
    port: server.port,
    readTimeoutMs: server.read_timeout,
    writeTimeoutMs: server.write_timeout,
    drainDelayMs: server.drain_delay,
    drainTimeoutMs: server.drain_timeout,
    maxBodyBytes: server.max_body,
    maxBodiesBytes: server.max_bodies,
    maxUploadBytes: server.max_upload,
    /** null when no web page may call. */
    cors:
      cors === "off" || cors === null || cors === undefined
        ? null
        : Object.freeze({ origins: Object.freeze(cors.origins), maxAgeMs: cors.max_age }),
  });

const toStore = (store: z.output<typeof storeSchema> | null | undefined) =>
  store === null || store === undefined
    ? null
    : Object.freeze({ maxEntries: store.max_entries, maxBytes: store.max_bytes, ttlMs: store.ttl });

const toRoute = ([name, written]: readonly [string, string]) => {
  const slash = written.indexOf("/");
  return Object.freeze({ name, provider: written.slice(0, slash), model: written.slice(slash + 1) });
};

/** Turns a checked file into the configuration: camelCase, units in the names, each provider whole, frozen throughout. */
export const toConfig = (file: z.output<typeof fileSchema>, env: Environment) =>
  Object.freeze({
    server: toServer(file.server),
    timeouts: toTimeouts(file.timeouts, undefined),
    log: Object.freeze(file.log),
    translation: file.translation,
    /** null when none is kept. */
    responsesStore: toStore(file.responses_store),
    ...toObserve(file),
    /** null without a block of its own. */
    mock: file.mock === null || file.mock === undefined ? null : Object.freeze(toMockSettings(file.mock, env)),
    providers: Object.freeze(file.providers.map((provider) => toProvider(provider, file.timeouts, env))),
    routes: Object.freeze(Object.entries(file.routes ?? {}).map(toRoute)),
  });

export type Config = ReturnType<typeof toConfig>;
export type ServerConfig = Config["server"];
export type TimeoutsConfig = Config["timeouts"];
export type LogConfig = Config["log"];
export type ProviderConfig = Config["providers"][number];
export type RouteConfig = Config["routes"][number];
