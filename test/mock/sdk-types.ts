// Holds the mock's bodies to the types of the official SDKs; `tsc` is what runs it.
import type {
  Message,
  MessageTokensCount,
  ModelInfo,
  RawContentBlockDeltaEvent,
  RawContentBlockStartEvent,
  RawContentBlockStopEvent,
  RawMessageDeltaEvent,
  RawMessageStartEvent,
  RawMessageStopEvent,
} from "@anthropic-ai/sdk/resources";
import type { Completion, CreateEmbeddingResponse, Model } from "openai/resources";
import type { ChatCompletion, ChatCompletionChunk } from "openai/resources/chat/completions";
import type {
  Response as OpenAIResponse,
  ResponseFunctionToolCall,
  ResponseOutputMessage,
  ResponseUsage,
} from "openai/resources/responses/responses";
import type { toMessageBody, toMessageEvents } from "../../src/mock/anthropic.ts";
import type { toModel, toModelInfo } from "../../src/mock/models.ts";
import type { toChatChunks, toChatCompletion } from "../../src/mock/openai-chat.ts";
import type { toCompletion, toCompletionChoice, toEmbeddings } from "../../src/mock/openai-other.ts";
import type { toItem, toResponseBody, toResponseUsage } from "../../src/mock/openai-responses.ts";

type Chunks = ReturnType<typeof toChatChunks>;
type Events = ReturnType<typeof toMessageEvents>;
type ResponseBody = ReturnType<typeof toResponseBody<ReturnType<typeof toItem>, ReturnType<typeof toResponseUsage>>>;
/** What a response must hold; `output_text` is put there by the SDK itself. */
type Needed = {
  [Key in keyof OpenAIResponse]-?: undefined extends OpenAIResponse[Key] ? never : Key;
}[Exclude<keyof OpenAIResponse, "output_text">];
type Block = { type: "text"; text: string; citations: null };

export const checks = [
  (body: ReturnType<typeof toChatCompletion>): ChatCompletion => body,
  (body: ReturnType<Chunks["first"]>): ChatCompletionChunk => body,
  (body: ReturnType<Chunks["next"]>): ChatCompletionChunk => body,
  (body: ReturnType<Chunks["last"]>): ChatCompletionChunk => body,
  (body: NonNullable<ReturnType<Chunks["usage"]>>): ChatCompletionChunk => body,
  (body: ReturnType<typeof toCompletion<ReturnType<typeof toCompletionChoice<"stop" | "length">>>>): Completion => body,
  (body: ReturnType<typeof toEmbeddings<number[]>>): CreateEmbeddingResponse => body,
  (body: ReturnType<typeof toModel>): Model => body,
  (body: ReturnType<typeof toItem>): ResponseOutputMessage | ResponseFunctionToolCall => body,
  (key: Needed): keyof ResponseBody => key,
  (
    body: Pick<ResponseBody, "status" | "error" | "incomplete_details" | "output" | "usage">,
  ): Pick<OpenAIResponse, "status" | "error" | "incomplete_details" | "output" | "usage"> => body,
  (body: ReturnType<typeof toResponseUsage>): ResponseUsage => body,
  (body: ReturnType<typeof toMessageBody<Block, "end_turn">>): Message => body,
  (body: Events["start"]): RawMessageStartEvent => body,
  (body: Events["blockStart"]): RawContentBlockStartEvent => body,
  (body: Events["blockDelta"]): RawContentBlockDeltaEvent => body,
  (body: Events["blockStop"]): RawContentBlockStopEvent => body,
  (body: Events["delta"]): RawMessageDeltaEvent => body,
  (body: Events["stop"]): RawMessageStopEvent => body,
  (body: { input_tokens: number }): MessageTokensCount => body,
  (body: ReturnType<typeof toModelInfo>): ModelInfo => body,
];
