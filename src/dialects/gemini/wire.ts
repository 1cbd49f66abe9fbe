// The bodies this dialect writes. `test/dialects/gemini/sdk-types.ts` holds them to the types of `@google/genai` 3.1.0.
import type { JsonObject } from "../conversation.ts";

export type BlobData = { readonly mimeType: string; readonly data: string; readonly displayName?: string };

export type FileRef = { readonly fileUri: string; readonly mimeType?: string; readonly displayName?: string };

export type FunctionCall = { readonly id?: string; readonly name: string; readonly args: JsonObject };

export type MediaPart = { readonly inlineData: BlobData } | { readonly fileData: FileRef };

export type FunctionResponse = {
  readonly id: string;
  readonly name: string;
  readonly response: JsonObject;
  readonly parts?: readonly MediaPart[];
};

export type Part = {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly inlineData?: BlobData;
  readonly fileData?: FileRef;
  readonly mediaResolution?: {
    readonly level: "MEDIA_RESOLUTION_LOW" | "MEDIA_RESOLUTION_HIGH" | "MEDIA_RESOLUTION_ULTRA_HIGH";
  };
  readonly functionCall?: FunctionCall;
  readonly functionResponse?: FunctionResponse;
  // Parts of its own come back as they came.
  readonly executableCode?: JsonObject;
  readonly codeExecutionResult?: JsonObject;
  readonly toolCall?: JsonObject;
  readonly toolResponse?: JsonObject;
};

export type Content = { readonly role?: "user" | "model"; readonly parts?: readonly Part[] };

export type FunctionDeclaration = {
  readonly name: string;
  readonly description?: string;
  readonly parametersJsonSchema?: JsonObject;
};

/** `XHIGH` is newer than the SDK's type: `google-model-catalog.ts` of `@ai-sdk/google` 4.0.121. */
export type ThinkingLevel = "MINIMAL" | "LOW" | "MEDIUM" | "HIGH" | "XHIGH";

export type ThinkingConfig = {
  readonly includeThoughts?: boolean;
  readonly thinkingBudget?: number;
  readonly thinkingLevel?: ThinkingLevel;
};

export type GenerationConfig = {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly candidateCount?: number;
  readonly maxOutputTokens?: number;
  readonly stopSequences?: readonly string[];
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly responseLogprobs?: boolean;
  readonly logprobs?: number;
  readonly responseMimeType?: string;
  readonly responseJsonSchema?: JsonObject;
  readonly thinkingConfig?: ThinkingConfig;
};

export type ToolConfig = {
  readonly functionCallingConfig: {
    readonly mode: "AUTO" | "ANY" | "NONE" | "VALIDATED";
    readonly allowedFunctionNames?: readonly string[];
  };
};

export type ServiceTier = "flex" | "standard" | "priority";

/** The body of `:generateContent`; the model is in the path. */
export type GenerateContentRequest = {
  readonly systemInstruction?: Content;
  readonly contents: readonly Content[];
  readonly tools?: readonly JsonObject[];
  readonly toolConfig?: ToolConfig;
  readonly generationConfig?: GenerationConfig;
  readonly serviceTier?: ServiceTier;
  readonly store?: boolean;
};

export type ModalityCount = { readonly modality: "TEXT" | "IMAGE" | "AUDIO"; readonly tokenCount: number };

export type UsageMetadata = {
  readonly promptTokenCount: number;
  readonly candidatesTokenCount: number;
  readonly totalTokenCount: number;
  readonly cachedContentTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly promptTokensDetails?: readonly ModalityCount[];
  readonly candidatesTokensDetails?: readonly ModalityCount[];
  readonly serviceTier?: ServiceTier;
};

export type LogprobsCandidate = { readonly token: string; readonly logProbability: number };

export type LogprobsResult = {
  readonly chosenCandidates: readonly LogprobsCandidate[];
  readonly topCandidates: readonly { readonly candidates: readonly LogprobsCandidate[] }[];
};

export type GroundingChunk =
  | { readonly web: { readonly uri: string; readonly title?: string } }
  | { readonly retrievedContext: { readonly uri?: string; readonly title?: string; readonly text?: string } };

export type GroundingSupport = {
  readonly segment: {
    readonly partIndex?: number;
    readonly startIndex: number;
    readonly endIndex: number;
    readonly text: string;
  };
  readonly groundingChunkIndices: readonly number[];
};

export type GroundingMetadata = {
  readonly groundingChunks: readonly GroundingChunk[];
  readonly groundingSupports: readonly GroundingSupport[];
};

export type FinishReason =
  | "STOP"
  | "MAX_TOKENS"
  | "SAFETY"
  | "RECITATION"
  | "LANGUAGE"
  | "OTHER"
  | "BLOCKLIST"
  | "PROHIBITED_CONTENT"
  | "SPII"
  | "MALFORMED_FUNCTION_CALL"
  | "IMAGE_SAFETY"
  | "UNEXPECTED_TOOL_CALL"
  | "TOO_MANY_TOOL_CALLS"
  | "IMAGE_PROHIBITED_CONTENT"
  | "NO_IMAGE"
  | "IMAGE_RECITATION"
  | "IMAGE_OTHER"
  | "CONTINUATION"
  | "MALFORMED_RESPONSE";

export type Candidate = {
  readonly content: Content;
  readonly index: number;
  readonly finishReason?: FinishReason;
  readonly finishMessage?: string;
  readonly logprobsResult?: LogprobsResult;
  readonly groundingMetadata?: GroundingMetadata | JsonObject;
  /** Read by the SDK under this name, given by it as `citations`. */
  readonly citationMetadata?: { readonly citationSources: readonly JsonObject[] };
};

/** The body of a reply, and of each chunk of a stream. */
export type GenerateContentResponse = {
  readonly candidates: readonly Candidate[];
  readonly usageMetadata?: UsageMetadata;
  readonly modelVersion: string;
  readonly responseId: string;
};

export type ErrorBody = {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly status: string;
    readonly details?: readonly JsonObject[];
  };
};
