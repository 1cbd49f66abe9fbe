import * as z from "zod";
import { block, duration, integer, optionalBlock, size, timeLimit } from "./fields.ts";
import { providerSchema, timeoutsSchema, toProvider, toTimeouts } from "./provider-schema.ts";

const origin = z
  .string()
  .regex(
    /^(?:\*|[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/?#@*]+)$/,
    "must be * or scheme and host without a path, such as https://app.example",
  )
  .transform((text) => text.toLowerCase());

const corsSchema = block({
  origins: z
    .array(origin)
    .min(1)
    .describe("The web pages that may call: a list of origins such as https://app.example, or *."),
  max_age: duration().prefault("10m").describe("How long a browser may keep the answer to its preflight request."),
});

const serverSchema = block({
  host: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9._-]+|[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$/,
      "must be an address or host name without a port, such as 127.0.0.1, 0.0.0.0 or ::1",
    )
    .prefault("127.0.0.1")
    .describe(
      "The address to listen on. 127.0.0.1 is this machine only; 0.0.0.0 lets everybody who reaches the port use your keys.",
    ),
  port: integer(0, 65_535).prefault(8080).describe("The port to listen on; 0 takes a free one."),
  read_timeout: timeLimit().prefault("30s").describe("Within this time a request must have arrived whole."),
  write_timeout: timeLimit()
    .prefault("120s")
    .describe("A client that takes no byte of a reply for this long is cut. It never cuts a live stream."),
  drain_timeout: duration()
    .prefault("30s")
    .describe("How long streams in flight may go on after SIGTERM or SIGINT before the process ends."),
  max_body: size().prefault("10MB").describe("The largest JSON request body."),
  max_upload: size()
    .prefault("512MB")
    .describe("The largest request body that is passed on as it arrives (files, audio)."),
  cors: z
    .union([z.literal("off"), corsSchema])
    .nullish()
    .describe("Whether web pages in a browser may call: off (the default), or a list of origins."),
});

const logSchema = block({
  level: z
    .enum(["debug", "info", "warn", "error", "off"])
    .prefault("info")
    .describe("The least important line that is still written."),
  format: z
    .enum(["auto", "json", "text"])
    .prefault("auto")
    .describe("json is one object a line; text is for people; auto is text on a terminal and json elsewhere."),
});

const target = z
  .string()
  .regex(/^[^\s/*]+\/[^\s*]+$/, "must be provider/model, such as openai/gpt-5.4, without spaces and without *");

const toServer = ({ cors, ...server }: z.output<typeof serverSchema>) =>
  Object.freeze({
    host: server.host,
    port: server.port,
    readTimeoutMs: server.read_timeout,
    writeTimeoutMs: server.write_timeout,
    drainTimeoutMs: server.drain_timeout,
    maxBodyBytes: server.max_body,
    maxUploadBytes: server.max_upload,
    /** null when no web page may call. */
    cors:
      cors === "off" || cors === null || cors === undefined
        ? null
        : Object.freeze({ origins: Object.freeze(cors.origins), maxAgeMs: cors.max_age }),
  });

const toRoute = ([name, text]: readonly [string, string]) => {
  const slash = text.indexOf("/");
  return Object.freeze({ name, provider: text.slice(0, slash), model: text.slice(slash + 1) });
};

/**
 * The configuration: one source of its type, defaults, checks and JSON Schema.
 *
 * In goes what the YAML says (snake_case, units written out), out comes a frozen `Config` (camelCase, units in the names).
 * What concerns two places at once, such as a model listed twice, is checked in `checks.ts`.
 */
export const configSchema = block(
  {
    server: optionalBlock(serverSchema).describe("The listening side: address, limits, patience with clients."),
    timeouts: optionalBlock(timeoutsSchema).describe(
      "Deadlines towards providers, each a duration or off; a provider may override each of them.",
    ),
    log: optionalBlock(logSchema).describe("What is written to stdout: one line per exchange."),
    providers: z.array(providerSchema).meta({
      description: "The APIs behind this gateway.",
      minItems: 1,
    }),
    routes: z
      .record(z.string(), target)
      .nullish()
      .describe("Public names for models, each provider/model: a client asks for the name on the left."),
  },
  {
    cache: "this version has no cache yet; remove the block (a config of the Go version works without it)",
  },
).transform((raw) =>
  Object.freeze({
    server: toServer(raw.server),
    timeouts: toTimeouts(raw.timeouts, undefined),
    log: Object.freeze(raw.log),
    providers: Object.freeze(raw.providers.map((provider) => toProvider(provider, raw.timeouts))),
    routes: Object.freeze(Object.entries(raw.routes ?? {}).map(toRoute)),
  }),
);

export type Config = z.output<typeof configSchema>;
export type ServerConfig = Config["server"];
export type TimeoutsConfig = Config["timeouts"];
export type LogConfig = Config["log"];
export type ProviderConfig = Config["providers"][number];
export type RouteConfig = Config["routes"][number];
