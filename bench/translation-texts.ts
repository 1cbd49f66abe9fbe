// What an answer says, whatever its dialect: that is what the variants are compared by.
import type { ClientDialectName } from "../src/dialects/conversation.ts";

const lookUp = (value: unknown, path: string): string => {
  let at = value;
  for (const key of path.split(".")) {
    if (typeof at !== "object" || at === null) return "";
    at = new Map<string, unknown>(Object.entries(at)).get(key);
  }
  return typeof at === "string" ? at : "";
};

const whole: Readonly<Record<ClientDialectName, string>> = {
  "openai-chat": "choices.0.message.content",
  "openai-responses": "output.0.content.0.text",
  anthropic: "content.0.text",
  gemini: "candidates.0.content.parts.0.text",
};

/** Where a delta stands: of a text, or of the arguments of a call. */
const deltas: Readonly<Record<ClientDialectName, readonly string[]>> = {
  "openai-chat": ["choices.0.delta.content", "choices.0.delta.tool_calls.0.function.arguments"],
  "openai-responses": ["delta"],
  anthropic: ["delta.text", "delta.partial_json"],
  gemini: ["candidates.0.content.parts.0.text"],
};

const lasts: Readonly<Record<ClientDialectName, RegExp>> = {
  "openai-chat": /data: \[DONE\]\n\n$/,
  "openai-responses": /"type":"response\.completed"[^\n]*\n\n$/,
  anthropic: /"type":"message_stop"[^\n]*\n\n$/,
  gemini: /"finishReason":"STOP"[^\n]*\n\n$/,
};

/** The text of an answer without streaming. */
export const textOfReply = (dialect: ClientDialectName, body: string): string =>
  lookUp(JSON.parse(body), whole[dialect]);

/** The deltas of a stream, or of a piece of one, put together. */
export const textOfStream = (dialect: ClientDialectName, body: string): string =>
  [...body.matchAll(/^data: (\{.*)$/gm)]
    .map(([, data = ""]) => {
      const parsed: unknown = JSON.parse(data);
      return deltas[dialect].map((path) => lookUp(parsed, path)).join("");
    })
    .join("");

/** Whether the last that came is what the dialect ends with. */
export const hasEnd = (dialect: ClientDialectName, body: string): boolean => lasts[dialect].test(body);
