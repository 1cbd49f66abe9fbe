import { ProxyError } from "../../errors.ts";
import type { Conversation, JsonObject, OutputFormat } from "../conversation.ts";
import { maybeFlag, maybeList, maybeNumber, maybeObject, maybeText, needText, toText, wrongType } from "../fields.ts";
import { camel } from "./proto.ts";
import { toJsonSchema } from "./schema.ts";
import { readThinking } from "./thinking.ts";

const known: ReadonlySet<string> = new Set([
  "temperature",
  "topP",
  "topK",
  "candidateCount",
  "maxOutputTokens",
  "stopSequences",
  "seed",
  "presencePenalty",
  "frequencyPenalty",
  "responseLogprobs",
  "logprobs",
  "responseMimeType",
  "responseSchema",
  "responseJsonSchema",
  "thinkingConfig",
]);
const knownThinking: ReadonlySet<string> = new Set(["includeThoughts", "thinkingBudget", "thinkingLevel"]);

const maxStops = 5;

export type ConfigFields = Pick<
  Conversation,
  | "output"
  | "reasoning"
  | "maxOutputTokens"
  | "temperature"
  | "topP"
  | "topK"
  | "seed"
  | "candidates"
  | "stop"
  | "presencePenalty"
  | "frequencyPenalty"
  | "topLogprobs"
>;

const invalid = (path: string, message: string): ProxyError =>
  new ProxyError("invalid_request", `Invalid value for '${path}': ${message}`, { param: path });

const readCount = (value: unknown, path: string): number | null => {
  const count = maybeNumber(value, path);
  if (count !== null && !Number.isInteger(count)) throw wrongType(path, "an integer", value);
  return count;
};

const readStop = (value: unknown): readonly string[] => {
  const path = "generationConfig.stopSequences";
  const list = maybeList(value, path) ?? [];
  if (list.length > maxStops) throw invalid(path, `at most ${maxStops} stop sequences, got ${list.length}`);
  return list.map((one, index) => needText(one, `${path}[${index}]`));
};

const readSchema = (config: JsonObject): JsonObject | null => {
  const schema = maybeObject(config["responseSchema"], "generationConfig.responseSchema");
  const path = "generationConfig.responseJsonSchema";
  const jsonSchema = maybeObject(config["responseJsonSchema"], path);
  if (schema !== null && jsonSchema !== null) throw invalid(path, "set it or responseSchema, not both");
  return schema === null ? jsonSchema : toJsonSchema(schema);
};

/** The format, or null where it is one this dialect alone has: `text/x.enum`, whose answer is a bare word. */
const readOutput = (config: JsonObject): OutputFormat | null => {
  const path = "generationConfig.responseMimeType";
  const mediaType = maybeText(config["responseMimeType"], path);
  const schema = readSchema(config);
  if (mediaType === "text/x.enum") return null;
  if (schema !== null) {
    if (mediaType !== "application/json") throw invalid(path, "a response schema wants it to be 'application/json'");
    return { kind: "schema", name: null, description: null, schema, strict: null };
  }
  if (mediaType === null || mediaType === "") return null;
  if (mediaType === "application/json") return { kind: "json" };
  if (mediaType === "text/plain") return { kind: "text" };
  throw invalid(path, "allowed mimetypes are `text/plain`, `application/json` and `text/x.enum`");
};

const readLogprobs = (config: JsonObject): number | null => {
  const path = "generationConfig.logprobs";
  const alternatives = readCount(config["logprobs"], path);
  if (maybeFlag(config["responseLogprobs"], "generationConfig.responseLogprobs") === true) return alternatives ?? 0;
  if (alternatives !== null) throw invalid(path, "it wants responseLogprobs to be true");
  return null;
};

/** An answer in text alone is what comes without being asked for. */
const saysNothing = (key: string, value: unknown): boolean =>
  key === "responseModalities" &&
  Array.isArray(value) &&
  value.length === 1 &&
  toText(value[0])?.toUpperCase() === "TEXT";

/**
 * Reads `generationConfig`; what only this dialect knows goes into `native`, by its path.
 *
 * @throws {ProxyError} `invalid_request` - a wrong type, or what the service refuses together
 */
export const readConfig = (value: unknown, native: Record<string, unknown>): ConfigFields => {
  const config = camel(maybeObject(value, "generationConfig") ?? {});
  for (const key in config) {
    if (!known.has(key) && !saysNothing(key, config[key])) native[`generationConfig.${key}`] = config[key];
  }
  if (config["responseMimeType"] === "text/x.enum") {
    for (const key of ["responseMimeType", "responseSchema", "responseJsonSchema"]) {
      if (config[key] !== undefined) native[`generationConfig.${key}`] = config[key];
    }
  }
  const told = maybeObject(config["thinkingConfig"], "generationConfig.thinkingConfig");
  const thinking = told === null ? null : camel(told);
  for (const key in thinking) {
    if (!knownThinking.has(key)) native[`generationConfig.thinkingConfig.${key}`] = thinking[key];
  }
  const number = (key: string): number | null => maybeNumber(config[key], `generationConfig.${key}`);
  const count = (key: string): number | null => readCount(config[key], `generationConfig.${key}`);
  return {
    output: readOutput(config),
    reasoning: thinking === null ? null : readThinking(thinking),
    maxOutputTokens: count("maxOutputTokens"),
    temperature: number("temperature"),
    topP: number("topP"),
    topK: number("topK"),
    seed: count("seed"),
    candidates: count("candidateCount"),
    stop: readStop(config["stopSequences"]),
    presencePenalty: number("presencePenalty"),
    frequencyPenalty: number("frequencyPenalty"),
    topLogprobs: readLogprobs(config),
  };
};
