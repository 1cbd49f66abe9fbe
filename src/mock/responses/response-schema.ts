import * as z from "zod/mini";
import { block, describe } from "../../config/fields.ts";
import {
  audio,
  base64,
  choice,
  contentShape,
  count,
  filled,
  headers,
  image,
  maybe,
  milliseconds,
  text,
} from "./content-schema.ts";
import { moderationCategories } from "./moderation-categories.ts";
import { usageSchema } from "./usage-schema.ts";

const error = block({
  status: maybe(z.int().check(z.gte(400), z.lte(599)), "The HTTP status, 400 to 599; else by type and code, or 500"),
  type: maybe(filled(), "The type, in the words of any dialect, such as rate_limit_error"),
  code: maybe(filled(), "The code, such as context_length_exceeded"),
  message: maybe(text(), "What it says"),
  param: maybe(filled(), "The field of the request at fault"),
  headers: maybe(headers(), "Further headers"),
  retry_after: maybe(z.number().check(z.gte(0)), "The header retry-after, in seconds"),
  retry_after_ms: maybe(milliseconds(), "The header retry-after-ms"),
  should_retry: maybe(z.boolean(), "The header x-should-retry, which OpenAI's clients follow"),
});

const vector = z.array(z.number()).check(z.minLength(1));

const embedding = z.union(
  [z.literal("hash"), vector, z.array(vector).check(z.minLength(1))],
  "must be hash, a list of numbers, or a list of such lists",
);

const sseEvent = z.union(
  [
    text(),
    z.record(z.string(), z.unknown()),
    z.tuple([milliseconds(), z.union([text(), z.record(z.string(), z.unknown())])]),
  ],
  "must be text, a map, or [milliseconds, text]",
);

const rawBodies = ["body", "file", "base64", "sse"] as const;

const raw = block({
  status: maybe(z.int().check(z.gte(200), z.lte(599)), "The HTTP status; 200 without it"),
  headers: maybe(headers(), "The headers, content-type among them"),
  body: maybe(z.unknown(), "The body: a text as it is, anything else as JSON"),
  file: maybe(filled(), "A file beside the fixtures that holds the body"),
  base64: maybe(base64(), "The bytes of the body"),
  sse: maybe(
    z.array(sseEvent),
    "Events: what stands behind `data: `, or whole lines with their field names; [ms, text] comes so long after the request",
  ),
}).check(
  z.refine(
    (body) => rawBodies.filter((name) => body[name] !== undefined).length <= 1,
    `needs at most one of ${rawBodies.join(", ")}`,
  ),
);

const auto = z.union(
  [
    z.literal(true),
    block({ seed: maybe(count(), "Another seed gives another answer where the schema leaves a choice") }),
  ],
  "must be true, or a map with seed",
);

/** The keys of a response, for whatever has others beside them, such as a turn with its `when`. */
export const responseShape = {
  ...contentShape,
  choices: maybe(
    z.array(z.union([z.string(), choice], "must be text or a map of keys")).check(z.minLength(1)),
    "Several answers, each a text or a map, for a request with n; the last repeats",
  ),
  auto: maybe(
    auto,
    "Answers by itself: words, JSON of the schema asked for, or the call of a tool that must be called",
  ),
  error: maybe(error, "An error in the dialect's own shape"),
  embedding: maybe(embedding, "Vectors: made of each input (hash), one for all inputs, or one for each"),
  image: maybe(
    z.union(
      [image, z.array(image).check(z.minLength(1))],
      "must be auto, a map with file or base64, or a list of these",
    ),
    "Images",
  ),
  audio: maybe(audio, "Sound: silence as long as the text (auto), or a file"),
  transcript: maybe(text(), "What is heard in the sound"),
  moderation: maybe(
    z.array(z.enum(moderationCategories), "must be a list of categories, such as [violence]; [] flags nothing"),
    "The categories that are flagged; none with []",
  ),
  raw: maybe(raw, "A reply whose status, headers and body are taken as they are"),
  id: maybe(filled(), "The id of the reply"),
  created: maybe(count(), "When it was made, in seconds since 1970"),
  model: maybe(filled(), "The model that answers; the one asked for without it"),
  usage: maybe(usageSchema, "The tokens; estimated without it"),
  system_fingerprint: maybe(filled(), "OpenAI's system_fingerprint"),
  service_tier: maybe(filled(), "The service tier it was answered in"),
  headers: maybe(headers(), "Further headers of the reply"),
};

/** The keys that are an answer; the others change one. */
const answerKeys = [
  "text",
  "text_file",
  "json",
  "blocks",
  "tool_calls",
  "reasoning",
  "refusal",
  "choices",
  "auto",
  "error",
  "embedding",
  "image",
  "audio",
  "transcript",
  "moderation",
  "raw",
] as const;

const exclusive: readonly (readonly [
  key: keyof typeof responseShape,
  others: readonly (keyof typeof responseShape)[],
])[] = [
  ["raw", [...answerKeys, "usage", "headers", "id", "model"]],
  ["error", [...answerKeys, "usage", "id", "model"]],
  ["auto", ["text", "text_file", "json", "blocks", "tool_calls", "reasoning", "refusal", "choices"]],
  ["choices", ["text", "text_file", "json", "blocks", "tool_calls", "reasoning", "refusal", "citations", "logprobs"]],
  ["blocks", ["text", "text_file", "json", "tool_calls", "reasoning", "refusal", "citations"]],
  ["json", ["text", "text_file"]],
  ["text", ["text_file"]],
];

type Keys = Readonly<Partial<Record<keyof typeof responseShape, unknown>>>;

/** What is wrong with the keys of a response together, null for nothing. */
export const objectionTo = (spec: Keys): string | null => {
  if (answerKeys.every((key) => spec[key] === undefined)) return `needs an answer: one of ${answerKeys.join(", ")}`;
  for (const [key, others] of exclusive) {
    const other = spec[key] === undefined ? undefined : others.find((name) => name !== key && spec[name] !== undefined);
    if (other !== undefined) return `has ${key} and ${other}, which do not go together`;
  }
  return null;
};

const whole = block(responseShape).check(
  z.superRefine((spec, context) => {
    const message = objectionTo(spec);
    if (message !== null) context.addIssue({ code: "custom", message });
  }),
);

/**
 * `response` of a fixture: a text, `auto`, or a map.
 *
 * `response: auto` answers by itself; the word alone as a text is `{ text: auto }`.
 */
export const responseSchema = describe(
  z.union([z.string(), whole], "must be text or a map of keys"),
  "What is answered: a text, auto, or a map",
);

export type ResponseMap = z.output<typeof whole>;
export type ResponseSpec = z.output<typeof responseSchema>;
export type ErrorSpec = z.output<typeof error>;
export type RawSpec = z.output<typeof raw>;
export type EmbeddingSpec = z.output<typeof embedding>;
