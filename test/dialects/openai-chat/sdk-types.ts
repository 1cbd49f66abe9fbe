// Holds what the dialect writes to the types of the official SDK; `tsc` is what runs it. What it passes on as it came
// (words that OpenAI adds to, opaque JSON) and what compatible servers added is taken out of the comparison by name.
import type { ErrorObject } from "openai/resources";
import type {
  ChatCompletion,
  ChatCompletionAssistantMessageParam,
  ChatCompletionChunk,
  ChatCompletionContentPartImage,
  ChatCompletionContentPartInputAudio,
  ChatCompletionContentPartText,
  ChatCompletionContentPart,
  ChatCompletionCreateParams,
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionToolChoiceOption,
} from "openai/resources/chat/completions";
import type { CompletionUsage } from "openai/resources/completions";
import type {
  Annotation,
  ChatReply,
  Chunk,
  Delta,
  ErrorBody,
  WireUsage,
} from "../../../src/dialects/openai-chat/wire-reply.ts";
import type {
  AssistantMessage,
  AudioPart,
  ChatRequest,
  FilePart,
  ImagePart,
  RequestMessage,
  RequestTool,
  RequestToolChoice,
  TextPart,
} from "../../../src/dialects/openai-chat/wire-request.ts";

/** Said in words the client or the provider gave; any text. */
type Passed = "service_tier" | "verbosity" | "metadata" | "logit_bias";
/** OpenAI's SDK has `messages` as a whole checked below, part by part. */
type Request = Omit<ChatRequest, Passed | "messages" | "stream">;
type Plain = Exclude<RequestMessage, { role: "user" | "assistant" }>;
type Detail = NonNullable<ChatCompletionContentPartImage.ImageURL["detail"]>;
type Format = ChatCompletionContentPartInputAudio.InputAudio["format"];
/** Every key of what we write is one of theirs. */
type Keys<T> = T extends unknown ? keyof T : never;
type Added = "reasoning_content" | "reasoning" | "reasoning_details" | "images" | "top_k" | "thinking";

/** Without thoughts among the content, which are Mistral's. */
type OwnAssistant = AssistantMessage & { content?: string | TextPart[] | null };

export const checks = [
  (body: Request): Omit<ChatCompletionCreateParams, Passed | "messages" | "stream"> => body,
  (key: Exclude<keyof ChatRequest, Added>): keyof ChatCompletionCreateParams => key,
  (body: Plain): ChatCompletionMessageParam => body,
  (body: OwnAssistant): ChatCompletionAssistantMessageParam => body,
  (key: Exclude<keyof AssistantMessage, Added>): keyof ChatCompletionAssistantMessageParam => key,
  (part: TextPart): ChatCompletionContentPartText => part,
  (part: FilePart): ChatCompletionContentPart.File => part,
  (part: ImagePart & { image_url: { detail?: Detail } }): ChatCompletionContentPartImage => part,
  (part: AudioPart & { input_audio: { format: Format } }): ChatCompletionContentPartInputAudio => part,
  (tool: RequestTool): ChatCompletionTool => tool,
  (choice: RequestToolChoice): ChatCompletionToolChoiceOption => choice,
  (body: Omit<ChatReply, "service_tier">): ChatCompletion => body,
  (key: keyof ChatReply): keyof ChatCompletion => key,
  (key: Exclude<keyof ChatReply["choices"][0]["message"], Added>): keyof ChatCompletion.Choice["message"] => key,
  (body: Omit<Chunk, "service_tier">): ChatCompletionChunk => body,
  (key: keyof Chunk): keyof ChatCompletionChunk => key,
  (delta: Delta): ChatCompletionChunk.Choice.Delta => delta,
  (key: Exclude<keyof Delta, Added | "annotations">): keyof ChatCompletionChunk.Choice.Delta => key,
  (body: WireUsage): CompletionUsage => body,
  (key: Keys<NonNullable<WireUsage["prompt_tokens_details"]>>): keyof CompletionUsage.PromptTokensDetails => key,
  (annotation: Annotation): NonNullable<ChatCompletion.Choice["message"]["annotations"]>[0] => annotation,
  (body: ErrorBody["error"]): ErrorObject => body,
];
