import type { Dialect } from "../dialect.ts";
import { readFailure, writeFailure } from "./failure.ts";
import { readEvents } from "./read-events.ts";
import { readReply } from "./read-reply.ts";
import { fieldNames, readRequest } from "./read-request.ts";
import { writeEvents } from "./write-events.ts";
import { writeReply } from "./write-reply.ts";
import { writeRequest } from "./write-request.ts";

/** Chat completions, as OpenAI has them and as the many servers that are compatible to it. */
export const openaiChat: Dialect = {
  name: "openai-chat",
  fieldNames,
  readRequest,
  writeRequest,
  readReply,
  writeReply,
  readEvents,
  // OpenAI pads its chunks, and so does Mistral. A call's name may begin another call, or not, by the arguments so far; sound and
  // logprobs of hidden tokens are collected and not told at once.
  deltas: {
    texts: ['"content"', '"reasoning_content"', '"reasoning"', '"arguments"'],
    padding: ['"obfuscation"', '"p"'],
    counts: ['"usage"'],
    unless: ['"name"', '"custom"', '"audio"', '"logprob"', '"reasoning_details"'],
  },
  writeEvents,
  readFailure,
  writeFailure,
};
