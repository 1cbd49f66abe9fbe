import type { Dialect } from "../dialect.ts";
import { readFailure, writeFailure } from "./failure.ts";
import { readEvents } from "./read-events.ts";
import { readReply } from "./read-reply.ts";
import { readRequest } from "./read-request.ts";
import { writeEvents } from "./write-events.ts";
import { writeReply } from "./write-reply.ts";
import { writeRequest } from "./write-request.ts";

/**
 * The Gemini API of Google: `:generateContent` and `:streamGenerateContent`.
 *
 * @see https://ai.google.dev/api/generate-content (read 2026-11-22); npm `@google/genai` 3.1.0
 */
export const gemini: Dialect = {
  name: "gemini",
  fieldNames: {
    toolChoice: "toolConfig.functionCallingConfig",
    output: "generationConfig.responseJsonSchema",
    reasoning: "generationConfig.thinkingConfig",
    maxOutputTokens: "generationConfig.maxOutputTokens",
    temperature: "generationConfig.temperature",
    topP: "generationConfig.topP",
    topK: "generationConfig.topK",
    seed: "generationConfig.seed",
    candidates: "generationConfig.candidateCount",
    stop: "generationConfig.stopSequences",
    presencePenalty: "generationConfig.presencePenalty",
    frequencyPenalty: "generationConfig.frequencyPenalty",
    topLogprobs: "generationConfig.logprobs",
  },
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readEvents,
  // Sources are looked up in the text of the chunk they came with; arguments may grow beside a text, and are not told before their end.
  deltas: {
    texts: ['"text"'],
    padding: [],
    counts: ['"usageMetadata"'],
    unless: [
      '"functionCall"',
      '"function_call"',
      '"groundingMetadata"',
      '"grounding_metadata"',
      '"citationMetadata"',
      '"citation_metadata"',
    ],
  },
  writeEvents,
  readFailure,
  writeFailure,
};
