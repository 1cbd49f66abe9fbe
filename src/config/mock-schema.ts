// The stand-in for providers: what answers, how recordings are kept and compared, how fast, and who is told.
import * as z from "zod/mini";
import { streamSchema, toShape } from "../mock/faults/shape-schema.ts";
import { objectionToRegex } from "../mock/fixtures/regex/regex.ts";
import { fallbacks, profiles, type MockSettings, type Normalization } from "../mock/settings.ts";
import { wholeShape } from "../mock/shape.ts";
import { modes, modeWords } from "../mock/tape.ts";
import { block, describe, flag, integer, longDuration, size, text } from "./fields.ts";
import type { Environment } from "./provider-aws.ts";

const regex = () =>
  z.string().check(
    z.refine((source) => objectionToRegex(source) === null, {
      error: ({ input }) =>
        typeof input === "string" ? (objectionToRegex(input) ?? "") : "must be a regular expression",
    }),
  );

const modeSchema = z.pipe(
  z.enum([...modes, "none", "new_episodes"]),
  z.transform((word) => (word === "none" || word === "new_episodes" ? modeWords[word] : word)),
);

const builtIns = ["uuid", "tool_call_ids", "timestamps"] as const;

const normalizeSchema = z.union([
  block({
    regex: describe(regex(), "What differs from run to run."),
    as: describe(z.string(), "What stands for it."),
  }),
  block({ builtin: describe(z.enum(builtIns), "One that is known.") }),
]);

// A speed of nothing would never arrive.
const clockPattern = /^(?:real|virtual|x(?![0.]+$)\d+(?:\.\d+)?)$/;
const timingPattern = /^(?:none|recorded|x(?![0.]+$)\d+(?:\.\d+)?)$/;
const scopePattern = /^(?:path|key|header:[A-Za-z0-9-]+)$/;

export const mockSchema = block({
  fixtures: describe(
    z.prefault(z.array(z.string().check(z.minLength(1))), []),
    "Files, folders and globs of fixtures: answers that people wrote.",
  ),
  cassettes: describe(
    z.optional(z.string().check(z.minLength(1))),
    "The folder of cassettes: answers that were recorded.",
  ),
  mode: describe(
    z.optional(modeSchema),
    "replay never asks a provider; once records into files that are not there yet; new records what is missing; all records everything anew; live records nothing; diff compares. Default: once, and replay where CI is set.",
  ),
  fallback: describe(
    z.optional(z.enum(fallbacks)),
    "What answers a request nothing is found for: fail with a 400, auto (a generated answer), or live (a provider). Default: fail with fixtures or cassettes, else auto.",
  ),
  seed: describe(z.prefault(integer(0), 1), "What ids, drawn waits and drawn faults are made of."),
  clock: describe(
    z.prefault(text(clockPattern, "must be real, virtual, or a speed such as x10"), "real"),
    "real waits as long as it says; virtual keeps the order of waits and takes no time; x10 waits a tenth.",
  ),
  validate: describe(
    z.prefault(z.enum(["off", "warn", "error"]), "error"),
    "What to do with a request the official API would refuse, beyond what nobody could read: error answers its 400, warn only notes it.",
  ),
  scope: describe(
    z.prefault(
      block({
        by: describe(z.array(text(scopePattern, "must be path, key, or header:x-name")), "The ways, each of them."),
      }),
      {
        by: ["path", "key", "header:x-qlite-scope"],
      },
    ),
    "How a request tells its scope: a path /@name/v1, a key sk-qlite-name, a header.",
  ),
  match: describe(
    z.prefault(
      block({
        profile: describe(
          z.prefault(z.enum(profiles), "semantic"),
          "Which differences of two requests count: exact every field, semantic whatever can change the answer, conversation the same without system prompt and tools.",
        ),
        ignore: describe(
          z.prefault(z.array(z.string()), [
            "user",
            "metadata",
            "safety_identifier",
            "prompt_cache_key",
            "stream_options",
          ]),
          "Fields of the body that never count.",
        ),
        normalize: describe(
          z.prefault(z.array(normalizeSchema), [{ builtin: "tool_call_ids" }]),
          "Texts that differ from run to run, on both sides of a comparison.",
        ),
      }),
      {},
    ),
    "When a recording fits a request.",
  ),
  redact: describe(
    z.prefault(
      block({
        builtin: describe(z.prefault(flag(), true), "Keys and tokens of the known providers."),
        patterns: describe(z.prefault(z.array(regex()), []), "Further secrets, as regular expressions."),
        on_leak: describe(
          z.prefault(z.enum(["refuse", "redact"]), "refuse"),
          "What to do when a secret is found in what is about to be written: write nothing, or take it out.",
        ),
      }),
      {},
    ),
    "What never stands in a cassette.",
  ),
  expire: describe(
    z.prefault(
      block({
        after: describe(z.prefault(longDuration(), "30d"), "How old a recording may be."),
        action: describe(z.prefault(z.enum(["warn", "error", "refresh"]), "warn"), "What an older one means."),
      }),
      {},
    ),
    "Recordings grow old.",
  ),
  exhausted: describe(
    z.prefault(z.enum(["repeat", "fail", "loop"]), "repeat"),
    "What comes behind the last of several recordings of one request.",
  ),
  record_errors: describe(z.prefault(flag(), false), "Also record replies of status 400 and above."),
  timing: describe(
    z.prefault(text(timingPattern, "must be none, recorded, or a speed such as x10"), "none"),
    "How fast a recording is replayed.",
  ),
  wire: describe(
    z.prefault(z.enum(["lenient", "strict"]), "lenient"),
    "strict keeps the boundaries of reads too, and never makes a stream of a whole recording or the other way round.",
  ),
  stream: describe(
    z.optional(streamSchema),
    "How generated and fixture answers are cut into a stream, and how fast they come.",
  ),
  response_tokens: describe(z.prefault(integer(1, 100_000), 10), "The words of a generated answer."),
  journal: describe(
    z.prefault(
      block({
        max: describe(z.prefault(integer(0, 1_000_000), 1000), "How many requests it keeps."),
        body_limit: describe(z.prefault(size(), "64KB"), "How much of each body."),
      }),
      {},
    ),
    "What GET /__qlite/mock/requests tells.",
  ),
  keys: describe(z.optional(z.array(z.string().check(z.minLength(1)))), "The API keys taken; without it every key is."),
});

