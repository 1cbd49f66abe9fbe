import { ProxyError } from "../../errors.ts";
import type { Conversation, JsonObject, Message } from "../conversation.ts";
import type { CallFacts } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import { maybeFlag, maybeList, maybeNumber, maybeObject, maybeText, wrongType } from "../fields.ts";
import { readInput } from "./read-input.ts";
import { readReasoningOptions, readText, readToolChoice, readTools, withAdditionalTools } from "./read-tools.ts";

const known = new Set(
  (
    "model stream input instructions include tools tool_choice parallel_tool_calls text reasoning max_output_tokens " +
    "temperature top_p top_logprobs service_tier user metadata store previous_response_id"
  ).split(" "),
);

/** What a field says when it says nothing that is not so without it. */
const defaults: Readonly<Record<string, unknown>> = { background: false, truncation: "disabled" };

const readNumber = (body: JsonObject, key: string, least: number, most: number, isWhole = false): number | null => {
  const value = maybeNumber(body[key], key);
  if (value === null) return null;
  if (isWhole && !Number.isInteger(value)) throw wrongType(key, "an integer", "a decimal");
  if (value >= least && value <= most) return value;
  const [side, sign, limit] = value < least ? ["below minimum", ">=", least] : ["above maximum", "<=", most];
  throw new ProxyError(
    "invalid_request",
    `Invalid '${key}': ${isWhole ? "integer" : "decimal"} ${side} value. Expected a value ${sign} ${limit}, but got ${value} instead.`,
    { param: key },
  );
};

const encryptedContent = "reasoning.encrypted_content";
const outputLogprobs = "message.output_text.logprobs";

/** What stands in place of `input`: the service holds it. */
const isContinued = (body: JsonObject): boolean =>
  ["previous_response_id", "conversation", "prompt"].some((key) => body[key] !== undefined && body[key] !== null);

const readMessages = (body: JsonObject, drops: Drops): readonly Message[] => {
  const instructions = maybeText(body["instructions"], "instructions");
  const input = body["input"] ?? null;
  const isEmpty = input === null || (Array.isArray(input) && input.length === 0);
  if (isEmpty && !isContinued(body)) {
    throw new ProxyError(
      "missing_required_parameter",
      "One of 'input', 'previous_response_id', 'prompt' or 'conversation' must be provided.",
      { param: "input" },
    );
  }
  const messages = input === null ? [] : readInput(input, isContinued(body), drops);
  if (instructions === null || instructions === "") return messages;
  const text = { kind: "text", text: instructions, citations: [], cache: null } as const;
  return [{ role: "system", content: [text], name: null }, ...messages];
};

const readMetadata = (value: unknown): JsonObject | null => {
  const metadata = maybeObject(value, "metadata");
  for (const key in metadata)
    if (typeof metadata[key] !== "string") throw wrongType(`metadata.${key}`, "a string", metadata[key]);
  return metadata;
};

const readNative = (body: JsonObject, include: readonly unknown[], choice: JsonObject | null): JsonObject => {
  const fields: Record<string, unknown> = {};
  for (const key in body) {
    if (!known.has(key) && body[key] !== null && body[key] !== defaults[key]) fields[key] = body[key];
  }
  if (include.length > 0) fields["include"] = include;
  if (choice !== null) fields["tool_choice"] = choice;
  return fields;
};

/**
 * Reads a request for a response. `instructions` become a leading message of the role `system`; a developer message of
 * the input stays one. What only the service itself can do (background, conversation, prompt, ...) is native.
 *
 * @throws {ProxyError} `invalid_request`, `missing_required_parameter` - what the official service would refuse
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts, `ResponseCreateParamsBase` (read 2026-11-22)
 */
export const readRequest = (body: JsonObject, { model, stream }: CallFacts, drops: Drops): Conversation => {
  const messages = readMessages(body, drops);
  const tools = withAdditionalTools(readTools(body["tools"], drops), body["input"], drops);
  const { choice, native } = readToolChoice(body["tool_choice"], tools, drops);
  const include = maybeList(body["include"], "include") ?? [];
  const wantsLogprobs = include.includes(outputLogprobs);
  const topLogprobs = readNumber(body, "top_logprobs", 0, 20, true);
  const { output, verbosity } = readText(body["text"], drops);
  const others = include.filter((name) => name !== encryptedContent && name !== outputLogprobs);
  return {
    model,
    stream,
    messages,
    tools,
    toolChoice: choice,
    parallelToolCalls: maybeFlag(body["parallel_tool_calls"], "parallel_tool_calls"),
    output,
    reasoning: readReasoningOptions(body["reasoning"], include.includes(encryptedContent), drops),
    maxOutputTokens: readNumber(body, "max_output_tokens", 1, Number.MAX_SAFE_INTEGER, true),
    temperature: readNumber(body, "temperature", 0, 2),
    topP: readNumber(body, "top_p", 0, 1),
    topK: null,
    seed: null,
    candidates: null,
    stop: [],
    presencePenalty: null,
    frequencyPenalty: null,
    topLogprobs: wantsLogprobs ? (topLogprobs ?? 0) : topLogprobs || null,
    logitBias: null,
    verbosity,
    serviceTier: maybeText(body["service_tier"], "service_tier"),
    user: maybeText(body["user"], "user"),
    metadata: readMetadata(body["metadata"]),
    store: maybeFlag(body["store"], "store"),
    previousResponseId: maybeText(body["previous_response_id"], "previous_response_id"),
    cache: null,
    wantsUsage: false,
    native: { dialect: "openai-responses", fields: readNative(body, others, native) },
  };
};
