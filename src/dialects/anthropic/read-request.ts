import { ProxyError } from "../../errors.ts";
import type { Conversation, Effort, JsonObject, OutputFormat, ReasoningOptions } from "../conversation.ts";
import type { CallFacts } from "../dialect.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  isObject,
  maybeList,
  maybeNumber,
  maybeObject,
  maybeOneOf,
  maybeText,
  needObject,
  needText,
  wrongType,
} from "../fields.ts";
import { readCacheControl } from "./cache-control.ts";
import { readMessages, readTexts } from "./read-messages.ts";
import { readToolChoice, readTools } from "./read-tools.ts";

const known = new Set([
  ..."model max_tokens messages system stream stop_sequences temperature top_p top_k".split(" "),
  ..."tools tool_choice thinking output_config metadata service_tier cache_control".split(" "),
]);
const thinkingKeys = new Set(["type", "budget_tokens", "display"]);
const outputKeys = new Set(["effort", "format"]);
const formatKeys = new Set(["type", "schema"]);
const metadataKeys = new Set(["user_id"]);
const efforts: readonly Exclude<Effort, "none" | "minimal">[] = ["low", "medium", "high", "xhigh", "max"];
const leastBudget = 1024;

const refuse = (path: string, message: string): ProxyError =>
  new ProxyError("invalid_request", message, { param: path });

const maybeBetween = (value: unknown, least: number, most: number, path: string): number | null => {
  const number = maybeNumber(value, path);
  if (number === null || (number >= least && number <= most)) return number;
  throw refuse(
    path,
    `'${path}' is ${number}, allowed is ${most === Infinity ? `${least} or more` : `${least} to ${most}`}`,
  );
};

const readFormat = (value: unknown, drops: Drops): OutputFormat | null => {
  const format = maybeObject(value, "output_config.format");
  if (format === null) return null;
  if (maybeOneOf(format["type"], ["json_schema"], "output_config.format.type") === null) {
    throw wrongType("output_config.format.type", "a string", format["type"]);
  }
  dropUnknown(format, formatKeys, "output_config.format.", drops);
  const schema = needObject(format["schema"], "output_config.format.schema");
  return { kind: "schema", name: null, description: null, schema, strict: null };
};

const displays = { summarized: "auto", omitted: "none" } as const;

/**
 * Reads `thinking` and `output_config.effort`.
 *
 * `disabled` is the effort `none`; `between_tools`, the lowest setting there is, the effort `minimal`.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/thinking (read 2026-11-22)
 */
const readReasoning = (
  thinking: JsonObject | null,
  effort: Effort | null,
  maxTokens: number | null,
  drops: Drops,
): ReasoningOptions | null => {
  const none = { budgetTokens: null, summary: null, wantsSignatures: true };
  if (thinking === null) return effort === null ? null : { effort, ...none };
  dropUnknown(thinking, thinkingKeys, "thinking.", drops);
  const type = maybeOneOf(thinking["type"], ["enabled", "adaptive", "disabled", "between_tools"], "thinking.type");
  const display = maybeOneOf(thinking["display"], ["summarized", "omitted"], "thinking.display");
  const summary = display === null ? null : displays[display];
  switch (type) {
    case null:
      throw wrongType("thinking.type", "a string", thinking["type"]);
    case "enabled": {
      const path = "thinking.budget_tokens";
      const budgetTokens = maybeBetween(thinking["budget_tokens"], leastBudget, Infinity, path);
      if (budgetTokens === null) throw wrongType(path, "a number", thinking["budget_tokens"]);
      if (maxTokens !== null && budgetTokens >= maxTokens) {
        throw refuse(path, `'max_tokens' is ${maxTokens}, it must be greater than '${path}', which is ${budgetTokens}`);
      }
      return { effort, budgetTokens, summary, wantsSignatures: true };
    }
    case "adaptive":
      return { effort, budgetTokens: -1, summary, wantsSignatures: true };
    case "disabled":
    case "between_tools":
      if (effort !== null) drops.name("output_config.effort");
      return type === "disabled"
        ? { effort: "none", budgetTokens: 0, summary: null, wantsSignatures: false }
        : { effort: "minimal", ...none };
  }
};

