import type { Citation, JsonObject, ToolCall } from "../conversation.ts";
import type { ReplyContext } from "../dialect.ts";
import type { Drops } from "../drops.ts";
import type { Candidate, Reply } from "../reply.ts";
import { restOfCitation, restOfImage } from "../rest.ts";
import { writeAnnotation } from "./citations.ts";
import { isCut, matchedStop, refusalOf, writeFinish } from "./finish.ts";
import { asksWithFunctions } from "./legacy.ts";
import { writeLogprobs } from "./logprobs.ts";
import { writeCallSeal, writeWhole } from "./reasoning-details.ts";
import { dropUsage, writeUsage } from "./usage.ts";
import type { ChatReply, ReplyMessage } from "./wire-reply.ts";
import type { Call } from "./wire-request.ts";
import { writeImage } from "./write-parts.ts";

/** Writes a call, its arguments as the model wrote them; official clients parse them, so that none are an empty object. */
const writeCall = ({ id, name, arguments: text, isCustom }: ToolCall, isWhole: boolean): Call =>
  isCustom
    ? { id, type: "custom", custom: { name, input: text } }
    : { id, type: "function", function: { name, arguments: text === "" && isWhole ? "{}" : text } };

/** Adds the citations of a text that stands between two places of the content. */
const cite = (message: ReplyMessage, citations: readonly Citation[], from: number, to: number, drops: Drops): void => {
  for (const citation of citations) {
    const annotation = writeAnnotation(citation, from, to);
    if (annotation === null) drops.name("message.annotations");
    else {
      (message.annotations ??= []).push(annotation);
      for (const name of restOfCitation(citation, "openai-chat", true)) drops.name(`message.annotations.${name}`);
    }
  }
};

const writeMessage = ({ content, finish }: Candidate, context: ReplyContext, drops: Drops): ReplyMessage => {
  const message: ReplyMessage = { role: "assistant", content: null, refusal: null };
  const details: JsonObject[] = [];
  const calls: Call[] = [];
  for (const [at, part] of content.entries()) {
    switch (part.kind) {
      case "text": {
        const from = message.content?.length ?? 0;
        message.content = (message.content ?? "") + part.text;
        cite(message, part.citations, from, message.content.length, drops);
        break;
      }
      case "refusal":
        message.refusal = (message.refusal ?? "") + part.text;
        break;
      case "reasoning":
        if (part.text !== "") message.reasoning_content = (message.reasoning_content ?? "") + part.text;
        details.push(...writeWhole(part, part.signature, details.length));
        break;
      case "tool_call":
        calls.push(writeCall(part, at < content.length - 1 || !isCut(finish)));
        if (part.signature !== null && part.signature.value !== "")
          details.push(writeCallSeal(part.id, part.signature, details.length));
        break;
      case "image": {
        const image = writeImage(part);
        if (image === null) drops.name("message.images");
        else {
          (message.images ??= []).push(image);
          for (const name of restOfImage(part)) drops.name(`message.images.${name}`);
        }
        break;
      }
      case "speech":
        if (message.audio !== undefined) drops.name("message.audio");
        else {
          const { id, data, transcript, expiresAt } = part;
          const audioId = id === "" ? context.newId("audio_") : id;
          message.audio = { id: audioId, data, expires_at: expiresAt ?? context.nowSeconds, transcript };
        }
        break;
      case "native":
        drops.name(`message.${part.name}`);
    }
  }
  message.refusal ??= refusalOf(finish);
  if (details.length > 0) message.reasoning_details = details;
  if (asksWithFunctions(context.conversation)) {
    const first = calls[0];
    if (first?.type === "function") message.function_call = first.function;
    if (calls.length > 1) drops.name("message.function_call");
  } else if (calls.length > 0) message.tool_calls = calls;
  return message;
};

type Choice = ChatReply["choices"][number];

const writeChoice = (candidate: Candidate, context: ReplyContext, drops: Drops): Choice => {
  const { index, finish, logprobs } = candidate;
  const message = writeMessage(candidate, context, drops);
  const reason = writeFinish(finish.reason, message.refusal !== null);
  const choice: Choice = {
    index,
    message,
    logprobs: writeLogprobs(logprobs, message.refusal !== null && message.content === null),
    finish_reason: reason === "tool_calls" && asksWithFunctions(context.conversation) ? "function_call" : reason,
  };
  const stop = matchedStop(finish);
  if (stop !== null) choice.stop_reason = stop;
  return choice;
};

/**
 * Writes a whole reply.
 *
 * Reasoning is said twice: as `reasoning_content`, which many clients show, and as `reasoning_details`, which carries the
 * seals; a client that sends the message back as it is keeps the reasoning over many turns.
 *
 * @see npm `openai` 7.57.0, resources/chat/completions/completions.d.ts, `ChatCompletion` (read 2026-11-22)
 */
export const writeReply = (reply: Reply, context: ReplyContext, drops: Drops): ChatReply => {
  const { usage, serviceTier, fingerprint } = reply;
  const written: ChatReply = {
    id: reply.id === "" ? context.newId("chatcmpl-") : reply.id,
    object: "chat.completion",
    created: reply.createdAt ?? context.nowSeconds,
    model: reply.model === "" ? context.conversation.model : reply.model,
    choices: reply.candidates.map((candidate) => writeChoice(candidate, context, drops)),
  };
  if (usage !== null) {
    dropUsage(usage, drops);
    written.usage = writeUsage(usage);
  }
  if (serviceTier !== null) written.service_tier = serviceTier;
  if (fingerprint !== null) written.system_fingerprint = fingerprint;
  return written;
};
