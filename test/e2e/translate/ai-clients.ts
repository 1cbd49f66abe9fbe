// The Vercel AI SDK with the provider packages of three dialects' owners.
import { createAnthropic, type AnthropicLanguageModelOptions } from "@ai-sdk/anthropic";
import { createGoogle, type GoogleLanguageModelOptions } from "@ai-sdk/google";
import { createOpenAI, type OpenAILanguageModelResponsesOptions } from "@ai-sdk/openai";
import {
  APICallError,
  generateText,
  isStepCount,
  Output,
  streamText,
  tool,
  type LanguageModel,
  type ModelMessage,
  type StepResult,
  type ToolSet,
} from "ai";
import type { ClientDialectName } from "../../../src/dialects/conversation.ts";
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

// It prints on the console what it thinks of models it does not know.
globalThis.AI_SDK_LOG_WARNINGS = false;

type ProviderOptions = NonNullable<Parameters<typeof generateText>[0]["providerOptions"]>;

interface Way {
  readonly name: string;
  readonly dialect: ClientDialectName;
  readonly modelAt: (url: string, model: string) => LanguageModel;
  /** What each call is told, and what those that shall show their reasoning. */
  readonly always: ProviderOptions;
  readonly thinking: ProviderOptions;
}

const tools: ToolSet = { weather: tool({ description: weather.description, inputSchema: place, execute: runWeather }) };

const userMessage = (hasMedia = false): ModelMessage => ({
  role: "user",
  content: [
    { type: "text", text: question },
    ...(hasMedia
      ? [
          { type: "file" as const, data: image.data, mediaType: image.mediaType },
          { type: "file" as const, data: document.data, mediaType: document.mediaType, filename: document.name },
        ]
      : []),
  ],
});

/** What both ways of asking give in the end. */
interface Result {
  readonly steps: readonly StepResult<ToolSet>[];
  readonly output: unknown;
  readonly messages: readonly ModelMessage[];
}

const toAsk =
  ({ modelAt, always, thinking }: Way) =>
  async (url: string, asked: Question): Promise<Seen> => {
    const { isStream, hasMedia, hasTool, hasSchema, thinks, isShort, signal } = asked;
    const messages = [userMessage(hasMedia)];
    const params = {
      model: modelAt(url, asked.model),
      messages,
      instructions,
      maxRetries: 0,
      ...(signal && { abortSignal: signal }),
      providerOptions: thinks ? thinking : always,
      ...(isShort && { maxOutputTokens: limit }),
      ...(hasTool && { tools, stopWhen: isStepCount(5) }),
      ...(hasSchema && { output: Output.object({ schema: city, name: "city" }) }),
    };
    const once = async (): Promise<Result> => {
      if (!isStream) {
        const result = await generateText(params);
        const { steps, response } = result;
        return { steps, output: hasSchema ? result.output : null, messages: response.messages };
      }
      const result = streamText({ ...params, onError: () => {} });
      for await (const part of result.stream) if (part.type === "error") throw part.error;
      return {
        steps: await result.steps,
        output: hasSchema ? await result.output : null,
        messages: (await result.response).messages,
      };
    };
    const first = await once();
    messages.push(...first.messages, { role: "user", content: followUp });
    const second = asked.isTwice === true ? await once() : null;
    const steps = [...first.steps, ...(second?.steps ?? [])];
    const last = steps.at(-1);
    return {
      text: last?.text ?? "",
      thoughts: steps.map(({ reasoningText }) => reasoningText ?? "").join(""),
      usage: last?.usage,
      finish: last?.finishReason,
      parsed: (second ?? first).output,
    };
  };

const toClient = (way: Way): Client => ({
  name: way.name,
  dialect: way.dialect,
  ask: toAsk(way),
  readError: (thrown) => {
    const error = APICallError.isInstance(thrown) ? thrown : null;
    return {
      isOwn: error !== null,
      status: error?.statusCode,
      retryAfter: error?.responseHeaders?.["retry-after"] ?? null,
      // What a stream reports in its middle is no error object, but the event itself.
      message: thrown instanceof Error ? String(thrown) : JSON.stringify(thrown),
    };
  },
  usage: (written) => ({
    inputTokens: figures.input,
    inputTokenDetails: {
      noCacheTokens: figures.input - figures.cached - written,
      cacheReadTokens: figures.cached,
      ...(written > 0 && { cacheWriteTokens: written }),
    },
    outputTokens: figures.output,
    outputTokenDetails: { textTokens: figures.output - figures.reasoning, reasoningTokens: figures.reasoning },
    totalTokens: figures.input + figures.output,
  }),
  cutShort: "length",
  refused: "content-filter",
});

const openaiAt = (url: string) => createOpenAI({ baseURL: `${url}/v1`, apiKey: clientKey });
const shown = { forceReasoning: true, reasoningEffort: "medium", reasoningSummary: "auto" } as const;
const stateless = { store: false } satisfies OpenAILanguageModelResponsesOptions;
const ownFormat = { structuredOutputMode: "outputFormat" } satisfies AnthropicLanguageModelOptions;
const budget = {
  thinkingConfig: { includeThoughts: true, thinkingBudget: 2048 },
} satisfies GoogleLanguageModelOptions;

const ways: readonly Way[] = [
  {
    name: "ai with @ai-sdk/openai chat",
    dialect: "openai-chat",
    modelAt: (url, model) => openaiAt(url).chat(model),
    always: {},
    thinking: { openai: { forceReasoning: true, reasoningEffort: "medium" } },
  },
  {
    name: "ai with @ai-sdk/openai responses",
    dialect: "openai-responses",
    modelAt: (url, model) => openaiAt(url).responses(model),
    always: { openai: stateless },
    thinking: { openai: { ...stateless, ...shown, include: ["reasoning.encrypted_content"] } },
  },
  {
    name: "ai with @ai-sdk/anthropic",
    dialect: "anthropic",
    modelAt: (url, model) => createAnthropic({ baseURL: `${url}/v1`, apiKey: clientKey })(model),
    always: { anthropic: ownFormat },
    thinking: { anthropic: { ...ownFormat, thinking: { type: "enabled", budgetTokens: 2048 } } },
  },
  {
    name: "ai with @ai-sdk/google",
    dialect: "gemini",
    modelAt: (url, model) => createGoogle({ baseURL: `${url}/v1beta`, apiKey: clientKey })(model),
    always: {},
    thinking: { google: budget },
  },
];

export const aiClients = ways.map(toClient);
