import type { Conversation, JsonObject } from "../../dialects/conversation.ts";
import { maybeFlag, maybeNumber, toText } from "../../dialects/fields.ts";
import type { Candidate, Reply, ReplyEvent, ReplyHead } from "../../dialects/reply.ts";
import { openaiChat } from "../../dialects/openai-chat/dialect.ts";
import { writeSse } from "../../wire/sse.ts";
import { countPrompts, readBatch } from "./batch.ts";
import { noDrops } from "./call.ts";
import { checkConversation, mostChoices } from "./check/check.ts";
import { toSteps, toWrites } from "./cut.ts";
import type { Endpoint, Heard, SayOptions } from "./endpoint.ts";
import { invalid, readCount, requireText } from "./fields.ts";
import type { Said } from "../said.ts";
import { eventStream, sayJson, sayPlain, withHeaders } from "./say.ts";
import { createdAt } from "../seed.ts";
import { lastUserText } from "./texts.ts";
import { countInput } from "../auto/usage.ts";

type CompletionFinish = "stop" | "length";

/** The fields that mean the same in a chat, whose reader checks them. */
const shared = ["stop", "temperature", "top_p", "presence_penalty", "frequency_penalty", "stream", "stream_options"];

/** The prompt as the only message of a chat, so that one `answer` decides for both. */
const toConversation = (body: JsonObject, model: string, prompt: unknown, stream: boolean): Conversation => {
  const content = toText(prompt) ?? JSON.stringify(prompt);
  const chat: Record<string, unknown> = { messages: [{ role: "user", content }] };
  for (const key of shared) if (body[key] !== undefined) chat[key] = body[key];
  const conversation = openaiChat.readRequest(chat, { model, stream }, noDrops);
  return { ...conversation, maxOutputTokens: maybeNumber(body["max_tokens"], "max_tokens") };
};

/** A choice of a legacy completion. */
export const toCompletionChoice = <Finish extends CompletionFinish | null>(
  index: number,
  text: string,
  finish: Finish,
) => ({ index, text, logprobs: null, finish_reason: finish });

/** What stands around the choices of a legacy completion, whole or one chunk of it. */
export const toHead = ({ ids }: Pick<SayOptions, "ids">, { id, model, createdAt: at, fingerprint }: ReplyHead) => ({
  id: id === "" ? ids("cmpl-") : id,
  object: "text_completion" as const,
  created: at ?? createdAt,
  model,
  system_fingerprint: fingerprint ?? "fp_qlite",
});

const textOf = ({ content }: Candidate): string =>
  content.map((part) => (part.kind === "text" ? part.text : "")).join("");

const finishOf = ({ finish }: Candidate): CompletionFinish => (finish.reason === "length" ? "length" : "stop");

/** The usage of a legacy completion, in tokens. */
export const toCompletionUsage = (promptTokens: number, completionTokens: number) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

interface CompletionAsked {
  readonly prompts: readonly unknown[];
  /** The first prompt, asked for as many answers as there are choices. */
  readonly conversation: Conversation;
}

/** The tokens of all prompts, unless another number of them was written than their estimate. */
const promptTokensOf = ({ prompts, conversation }: CompletionAsked, reply: Reply): number => {
  const told = reply.usage?.inputTokens ?? countInput(conversation);
  return told === countInput(conversation) ? countPrompts(prompts) : told;
};

const sayReply = (asked: CompletionAsked, reply: Reply, options: SayOptions): Said => {
  const { conversation } = asked;
  const { candidates } = reply;
  const usage = toCompletionUsage(promptTokensOf(asked, reply), reply.usage?.outputTokens ?? 0);
  const head = toHead(options, reply);
  if (!conversation.stream) {
    const whole = candidates.map((one) => toCompletionChoice(one.index, textOf(one), finishOf(one)));
    return sayJson({ ...head, choices: whole, usage });
  }
  const noUsage = conversation.wantsUsage ? { usage: null } : {};
  const say = (index: number, text: string, end: CompletionFinish | null): string =>
    writeSse(JSON.stringify({ ...head, choices: [toCompletionChoice(index, text, end)], ...noUsage }));
  const end = (): string => {
    const ends = candidates.map((one) => say(one.index, "", finishOf(one))).join("");
    const count = conversation.wantsUsage ? writeSse(JSON.stringify({ ...head, choices: [], usage })) : "";
    return ends + count + writeSse("[DONE]");
  };
  // Of an answer that has more than text, the text alone: nothing else has words here.
  const isText = (candidate: number, index: number): boolean => candidates[candidate]?.content[index]?.kind === "text";
  const write = (event: ReplyEvent): string => {
    if (event.kind === "delta")
      return isText(event.candidate, event.index) ? say(event.candidate, event.text, null) : "";
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
    const conversation = { ...toConversation(body, model, prompts[0], stream), candidates: choices };
    const asked = { prompts, conversation };
    return {
      model,
      stream,
      conversation,
      judge: () => checkConversation(conversation, openaiChat, body),
      user: () => lastUserText(conversation),
      system: () => "",
      auto: (ids, generate) => ({ kind: "reply", reply: generate(conversation, ids) }),
      say: (answer, options) =>
        answer.kind === "reply"
          ? withHeaders(sayReply(asked, answer.reply, options), answer)
          : sayPlain(answer, "openai-chat", options.ids),
    };
  },
};