const speedOf = (word: string): number => Number(word.slice(1));

const toClock = (word: string): MockSettings["clock"] => {
  if (word === "real" || word === "virtual") return { kind: word };
  return { kind: "scaled", by: speedOf(word) };
};

const toTiming = (word: string): number => {
  if (word === "none") return 0;
  return word === "recorded" ? 1 : speedOf(word);
};

const toNormalization = (entry: z.output<typeof normalizeSchema>): Normalization =>
  "regex" in entry
    ? { kind: "regex", pattern: new RegExp(entry.regex, "g"), as: entry.as }
    : { kind: "builtin", name: entry.builtin };

/** Whether the environment says that nobody watches: recording is never a surprise there. */
const isCi = (env: Environment): boolean => !["", "0", "false"].includes((env["CI"] ?? "").toLowerCase());

/** Gives the settings of the mock; `env` tells whether this is CI. */
export const toMockSettings = (
  written: z.output<typeof mockSchema> | null | undefined,
  env: Environment,
): MockSettings => {
  const given = written ?? mockSchema.parse({}, { jitless: true });
  const { match, redact, expire, scope } = given;
  const headers = scope.by.flatMap((way) => (way.startsWith("header:") ? [way.slice(7).toLowerCase()] : []));
  return {
    fixtures: given.fixtures,
    cassettes: given.cassettes ?? null,
    mode: isCi(env) ? "replay" : (given.mode ?? "once"),
    fallback: given.fallback ?? null,
    seed: given.seed,
    clock: toClock(given.clock),
    validate: given.validate,
    scopeBy: { path: scope.by.includes("path"), key: scope.by.includes("key"), headers },
    profile: match.profile,
    ignore: match.ignore,
    normalize: match.normalize.map(toNormalization),
    redact: {
      isBuiltIn: redact.builtin,
      patterns: redact.patterns.map((source) => new RegExp(source, "g")),
      onLeak: redact.on_leak,
    },
    expire: { afterMs: expire.after, action: expire.action },
    exhausted: given.exhausted,
    recordErrors: given.record_errors,
    timing: toTiming(given.timing),
    wireStrict: given.wire === "strict",
    shape: { ...wholeShape, ...(given.stream === undefined ? {} : toShape(given.stream)) },
    responseTokens: given.response_tokens,
    journal: { max: given.journal.max, maxBodyBytes: given.journal.body_limit },
    keys: given.keys ?? null,
  };
};
