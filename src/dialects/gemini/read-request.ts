import type { Conversation, JsonObject, Message, Text } from "../conversation.ts";
import type { CallFacts } from "../dialect.ts";
import { type Drops, dropUnknown } from "../drops.ts";
import { maybeFlag, maybeObject, maybeText, wrongType } from "../fields.ts";
import { camel, maybeItems } from "./proto.ts";
import { readConfig } from "./read-config.ts";
import { readContents } from "./read-contents.ts";
import { readRawPart, toText } from "./read-parts.ts";
import { readToolChoice, readTools } from "./read-tools.ts";
import { readTier } from "./service-tier.ts";

const known: ReadonlySet<string> = new Set([
  "contents",
  "systemInstruction",
  "generationConfig",
  "tools",
  "toolConfig",
  "serviceTier",
  "store",
]);
/** Facts of the path; some clients repeat the model in the body. */
const facts: ReadonlySet<string> = new Set(["model"]);

const readSystem = (value: unknown, drops: Drops): readonly Message[] => {
  const at = "systemInstruction";
  const told = maybeObject(value, at);
  if (told === null) return [];
  const instruction = camel(told);
  dropUnknown(instruction, new Set(["role", "parts"]), `${at}.`, drops);
  const content = maybeItems(instruction["parts"], `${at}.parts`).map((part, index): Text => {
    const raw = readRawPart(part, `${at}.parts[${index}]`, drops);
    const { text } = raw.part;
    if (typeof text !== "string") throw wrongType(`${raw.at}.text`, "a string", text);
    return toText(text);
  });
  return content.length === 0 ? [] : [{ role: "system", content, name: null }];
};

/**
 * Reads the body of `:generateContent` and `:streamGenerateContent`; the model and the stream are facts of the path.
 *
 * Fields are known in camelCase and in snake_case. Those of this dialect alone stand in `native` by their path, such as
 * `generationConfig.speechConfig`.
 *
 * @throws {ProxyError} `invalid_request`, `missing_required_parameter` with the field in `param`
 * @see https://ai.google.dev/api/generate-content (read 2026-11-22); npm `@google/genai` 3.1.0,
 * `generateContentParametersToMldev`
 */
export const readRequest = (source: JsonObject, { model, stream }: CallFacts, drops: Drops): Conversation => {
  const body = camel(source);
  const native: Record<string, unknown> = {};
  for (const key in body) if (!known.has(key) && !facts.has(key)) native[key] = body[key];
  const messages = [...readSystem(body["systemInstruction"], drops), ...readContents(body["contents"], drops)];
  const tools = readTools(body["tools"], drops);
  return {
    model,
    stream,
    messages,
    tools,
    toolChoice: readToolChoice(body["toolConfig"], tools, native, drops),
    ...readConfig(body["generationConfig"], native),
    serviceTier: readTier(maybeText(body["serviceTier"], "serviceTier")),
    store: maybeFlag(body["store"], "store"),
    parallelToolCalls: null,
    logitBias: null,
    verbosity: null,
    user: null,
    metadata: null,
    previousResponseId: null,
    cache: null,
    wantsUsage: true,
    native: { dialect: "gemini", fields: native },
  };
};
