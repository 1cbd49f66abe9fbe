// Holds the bodies this dialect writes to the types of the official SDK; `tsc` is what runs it.
import type * as sdk from "@google/genai";
import type * as wire from "../../../src/dialects/gemini/wire.ts";

/** A type as it stands in JSON: the words of its enums, and lists that nobody writes to. */
type Json<Type> = Type extends string
  ? `${Type}`
  : Type extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : Type extends (...args: never) => unknown
      ? never
      : Type extends object
        ? { readonly [Key in keyof Type]: Json<Type[Key]> }
        : Type;

/** Parts of the service's own, which go back as they came. */
type OwnPart = "executableCode" | "codeExecutionResult" | "toolCall" | "toolResponse";
type Content = { readonly role?: string; readonly parts?: readonly Json<Omit<sdk.Part, OwnPart>>[] };
type Config = sdk.GenerateContentConfig;
/** Getters of the SDK's class, which no body holds. */
type Getter = "text" | "data" | "functionCalls" | "executableCode" | "codeExecutionResult" | "initialPromptTokenCount";
type Own = "executableCode" | "codeExecutionResult" | "toolCall" | "toolResponse";
type OwnContent = { readonly role?: "user" | "model"; readonly parts?: readonly Omit<wire.Part, Own>[] };
type Metadata = "content" | "citationMetadata" | "groundingMetadata";

type OwnLevel = Exclude<wire.ThinkingLevel, "XHIGH">;
/** Without the level that is newer than the SDK. */
type OwnThinking = wire.ThinkingConfig & { readonly thinkingLevel?: OwnLevel };
type OwnConfig = wire.GenerationConfig & { readonly thinkingConfig?: OwnThinking };

export const checks = [
  (body: Omit<wire.Part, Own>): Json<Omit<sdk.Part, OwnPart>> => body,
  (body: OwnContent): Content => body,
  (body: wire.FunctionCall): Json<sdk.FunctionCall> => body,
  (body: wire.FunctionResponse): Json<Pick<sdk.FunctionResponse, "id" | "name" | "response" | "parts">> => body,
  (body: wire.FunctionDeclaration): Json<sdk.FunctionDeclaration> => body,
  (body: wire.ToolConfig): Json<sdk.ToolConfig> => body,
  (body: OwnConfig): Json<sdk.GenerationConfig> => body,
  (body: OwnConfig): Json<Config> => body,
  (body: OwnThinking): Json<sdk.ThinkingConfig> => body,
  (body: wire.ServiceTier): Json<NonNullable<Config["serviceTier"]>> => body,
  (body: boolean): NonNullable<Config["store"]> => body,
  (body: Omit<wire.Candidate, Metadata>): Json<Omit<sdk.Candidate, Metadata>> => body,
  (body: wire.GroundingMetadata): Json<sdk.GroundingMetadata> => body,
  (body: wire.LogprobsResult): Json<sdk.LogprobsResult> => body,
  (body: wire.UsageMetadata): Json<sdk.GenerateContentResponseUsageMetadata> => body,
  (body: wire.FinishReason): Json<sdk.FinishReason> => body,
  (reason: Exclude<Json<sdk.FinishReason>, "FINISH_REASON_UNSPECIFIED">): wire.FinishReason => reason,
  (key: Exclude<keyof wire.GenerateContentResponse, Getter>): keyof sdk.GenerateContentResponse => key,
  (level: Exclude<Json<sdk.ThinkingLevel>, "THINKING_LEVEL_UNSPECIFIED">): wire.ThinkingLevel => level,
];
