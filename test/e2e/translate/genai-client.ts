// The official `@google/genai` SDK.
import {
  ApiError,
  GoogleGenAI,
  type CallableTool,
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  type Part,
} from "@google/genai";
import { z } from "zod";
import { figures, limit } from "../../support/dialects/scripted.ts";
import {
  city,
  clientKey,
  followUp,
  document,
  image,
  instructions,
  place,
  question,
  runWeather,
  weather,
  type Client,
  type Question,
  type Seen,
} from "./client.ts";

const userContent = (hasMedia = false): Content => ({
  role: "user",
  parts: [
    ...(hasMedia ? [image, document] : []).map(({ mediaType, data }) => ({
      inlineData: { mimeType: mediaType, data },
    })),
    { text: question },
  ],
});

const tool: CallableTool = {
  tool: async () => ({ functionDeclarations: [{ ...weather, parametersJsonSchema: z.toJSONSchema(place) }] }),
  callTool: async (calls) =>
    calls.map(({ id, name, args }) => ({
      functionResponse: { ...(id !== undefined && { id }), name: name ?? "", response: { output: runWeather(args) } },
    })),
};

const thoughtsIn = (parts: readonly Part[]): string =>
  parts.map(({ thought, text }) => (thought === true ? (text ?? "") : "")).join("");
const textIn = (parts: readonly Part[]): string =>
  parts.map(({ thought, text }) => (thought === true ? "" : (text ?? ""))).join("");

const askAtGateway = async (url: string, asked: Question): Promise<Seen> => {
  const { model, isStream, hasMedia, hasTool, hasSchema, thinks, isShort, signal } = asked;
  const sdk = new GoogleGenAI({ apiKey: clientKey, httpOptions: { baseUrl: url } });
  const contents = [userContent(hasMedia)];
  const config: GenerateContentConfig = {
    systemInstruction: instructions,
    ...(signal && { abortSignal: signal }),
    ...(isShort && { maxOutputTokens: limit }),
    ...(thinks && { thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 } }),
    ...(hasSchema && { responseMimeType: "application/json", responseJsonSchema: z.toJSONSchema(city) }),
    // The SDK calls the tool by itself and asks again.
    ...(hasTool && { tools: [tool] }),
  };
  const thoughts: string[] = [];

  /** Gives the parts of the answer and its last chunk. */
  const once = async () => {
    const chunks: GenerateContentResponse[] = [];
    if (isStream) {
      for await (const chunk of await sdk.models.generateContentStream({ model, contents, config })) chunks.push(chunk);
    } else {
      const response = await sdk.models.generateContent({ model, contents, config });
      const earlier = response.automaticFunctionCallingHistory ?? [];
      thoughts.push(...earlier.map(({ role, parts = [] }) => (role === "model" ? thoughtsIn(parts) : "")));
      chunks.push(response);
    }
    const parts = chunks.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
    thoughts.push(thoughtsIn(parts));
    return { parts, last: chunks.at(-1) };
  };
  let { parts, last } = await once();
  if (asked.isTwice === true) {
    contents.push({ role: "model", parts }, { role: "user", parts: [{ text: followUp }] });
    ({ parts, last } = await once());
  }
  const text = textIn(parts);
  return {
    text,
    thoughts: thoughts.join(""),
    usage: last?.usageMetadata,
    finish: last?.candidates?.[0]?.finishReason ?? last?.promptFeedback?.blockReason,
    // The SDK has no helper for it; its page parses the text.
    parsed: hasSchema ? city.parse(JSON.parse(text)) : null,
  };
};

export const genaiClient: Client = {
  name: "@google/genai",
  dialect: "gemini",
  ask: askAtGateway,
  readError: (thrown) => ({
    isOwn: thrown instanceof ApiError,
    status: thrown instanceof ApiError ? thrown.status : undefined,
    retryAfter: null,
    message: String(thrown),
  }),
  usage: () => ({
    promptTokenCount: figures.input,
    cachedContentTokenCount: figures.cached,
    candidatesTokenCount: figures.output - figures.reasoning,
    thoughtsTokenCount: figures.reasoning,
    totalTokenCount: figures.input + figures.output,
  }),
  cutShort: "MAX_TOKENS",
  refused: "SAFETY",
};
