import { countMessageTokens, messages } from "./anthropic.ts";
import type { Endpoint } from "./endpoint.ts";
import type { MockDialect } from "./error-reply.ts";
import { countContentTokens, generateContent, streamGenerateContent } from "./gemini.ts";
import { anthropicModel, anthropicModels, model, models } from "./models.ts";
import { chatCompletions } from "./openai-chat.ts";
import { completions, embeddings } from "./openai-other.ts";
import { responses } from "./openai-responses.ts";

export interface MockRoute {
  readonly method: "GET" | "POST";
  readonly dialect: MockDialect;
  readonly endpoint: Endpoint;
}

const post = (dialect: MockDialect, endpoint: Endpoint): MockRoute => ({ method: "POST", dialect, endpoint });
const get = (dialect: MockDialect, endpoint: Endpoint): MockRoute => ({ method: "GET", dialect, endpoint });

/** By the end of the path, the most asked first; an end that another one ends in stands before it. */
const byEnd: readonly (readonly [end: string, route: MockRoute])[] = [
  ["/chat/completions", post("openai", chatCompletions)],
  ["/completions", post("openai", completions)],
  ["/embeddings", post("openai", embeddings)],
  ["/responses", post("openai", responses)],
  ["/v1/messages", post("anthropic", messages)],
  ["/v1/messages/count_tokens", post("anthropic", countMessageTokens)],
  [":generateContent", post("gemini", generateContent)],
  [":streamGenerateContent", post("gemini", streamGenerateContent)],
  [":countTokens", post("gemini", countContentTokens)],
  ["/health", get("openai", () => ({ kind: "whole", body: { status: "ok" }, isInstant: true }))],
];

const modelRoutes = {
  openai: { list: get("openai", models), one: get("openai", model) },
  anthropic: { list: get("anthropic", anthropicModels), one: get("anthropic", anthropicModel) },
};

/** Whose error shape an unknown address is answered in, by what a client of each dialect sends. */
export const guessDialect = (path: string, headers: Headers): MockDialect => {
  if (headers.has("anthropic-version")) return "anthropic";
  const isGemini = headers.has("x-goog-api-key") || path.includes("/v1beta/");
  return isGemini && !path.includes("/openai/") ? "gemini" : "openai";
};

/** The route of a path, whatever stands in front of its end; `undefined` when there is none. */
export const findRoute = (path: string, headers: Headers): MockRoute | undefined => {
  for (const [end, route] of byEnd) if (path.endsWith(end)) return route;
  const shape = modelRoutes[headers.has("anthropic-version") ? "anthropic" : "openai"];
  if (path.endsWith("/models")) return shape.list;
  if (!path.includes("/models/") || path.endsWith("/")) return undefined;
  // `models/m:doThis` is a method that is not there; `models/ft:m` is the name of a fine-tuned model
  return path.includes(":") && guessDialect(path, headers) === "gemini" ? undefined : shape.one;
};
