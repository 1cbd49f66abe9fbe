// Holds the bodies the mock writes itself to the types of the official SDKs; `tsc` is what runs it. Those of the dialects
// are held to them by test/dialects.
import type * as BetaMessages from "@anthropic-ai/sdk/resources/beta/messages";
import type { MessageCountTokensParams, MessageCreateParams } from "@anthropic-ai/sdk/resources/messages";
import type { GenerationConfig } from "@google/genai";
import type {
  ChatCompletionCreateParams,
  Completion,
  CompletionCreateParams,
  CreateEmbeddingResponse,
  EmbeddingCreateParams,
  ImageCreateVariationParams,
  ImageEditParams,
  ImageGenerateParams,
  ImagesResponse,
  ModerationCreateParams,
  ModerationCreateResponse,
} from "openai/resources";
import type { SpeechCreateParams } from "openai/resources/audio/speech";
import type {
  TranscriptionCreateParams,
  TranscriptionDiarized,
  TranscriptionVerbose,
} from "openai/resources/audio/transcriptions";
import type { TranslationCreateParams } from "openai/resources/audio/translations";
import type { InputTokenCountParams } from "openai/resources/responses/input-tokens";
import type { ResponseCreateParams } from "openai/resources/responses/responses";
import type { toCompletionChoice, toCompletionUsage, toHead } from "../../src/mock/endpoints/completions.ts";
import type { toEmbeddings } from "../../src/mock/endpoints/embeddings.ts";
import type { toImages } from "../../src/mock/endpoints/media/images.ts";
import type { toModeration } from "../../src/mock/endpoints/moderations.ts";
import type * as openai from "../../src/mock/endpoints/check/openai-fields.ts";
import type * as others from "../../src/mock/endpoints/check/other-fields.ts";
import type { toDiarized, toVerbose } from "../../src/mock/endpoints/media/transcriptions.ts";

/** Whether two unions of names are the same; an error of `tsc` tells the names of which one alone has them. */
type Same<A, B> = [Exclude<A, B> | Exclude<B, A>] extends [never] ? true : Exclude<A, B> | Exclude<B, A>;
type Names<T extends readonly string[]> = T[number];
type KeysOf<T> = T extends unknown ? keyof T : never;

type Beta = KeysOf<BetaMessages.MessageCreateParams>;
type BetaCount = KeysOf<BetaMessages.MessageCountTokensParams>;

export const fields: {
  chat: Same<Names<typeof openai.chatFields>, KeysOf<ChatCompletionCreateParams>>;
  responses: Same<Names<typeof openai.responsesFields>, KeysOf<ResponseCreateParams>>;
  inputTokens: Same<Names<typeof openai.inputTokensFields>, KeysOf<InputTokenCountParams>>;
  completions: Same<Names<typeof openai.completionsFields>, KeysOf<CompletionCreateParams>>;
  embeddings: Same<Names<typeof openai.embeddingsFields>, KeysOf<EmbeddingCreateParams>>;
  images: Same<Names<typeof openai.imageFields>, KeysOf<ImageGenerateParams>>;
  edits: Same<Names<typeof openai.imageEditFields>, KeysOf<ImageEditParams>>;
  variations: Same<Names<typeof openai.imageVariationFields>, KeysOf<ImageCreateVariationParams>>;
  speech: Same<Names<typeof openai.speechFields>, KeysOf<SpeechCreateParams>>;
  transcriptions: Same<Names<typeof openai.transcriptionFields>, KeysOf<TranscriptionCreateParams>>;
  translations: Same<Names<typeof openai.translationFields>, KeysOf<TranslationCreateParams>>;
  moderations: Same<Names<typeof openai.moderationFields>, KeysOf<ModerationCreateParams>>;
  messages: Same<Names<typeof others.messagesFields> | "betas", KeysOf<MessageCreateParams> | Beta>;
  countTokens: Same<Names<typeof others.countTokensFields> | "betas", KeysOf<MessageCountTokensParams> | BetaCount>;
  generationConfig: Same<Names<typeof others.generationConfigFields>, KeysOf<GenerationConfig>>;
} = {
  chat: true,
  responses: true,
  inputTokens: true,
  completions: true,
  embeddings: true,
  images: true,
  edits: true,
  variations: true,
  speech: true,
  transcriptions: true,
  translations: true,
  moderations: true,
  messages: true,
  countTokens: true,
  generationConfig: true,
};

export const checks = [
  (head: ReturnType<typeof toHead>, choice: ReturnType<typeof toCompletionChoice<"stop" | "length">>): Completion => ({
    ...head,
    choices: [choice],
  }),
  (usage: ReturnType<typeof toCompletionUsage>): Completion["usage"] => usage,
  (body: ReturnType<typeof toEmbeddings<number[]>>): CreateEmbeddingResponse => body,
  (body: ReturnType<typeof toImages>): ImagesResponse => body,
  (body: ReturnType<typeof toVerbose>): TranscriptionVerbose => body,
  (body: ReturnType<typeof toDiarized>): TranscriptionDiarized => body,
  (body: Omit<ReturnType<typeof toModeration>, "results">): Omit<ModerationCreateResponse, "results"> => body,
];
