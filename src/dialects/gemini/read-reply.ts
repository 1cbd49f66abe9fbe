import { ProxyError } from "../../errors.ts";
import { createAssembler } from "../assemble.ts";
import type { JsonObject } from "../conversation.ts";
import { type Drops, dropUnknown } from "../drops.ts";
import type { Finish, Reply } from "../reply.ts";
import { camel } from "./proto.ts";
import { createReplyReader } from "./read-events.ts";

const known: ReadonlySet<string> = new Set([
  "candidates",
  "usageMetadata",
  "promptFeedback",
  "modelVersion",
  "responseId",
  "createTime",
]);

/** A whole reply that does not say why it ended has ended by itself, unless it holds nothing. */
const untold = (hasContent: boolean): Finish =>
  hasContent
    ? { reason: "stop", stopSequence: null, detail: null }
    : { reason: "error", stopSequence: null, detail: "The model gave no candidate" };

/**
 * Reads a whole reply, in the same way as a stream of one chunk.
 *
 * A blocked prompt is a candidate that a filter ended. `avgLogprobs` and `tokenCount` only sum up what is told
 * elsewhere, so they are not kept.
 *
 * @throws {ProxyError} `upstream_invalid_response` - nothing in it is of a reply
 */
export const readReply = (source: JsonObject, drops: Drops): Reply => {
  const body = camel(source);
  if (!Object.keys(body).some((key) => known.has(key))) {
    throw new ProxyError("upstream_invalid_response", "The upstream's reply is none of a Gemini model");
  }
  dropUnknown(body, known, "", drops);
  const assembler = createAssembler();
  const reader = createReplyReader(assembler.event);
  reader.chunk(body);
  reader.end(untold);
  return assembler.reply();
};
