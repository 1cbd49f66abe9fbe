import type { Dialect } from "../dialect.ts";
import { readFailure, writeFailure } from "./failure.ts";
import { readEvents } from "./read-events.ts";
import { readReply } from "./read-reply.ts";
import { readRequest } from "./read-request.ts";
import { writeEvents } from "./write-events.ts";
import { writeReply } from "./write-reply.ts";
import { writeRequest } from "./write-request.ts";

/**
 * Anthropic's Messages API, version 2023-06-01.
 *
 * @see https://platform.claude.com/docs/en/api/messages (read 2026-11-22)
 */
export const anthropic: Dialect = {
  name: "anthropic",
  fieldNames: {
    toolChoice: "tool_choice",
    parallelToolCalls: "tool_choice.disable_parallel_tool_use",
    output: "output_config.format",
    reasoning: "thinking",
    maxOutputTokens: "max_tokens",
    topP: "top_p",
    topK: "top_k",
    stop: "stop_sequences",
    serviceTier: "service_tier",
    user: "metadata.user_id",
    cache: "cache_control",
  },
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readEvents,
  deltas: { texts: ['"text"', '"thinking"', '"partial_json"'], padding: [], counts: [], unless: [] },
  writeEvents,
  readFailure,
  writeFailure,
};
