import * as anthropicTokens from "../../dialects/anthropic/count-tokens.ts";
import type { ClientDialectName } from "../../dialects/conversation.ts";
import { readCountTokens, writeTokenCount } from "../../dialects/gemini/count-tokens.ts";
import { responsesCount } from "../../dialects/openai-responses/count-tokens.ts";
import type { EndpointName } from "../asked.ts";
import { createCall, createCount } from "./call.ts";
import { completions } from "./completions.ts";
import { embedContents } from "./embed-contents.ts";
import { embeddings } from "./embeddings.ts";
import type { Endpoint } from "./endpoint.ts";
import { createImages } from "./media/images.ts";
import { createFixed, createModel, createModels } from "./models.ts";
import { moderations } from "./moderations.ts";
import { storedPart, storedResponses } from "./stored-responses.ts";
import { speech } from "./media/speech.ts";
import { dialects } from "./spoken.ts";
import { createTranscriptions } from "./media/transcriptions.ts";

export interface MockRoute {
  readonly method: "GET" | "POST" | "DELETE";
  /** What its address answers, where that is more than its method. */
  readonly allow?: string;
  /** Whether it takes a body. */
  readonly takesBody: boolean;
  readonly dialect: ClientDialectName;
  readonly endpoint: Endpoint;
}

const post = (dialect: ClientDialectName, endpoint: Endpoint): MockRoute => ({
  method: "POST",
  takesBody: true,
  dialect,
  endpoint,
});
const get = (dialect: ClientDialectName, endpoint: Endpoint): MockRoute => ({
  method: "GET",
  takesBody: false,
  dialect,
  endpoint,
});
const call = (dialect: ClientDialectName, name: EndpointName): MockRoute =>
  post(dialect, createCall(dialects[dialect], name));

const countMessage = createCount(
  { readRequest: anthropicTokens.readCountRequest, writeReply: anthropicTokens.writeCountReply },
  "anthropic",
);

const countContents = createCount(
  {
    readRequest: (body, { model }, drops) => readCountTokens(body, model, drops),
    writeReply: writeTokenCount,
  },
  "gemini",
);

/** By the end of the path, the most asked first; an end that another one ends in stands before it. */
const byEnd: readonly (readonly [end: string, route: MockRoute])[] = [
  ["/chat/completions", call("openai-chat", "chat")],
  ["/completions", post("openai-chat", completions)],
  ["/embeddings", post("openai-chat", embeddings)],
  ["/responses", call("openai-responses", "responses")],
  ["/responses/input_tokens", post("openai-responses", createCount(responsesCount, "openai-responses"))],
  ["/v1/messages", call("anthropic", "messages")],
  ["/v1/messages/count_tokens", post("anthropic", countMessage)],
  [":generateContent", call("gemini", "gemini")],
  [":streamGenerateContent", call("gemini", "gemini")],
  [":countTokens", post("gemini", countContents)],
  [":embedContent", post("gemini", embedContents)],
  [":batchEmbedContents", post("gemini", embedContents)],
  ["/images/generations", post("openai-chat", createImages("generation"))],
  ["/images/edits", post("openai-chat", createImages("edit"))],
  ["/images/variations", post("openai-chat", createImages("variation"))],
  ["/audio/speech", post("openai-chat", speech)],
  ["/audio/transcriptions", post("openai-chat", createTranscriptions("transcribe"))],
  ["/audio/translations", post("openai-chat", createTranscriptions("translate"))],
  ["/moderations", post("openai-chat", moderations)],
  [
    "/health",
    get(
      "openai-chat",
      createFixed("openai-chat", () => ({ status: "ok" })),
    ),
  ],
];

/** Whose shape an address is answered in that several dialects have, by what a client of each sends. */
export const guessDialect = (path: string, headers: Headers): ClientDialectName => {
  if (headers.has("anthropic-version")) return "anthropic";
  const isGemini = headers.has("x-goog-api-key") || path.includes("/v1beta/");
  return isGemini && !path.includes("/openai/") ? "gemini" : "openai-chat";
};

const toModelRoutes = (dialect: ClientDialectName) => ({
  list: get(dialect, createModels(dialect)),
  one: get(dialect, createModel(dialect)),
});

const modelRoutes = {
  "openai-chat": toModelRoutes("openai-chat"),
  "openai-responses": toModelRoutes("openai-responses"),
  anthropic: toModelRoutes("anthropic"),
  gemini: toModelRoutes("gemini"),
};

const stored = { dialect: "openai-responses", takesBody: false } as const;
const oneStored = { ...stored, allow: "GET, DELETE" } as const;
const storedRoutes = {
  retrieve: { ...oneStored, method: "GET", endpoint: storedResponses.retrieve },
  remove: { ...oneStored, method: "DELETE", endpoint: storedResponses.remove },
  cancel: { ...stored, method: "POST", endpoint: storedResponses.cancel },
  input_items: { ...stored, method: "GET", endpoint: storedResponses.inputItems },
} as const satisfies Record<string, MockRoute>;

const findStored = (path: string, method: string): MockRoute | undefined => {
  const part = storedPart(path);
  if (part === null) return undefined;
  return part === "" ? storedRoutes[method === "DELETE" ? "remove" : "retrieve"] : storedRoutes[part];
};

/** The route of a path, whatever stands in front of its end; `undefined` when there is none. */
export const findRoute = (path: string, headers: Headers, method = "POST"): MockRoute | undefined => {
  for (const [end, route] of byEnd) if (path.endsWith(end)) return route;
  const kept = path.includes("/responses/") ? findStored(path, method) : undefined;
  if (kept !== undefined) return kept;
  const dialect = guessDialect(path, headers);
  const shape = modelRoutes[dialect];
  if (path.endsWith("/models")) return shape.list;
  if (!path.includes("/models/") || path.endsWith("/")) return undefined;
  // `models/m:doThis` is a method that is not there; `models/ft:m` is the name of a fine-tuned model
  return path.includes(":") && dialect === "gemini" ? undefined : shape.one;
};

/** Addresses by method, as a message lists them. */
const toList = (spoken: readonly ClientDialectName[], gets: string): string => {
  const posts = byEnd.filter(([, { method, dialect }]) => method === "POST" && spoken.includes(dialect));
  return `POST ${posts.map(([end]) => end).join(", ")}; GET ${gets}`;
};

const openAiList = `${toList(
  ["openai-chat", "openai-responses"],
  "/models, /models/{model}, /responses/{id}, /responses/{id}/input_items",
)}; POST /responses/{id}/cancel; DELETE /responses/{id}`;

const lists: Readonly<Record<ClientDialectName, string>> = {
  "openai-chat": openAiList,
  "openai-responses": openAiList,
  anthropic: toList(["anthropic"], "/models, /models/{model}"),
  gemini: toList(["gemini"], "/models, /models/{model}"),
};

const longestShown = 200;

/** What is said of an address at which there is nothing; `asked` is the path, with or without its method. */
export const nothingAt = (asked: string, dialect: ClientDialectName): string =>
  `There is nothing at ${asked.slice(0, longestShown)} in this mock, which has, by the end of the path: ${lists[dialect]}`;
