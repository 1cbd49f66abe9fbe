// Google's Gemini API. @see https://ai.google.dev/api/generate-content and /gemini-api/docs/thought-signatures
import {
  FinishReason,
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  type GenerateContentResponseUsageMetadata,
  type Part,
  type Tool,
} from "@google/genai";
import { asked, figures, halves, said, toEvent, type Answer, type Side } from "./scripted.ts";

/** Without the getters of the SDK. */
type Body = Pick<GenerateContentResponse, "candidates" | "usageMetadata" | "modelVersion" | "responseId">;

const model = "gemini-3.1-pro";
const textSeal = Buffer.from("the seal of a text").toString("base64");
const callSeal = Buffer.from("the seal of a call").toString("base64");

/** Thoughts stand beside the candidates, not in them. */
const usage = {
  promptTokenCount: figures.input,
  cachedContentTokenCount: figures.cached,
  candidatesTokenCount: figures.output - figures.reasoning,
  thoughtsTokenCount: figures.reasoning,
  totalTokenCount: figures.input + figures.output,
} satisfies GenerateContentResponseUsageMetadata;

const toBody = (parts: Part[], finishReason: FinishReason | null, usageMetadata: object = usage): object =>
  ({
    candidates: [
      {
        index: 0,
        ...(parts.length > 0 && { content: { role: "model", parts } }),
        ...(finishReason !== null && { finishReason }),
      },
    ],
    usageMetadata,
    modelVersion: model,
    responseId: "resp-1",
  }) satisfies Body;

/** An answer whose stream comes in these chunks; the last has the finish. */
const toAnswer = (parts: Part[], chunks: readonly Part[][], finish = FinishReason.STOP): Answer => ({
  whole: toBody(parts, finish),
  events: chunks.map((chunk, at) =>
    toEvent(
      at === chunks.length - 1
        ? toBody(chunk, finish)
        : toBody(chunk, null, { promptTokenCount: figures.input, totalTokenCount: figures.input }),
    ),
  ),
});

const toParts = (pieces: readonly string[], isThought = false): Part[] =>
  pieces.map((text) => ({ text, ...(isThought && { thought: true }) }));
const thought: Part = { text: said.thought, thought: true };
const thoughts = toParts(said.thoughts, true).map((part) => [part]);
const texts = toParts(said.pieces).map((part) => [part]);

const [first, ...others] = asked.map(({ id, name, input }): Part => ({
  functionCall: { id, name, args: { ...input } },
}));
// Of parallel calls the first alone is sealed.
const calls: Part[] = [{ ...first, thoughtSignature: callSeal }, ...others];

const object = JSON.stringify(said.object);

const statusName: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

const toFailure = (status: number): object => ({
  error: { code: status, message: said.refusal, status: statusName[status] ?? "INTERNAL" },
});

/** The body of a call; https://ai.google.dev/api/generate-content#request-body. */
interface Params {
  readonly contents: readonly Content[];
  readonly systemInstruction?: Content;
  readonly tools?: readonly Tool[];
  readonly generationConfig?: Pick<GenerateContentConfig, "responseJsonSchema" | "responseSchema" | "maxOutputTokens">;
}

const toParams = (body: string): Params => JSON.parse(body);

export const gemini: Side = {
  dialect: "gemini",
  model,
  provider: (url) => ({ type: "gemini", base_url: `${url}/v1beta` }),
  path: (isStream) => `/v1beta/models/${model}:${isStream ? "streamGenerateContent" : "generateContent"}`,
  credential: ["x-goog-api-key", "sk-upstream-secret"],
  isStream: (call) => call.target.includes(":streamGenerateContent?alt=sse"),
  written: 0,
  answers: {
    text: toAnswer(toParts([said.text]), texts),
    short: toAnswer(toParts([said.text]), texts, FinishReason.MAX_TOKENS),
    json: toAnswer(
      toParts([object]),
      toParts(halves(object)).map((part) => [part]),
    ),
    calls: toAnswer(
      calls,
      calls.map((call) => [call]),
    ),
    // A stream may bring the seal of a text in an empty part behind it.
    thought: toAnswer(
      [thought, { text: said.text, thoughtSignature: textSeal }],
      [...thoughts, ...texts, [{ text: "", thoughtSignature: textSeal }]],
    ),
    hiddenCalls: toAnswer(calls, [calls]),
    thoughtCalls: toAnswer([thought, ...calls], [...thoughts, calls]),
    refusal: toAnswer([], [[]], FinishReason.SAFETY),
  },
  failure: toFailure,
  overloadStatus: 503,
  streamFailure: toEvent(toFailure(503)),
  seals: { thought: [textSeal], thoughtCalls: [callSeal], hiddenCalls: [callSeal] },
  read: (body) => {
    const { contents, systemInstruction, tools = [], generationConfig: config = {} } = toParams(body);
    const partsOf = (role: "user" | "model") =>
      contents.flatMap((content) => ((content.role ?? "user") === role ? (content.parts ?? []) : []));
    const results = partsOf("user").flatMap((part) => part.functionResponse ?? []);
    return {
      system: (systemInstruction?.parts ?? []).flatMap((part) => part.text ?? []),
      questions: partsOf("user").flatMap((part) => part.text ?? []),
      // By their ids, and where they have none by their order.
      answered: partsOf("model")
        .flatMap((part) => part.functionCall ?? [])
        .map(({ id, name = "", args }, at) => ({
          name,
          input: args,
          result: JSON.stringify(
            (id === undefined ? results[at] : results.find((result) => result.id === id))?.response ?? null,
          ),
        })),
      seals: partsOf("model").flatMap((part) => part.thoughtSignature ?? []),
      media: partsOf("user").flatMap(({ inlineData }) =>
        inlineData === undefined ? [] : { mediaType: inlineData.mimeType ?? "", data: inlineData.data ?? "" },
      ),
      limit: config.maxOutputTokens,
      tools: tools.flatMap((tool) => tool.functionDeclarations ?? []).map(({ name = "" }) => name),
      schema: config.responseJsonSchema ?? config.responseSchema ?? null,
    };
  },
};