const readStops = (value: unknown): readonly string[] =>
  (maybeList(value, "stop_sequences") ?? []).map((stop, index) => needText(stop, `stop_sequences[${index}]`));

const readUser = (value: unknown, drops: Drops): string | null => {
  const metadata = maybeObject(value, "metadata");
  if (metadata === null) return null;
  dropUnknown(metadata, metadataKeys, "metadata.", drops);
  return maybeText(metadata["user_id"], "metadata.user_id");
};

const readMaxTokens = (value: unknown): number => {
  const maxTokens = maybeBetween(value, 0, Infinity, "max_tokens");
  if (maxTokens === null) throw wrongType("max_tokens", "a number", value);
  return maxTokens;
};

/** A message that goes on with a Thread brings its last turn alone; nothing here holds the turns before. */
const refuseThread = (thread: unknown): void => {
  if (!isObject(thread) || thread["type"] !== "continue") return;
  const message = "No usable Thread state was found for 'thread.previous_message_id': send the whole conversation";
  throw new ProxyError("unsupported_feature", message, { param: "thread" });
};

/**
 * Reads the body of `POST /v1/messages`, or with `isCount` that of `/v1/messages/count_tokens`, which has no limit.
 *
 * A top-level field not known here is kept for this dialect's own writer.
 */
export const readBody = (
  body: JsonObject,
  { model, stream }: CallFacts,
  drops: Drops,
  isCount: boolean,
): Conversation => {
  refuseThread(body["thread"]);
  const messages = readMessages(body["messages"], drops);
  const maxOutputTokens = isCount ? null : readMaxTokens(body["max_tokens"]);
  const system =
    body["system"] === undefined || body["system"] === null ? [] : readTexts(body["system"], "system", drops);
  const tools = readTools(body["tools"], drops);
  const output = maybeObject(body["output_config"], "output_config") ?? {};
  dropUnknown(output, outputKeys, "output_config.", drops);
  const effort = maybeOneOf(output["effort"], efforts, "output_config.effort");
  const tier = maybeOneOf(body["service_tier"], ["auto", "standard_only"], "service_tier");
  const rest: Record<string, unknown> = {};
  for (const key in body) if (!known.has(key)) rest[key] = body[key];
  return {
    model,
    stream,
    messages: system.length === 0 ? messages : [{ role: "system", content: system, name: null }, ...messages],
    tools,
    ...readToolChoice(body["tool_choice"], tools, drops),
    output: readFormat(output["format"], drops),
    reasoning: readReasoning(maybeObject(body["thinking"], "thinking"), effort, maxOutputTokens, drops),
    maxOutputTokens,
    temperature: maybeBetween(body["temperature"], 0, 1, "temperature"),
    topP: maybeBetween(body["top_p"], 0, 1, "top_p"),
    topK: maybeBetween(body["top_k"], 0, Infinity, "top_k"),
    seed: null,
    candidates: null,
    stop: readStops(body["stop_sequences"]),
    presencePenalty: null,
    frequencyPenalty: null,
    topLogprobs: null,
    logitBias: null,
    verbosity: null,
    serviceTier: tier === "standard_only" ? "default" : tier,
    user: readUser(body["metadata"], drops),
    metadata: null,
    store: null,
    previousResponseId: null,
    cache: readCacheControl(body, "", drops),
    wantsUsage: true,
    native: { dialect: "anthropic", fields: rest },
  };
};

/**
 * Reads the body of `POST /v1/messages`.
 *
 * @throws {ProxyError} `invalid_request`, `missing_required_parameter` - the field at fault is the `param`
 * @throws {ProxyError} `unsupported_feature` - it goes on with a Thread
 * @see npm `@anthropic-ai/sdk` 1.12.0, resources/messages/messages.d.ts, `MessageCreateParamsBase` (read 2026-11-22)
 */
export const readRequest = (body: JsonObject, facts: CallFacts, drops: Drops): Conversation =>
  readBody(body, facts, drops, false);
