import type { Dialect } from "../dialect.ts";
import { readFailure, writeFailure } from "./failure.ts";
import { readEvents } from "./read-events.ts";
import { readReply } from "./read-reply.ts";
import { readRequest } from "./read-request.ts";
import { writeEvents } from "./write-events.ts";
import { writeReply } from "./write-reply.ts";
import { writeRequest } from "./write-request.ts";

/**
 * OpenAI Responses: `POST /v1/responses`.
 *
 * @see https://developers.openai.com/api/reference/resources/responses and npm `openai` 7.57.0,
 *   resources/responses/responses.d.ts (read 2026-11-22)
 */
export const openaiResponses: Dialect = {
  name: "openai-responses",
  fieldNames: {
    toolChoice: "tool_choice",
    parallelToolCalls: "parallel_tool_calls",
    output: "text.format",
    maxOutputTokens: "max_output_tokens",
    topP: "top_p",
    topK: "top_k",
    candidates: "n",
    presencePenalty: "presence_penalty",
    frequencyPenalty: "frequency_penalty",
    topLogprobs: "top_logprobs",
    logitBias: "logit_bias",
    verbosity: "text.verbosity",
    serviceTier: "service_tier",
    previousResponseId: "previous_response_id",
    cache: "prompt_cache_options",
    wantsUsage: "stream_options",
  },
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readEvents,
  deltas: { texts: ['"delta"'], padding: ['"obfuscation"'], counts: ['"sequence_number"'], unless: [] },
  writeEvents,
  readFailure,
  writeFailure,
};
