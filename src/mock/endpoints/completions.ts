import type { Conversation, JsonObject } from "../../dialects/conversation.ts";
import { maybeFlag, toText } from "../../dialects/fields.ts";
import type { Reply, ReplyEvent } from "../../dialects/reply.ts";
import { openaiChat } from "../../dialects/openai-chat/dialect.ts";
import { writeSse } from "../../wire/sse.ts";
import { countPrompts, readBatch } from "./batch.ts";
import { noDrops } from "./call.ts";
import { checkConversation, mostChoices, mostTokens } from "./check.ts";
import { toSteps, toWrites } from "./cut.ts";
import type { Endpoint, Heard, SayOptions } from "./endpoint.ts";
import { invalid, readCount, requireText } from "./fields.ts";
import type { Said } from "../said.ts";
import { eventStream, sayJson, sayPlain } from "./say.ts";
import { createdAt } from "../seed.ts";
import { lastUserText } from "./texts.ts";

type CompletionFinish = "stop" | "length";

/** The fields that mean the same in a chat, whose reader checks them. */
const shared = ["stop", "temperature", "top_p", "presence_penalty", "frequency_penalty", "stream", "stream_options"];

/** The prompt as the only message of a chat, so that one `answer` decides for both. */
const toConversation = (body: JsonObject, model: string, prompt: unknown, stream: boolean): Conversation => {
  const content = toText(prompt) ?? JSON.stringify(prompt);
  const chat: Record<string, unknown> = { messages: [{ role: "user", content }] };
  for (const key of shared) if (body[key] !== undefined) chat[key] = body[key];
  const conversation = openaiChat.readRequest(chat, { model, stream }, noDrops);
  return { ...conversation, maxOutputTokens: readCount(body, "max_tokens", 1, mostTokens) ?? null };
};

/** A choice of a legacy completion. */
export const toCompletionChoice = <Finish extends CompletionFinish | null>(
  index: number,
  text: string,
  finish: Finish,
) => ({ index, text, logprobs: null, finish_reason: finish });

/** The body of a legacy completion, or of one chunk of it. */
export const toCompletion = <Choice extends object>(
  call: Pick<SayOptions, "ids">,
  model: string,
  choices: readonly Choice[],
) => ({
  id: call.ids("cmpl-"),
  object: "text_completion" as const,
  created: createdAt,
  model,
  system_fingerprint: "fp_qlite",
  choices: [...choices],
});

const textOf = ({ candidates }: Reply): string =>
  (candidates[0]?.content ?? []).map((part) => (part.kind === "text" ? part.text : "")).join("");

/** The usage of a legacy completion, in tokens. */
export const toCompletionUsage = (promptTokens: number, completionTokens: number) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

interface CompletionAsked {
  readonly model: string;
  readonly prompts: readonly unknown[];
  readonly choices: number;
  readonly conversation: Conversation;
}

const sayReply = (
  { model, prompts, choices, conversation }: CompletionAsked,
  reply: Reply,
  options: SayOptions,
): Said => {
  const finish = reply.candidates[0]?.finish.reason === "length" ? "length" : "stop";
  const usage = toCompletionUsage(countPrompts(prompts), (reply.usage?.outputTokens ?? 0) * choices);
  const indexes = Array.from({ length: choices }, (_, index) => index);
  if (!conversation.stream) {
    const whole = indexes.map((index) => toCompletionChoice(index, textOf(reply), finish));
    return sayJson({ ...toCompletion(options, model, whole), usage });
  }
  const noUsage = conversation.wantsUsage ? { usage: null } : {};
  const say = (index: number, text: string, end: CompletionFinish | null): string =>
    writeSse(JSON.stringify({ ...toCompletion(options, model, [toCompletionChoice(index, text, end)]), ...noUsage }));
  const end = (): string => {
    const ends = indexes.map((index) => say(index, "", finish)).join("");
    const count = conversation.wantsUsage
      ? writeSse(JSON.stringify({ ...toCompletion(options, model, []), usage }))
      : "";
    return ends + count + writeSse("[DONE]");
  };
  const write = (event: ReplyEvent): string => {
    if (event.kind === "delta") return indexes.map((index) => say(index, event.text, null)).join("");
    if (event.kind === "error") return writeSse(JSON.stringify(openaiChat.writeFailure(event.failure)));
    return event.kind === "end" ? end() : "";
  };
  return {
    status: 200,
    headers: { "content-type": eventStream, "cache-control": "no-cache" },
    body: {
      kind: "stream",
      framing: "sse",
      writes: toWrites(toSteps(reply, options.cut), write, options.nextWaitMs),
    },
  };
};

/**
 * `POST …/completions`, the legacy endpoint: every prompt gets `n` times the same text.
 *
 * A stream is exactly the pieces of each choice, the finish reason, the usage if asked, and `[DONE]`.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/completions.d.ts
 */
export const completions: Endpoint = {
  name: "completions",
  says: new Set(["reply", "failure", "raw"]),
  isFixed: false,
  hear: ({ body }): Heard => {
    const model = requireText(body, "model");
    const prompts = readBatch(body, "prompt");
    const choices = (readCount(body, "n", 1, mostChoices) ?? 1) * prompts.length;
    if (choices < 1 || choices > mostChoices)
      throw invalid("n", `'n' times the prompts is ${choices} choices, wanted 1 to ${mostChoices}`);
    const stream = maybeFlag(body["stream"], "stream") === true;
    const conversation = toConversation(body, model, prompts[0], stream);
    checkConversation(conversation, openaiChat, body);
    const asked = { model, prompts, choices, conversation };
    return {
      model,
      stream,
      conversation,
      user: () => lastUserText(conversation),
      system: () => "",
      auto: (ids, generate) => ({ kind: "reply", reply: generate(conversation, ids) }),
      say: (answer, options) =>
        answer.kind === "reply" ? sayReply(asked, answer.reply, options) : sayPlain(answer, "openai-chat", options.ids),
    };
  },
};
