// Holds the bodies the mock writes itself to the types of the official SDKs; `tsc` is what runs it. Those of the dialects
// are held to them by test/dialects.
import type { Completion, CreateEmbeddingResponse } from "openai/resources";
import type { toCompletion, toCompletionChoice, toCompletionUsage } from "../../src/mock/endpoints/completions.ts";
import type { toEmbeddings } from "../../src/mock/endpoints/embeddings.ts";

export const checks = [
  (body: ReturnType<typeof toCompletion<ReturnType<typeof toCompletionChoice<"stop" | "length">>>>): Completion => body,
  (usage: ReturnType<typeof toCompletionUsage>): Completion["usage"] => usage,
  (body: ReturnType<typeof toEmbeddings<number[]>>): CreateEmbeddingResponse => body,
];
