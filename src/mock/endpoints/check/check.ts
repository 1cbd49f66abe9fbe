import type { Conversation, ConversationField, JsonObject } from "../../../dialects/conversation.ts";
import type { Dialect } from "../../../dialects/dialect.ts";
import type { ProxyError } from "../../../errors.ts";
import { forcedTools } from "../../auto/generate.ts";
import { invalid } from "../fields.ts";

/** The greatest number of choices of one request. @see https://platform.openai.com/docs/api-reference/chat (n) */
export const mostChoices = 128;

/** The greatest limit of output tokens a request may state. */
export const mostTokens = 10_000_000;

interface Bounds {
  readonly field: "candidates" | "maxOutputTokens" | "topLogprobs" | "temperature" | "topP" | Penalty;
  readonly least: number;
  readonly most: number;
  readonly isWhole: boolean;
}

type Penalty = "presencePenalty" | "frequencyPenalty";

/** What services hold numbers to. Anthropic takes a limit of 0, Gemini and OpenAI do not. */
const bounds: readonly Bounds[] = [
  { field: "candidates", least: 1, most: mostChoices, isWhole: true },
  { field: "maxOutputTokens", least: 1, most: mostTokens, isWhole: true },
  { field: "topLogprobs", least: 0, most: 20, isWhole: true },
  { field: "temperature", least: 0, most: 2, isWhole: false },
  { field: "topP", least: 0, most: 1, isWhole: false },
  { field: "presencePenalty", least: -2, most: 2, isWhole: false },
  { field: "frequencyPenalty", least: -2, most: 2, isWhole: false },
];

const mostCandidates = 8;
const mostStops = 4;

/** What the request calls a field. */
const nameOf = (field: ConversationField, { fieldNames }: Dialect, body: JsonObject): string => {
  const isOld = field === "maxOutputTokens" && (body["max_tokens"] ?? null) !== null;
  return isOld ? "max_tokens" : (fieldNames[field] ?? field);
};

const outOfBounds = (name: string, value: number, from: number, to: number, isWhole: boolean): ProxyError =>
  invalid(
    name,
    isWhole && !Number.isInteger(value)
      ? `'${name}' is not a whole number`
      : `'${name}' is ${value}, wanted ${from} to ${to}`,
  );

const checkBound = (value: number, { field, least, most, isWhole }: Bounds, by: Dialect, body: JsonObject): void => {
  const from = field === "maxOutputTokens" && by.name === "anthropic" ? 0 : least;
  const to = field === "candidates" && by.name === "gemini" ? mostCandidates : most;
  if ((!isWhole || Number.isInteger(value)) && value >= from && value <= to) return;
  throw outOfBounds(nameOf(field, by, body), value, from, to, isWhole);
};

/**
 * Refuses choices that cannot be made: none, a part of one, or more than any service makes.
 *
 * @throws {ProxyError} `invalid_request` with the field in `param`
 */
export const checkChoices = ({ candidates }: Conversation, { fieldNames }: Dialect): void => {
  if (candidates === null || (Number.isInteger(candidates) && candidates >= 1 && candidates <= mostChoices)) return;
  throw outOfBounds(fieldNames.candidates ?? "candidates", candidates, 1, mostChoices, true);
};

/**
 * Refuses what a service refuses and a reader of its dialect lets pass: numbers out of bounds, too many stop sequences,
 * a tool that must be called and is not there.
 *
 * `body` tells which of two names of one field the request has: the chat dialect has an older one for its limit.
 *
 * @throws {ProxyError} `invalid_request` with the field in `param`
 */
export const checkConversation = (conversation: Conversation, dialect: Dialect, body: JsonObject): void => {
  for (const bound of bounds) {
    const value = conversation[bound.field];
    if (value !== null) checkBound(value, bound, dialect, body);
  }
  const { stop, tools, toolChoice } = conversation;
  if (dialect.name === "openai-chat" && stop.length > mostStops) {
    throw invalid("stop", `'stop' has ${stop.length} members, wanted at most ${mostStops}`);
  }
  if (toolChoice === null || forcedTools(conversation)?.length !== 0) return;
  // The provider's own tools, which may be what has to be called, are not looked into.
  if (tools.some(({ kind }) => kind === "native")) return;
  const param = nameOf("toolChoice", dialect, body);
  throw invalid(param, `'${param}' asks for a tool that 'tools' does not hold`);
};
