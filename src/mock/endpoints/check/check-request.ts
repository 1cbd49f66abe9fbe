// What the official services refuse and the readers of their dialects, which serve other servers too, let pass.
import type { JsonObject } from "../../../dialects/conversation.ts";
import { isObject } from "../../../dialects/fields.ts";
import { toCamel } from "../../../dialects/gemini/proto.ts";
import type { Failure } from "../../../dialects/reply.ts";
import type { Asked } from "../../asked.ts";
import { checkOpenAi } from "./check-openai.ts";
import { checkAnthropic } from "./check-anthropic.ts";
import { joined } from "../joined.ts";
import { refusal } from "./refusal.ts";
import * as openai from "./openai-fields.ts";
import * as others from "./other-fields.ts";

/** By the end of the path, as the routes are. */
const knownByEnd: readonly (readonly [end: string, fields: ReadonlySet<string>])[] = [
  ["/chat/completions", new Set(openai.chatFields)],
  ["/completions", new Set(openai.completionsFields)],
  ["/embeddings", new Set(openai.embeddingsFields)],
  ["/responses", new Set([...openai.responsesFields, ...openai.codexFields])],
  ["/responses/input_tokens", new Set(openai.inputTokensFields)],
  ["/v1/messages", new Set([...others.messagesFields, ...others.samplingFields])],
  ["/v1/messages/count_tokens", new Set(others.countTokensFields)],
  [":generateContent", new Set(others.geminiFields)],
  [":streamGenerateContent", new Set(others.geminiFields)],
  ["/images/generations", new Set(openai.imageFields)],
  ["/images/edits", new Set([...openai.imageEditFields, "images"])],
  ["/images/variations", new Set(openai.imageVariationFields)],
  ["/audio/speech", new Set(openai.speechFields)],
  ["/audio/transcriptions", new Set(openai.transcriptionFields)],
  ["/audio/translations", new Set(openai.translationFields)],
  ["/moderations", new Set(openai.moderationFields)],
];

const configFields: ReadonlySet<string> = new Set([...others.generationConfigFields, ...others.sdkConfigFields]);

/** The name without what a form adds to it: `include[]`, `chunking_strategy[type]`. */
const bare = (name: string): string => name.replace(/\[.*$/, "");

const isKnown = (known: ReadonlySet<string>, name: string, dialect: Asked["dialect"]): boolean =>
  known.has(name) || known.has(dialect === "gemini" ? toCamel(name) : bare(name));

const sayUnknown = (dialect: Asked["dialect"], name: string): Failure => {
  if (dialect === "anthropic") return refusal(name, "Extra inputs are not permitted");
  if (dialect !== "gemini") return refusal(name, `Unknown parameter: '${name}'.`, "unknown_parameter");
  return refusal(name, `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
};

/** What is known at an address, `undefined` where nothing is looked at. */
const knownAt = (path: string): ReadonlySet<string> | undefined => {
  for (const [end, fields] of knownByEnd) if (path.endsWith(end)) return fields;
  return undefined;
};

const unknownFields = ({ path, dialect, body }: Pick<Asked, "path" | "dialect" | "body">): readonly Failure[] => {
  const known = knownAt(path);
  // Addresses of other services that speak OpenAI's dialect, with fields of their own: Gemini's, Azure's.
  if (known === undefined || path.includes("/openai/")) return [];
  const found: Failure[] = [];
  for (const name in body) if (!isKnown(known, name, dialect)) found.push(sayUnknown(dialect, name));
  return dialect === "gemini" ? [...found, ...unknownInConfig(body)] : found;
};

const unknownInConfig = (body: JsonObject): readonly Failure[] => {
  const config = body["generationConfig"] ?? body["generation_config"];
  if (!isObject(config)) return [];
  return Object.keys(config)
    .filter((name) => !configFields.has(toCamel(name)))
    .map((name) => {
      const message = `Invalid JSON payload received. Unknown name "${name}" at 'generation_config': Cannot find field.`;
      return refusal("generation_config", message);
    });
};

/**
 * What the official service would refuse a request for that was understood: fields it does not know, and what else the
 * readers let pass. The first is what it would answer.
 *
 * For `validate`: `error` answers the first, `warn` tells them all in the journal, `off` does not ask. Where the mock
 * stands in for a provider that is not the service itself, its own fields would be refused.
 */
export const checkRequest = (asked: Pick<Asked, "path" | "dialect" | "body" | "conversation">): readonly Failure[] => {
  const unknown = unknownFields(asked);
  if (asked.conversation === null) return unknown;
  switch (asked.dialect) {
    case "openai-chat":
    case "openai-responses":
      return joined(unknown, checkOpenAi(asked));
    case "anthropic":
      return joined(unknown, checkAnthropic(asked));
    case "gemini":
      return unknown;
  }
};
