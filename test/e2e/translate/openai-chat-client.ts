// The official `openai` SDK, chat completions.
import OpenAI from "openai";
import { zodFunction, zodResponseFormat } from "openai/helpers/zod";
import type { ChatCompletionStream } from "openai/lib/ChatCompletionStream";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { figures, limit } from "../../support/dialects/scripted.ts";
import {
  city,
  clientKey,
  followUp,
  document,
  image,
  instructions,
  place,
  question,
  runWeather,
  weather,
  type Client,
  type Question,
  type Seen,
} from "./client.ts";
import { readOpenaiError } from "./openai-errors.ts";

/** What servers of the chat dialect added to the messages, and the SDK has no types for. */
interface Thoughts {
  readonly reasoning_content?: string;
  readonly reasoning_details?: readonly object[];
}
const thoughtsOf = (message: object): Thoughts => message;

/** Puts the pieces together, which the SDK's stream does for its own fields alone. */
const joined = (chunks: readonly ChatCompletionChunk[]): Thoughts => {
  const deltas = chunks.flatMap(({ choices: [choice] }) => (choice === undefined ? [] : thoughtsOf(choice.delta)));
  const details = deltas.flatMap((delta) => delta.reasoning_details ?? []);
  const text = deltas.map((delta) => delta.reasoning_content ?? "").join("");
  return { ...(text !== "" && { reasoning_content: text }), ...(details.length > 0 && { reasoning_details: details }) };
};

const userMessage = (hasMedia = false): ChatCompletionMessageParam => ({
  role: "user",
  content: hasMedia
    ? [
        { type: "text", text: question },
        { type: "image_url", image_url: { url: image.url } },
        { type: "file", file: { filename: document.name, file_data: document.url } },
      ]
    : question,
});

/** An answer, its message with all its reasoning. */
type Answer = Pick<ChatCompletion, "usage" | "choices">;

const endOf = async (stream: ChatCompletionStream<unknown>): Promise<Answer> => {
  const chunks: ChatCompletionChunk[] = [];
  stream.on("chunk", (chunk) => chunks.push(chunk));
  const final = await stream.finalChatCompletion();
  Object.assign(final.choices[0]!.message, joined(chunks));
  return final;
};

const streamed = { stream: true, stream_options: { include_usage: true } } as const;

const askAtGateway = async (url: string, asked: Question): Promise<Seen> => {
  const { model, isStream, hasMedia, hasTool, hasSchema, thinks, isShort, signal } = asked;
  const { completions } = new OpenAI({ baseURL: `${url}/v1`, apiKey: clientKey, maxRetries: 0 }).chat;
  const messages: ChatCompletionMessageParam[] = [{ role: "developer", content: instructions }, userMessage(hasMedia)];
  const tools = [zodFunction({ ...weather, parameters: place, function: runWeather })];
  const params = {
    model,
    messages,
    ...(isShort && { max_completion_tokens: limit }),
    ...(thinks && { reasoning_effort: "medium" as const }),
    ...(hasSchema && { response_format: zodResponseFormat(city, "city") }),
  };
  const options = { ...(signal && { signal }) };
  const thoughts: string[] = [];

  /** The tool runner makes the turns itself. */
  const run = (): Promise<Answer> =>
    isStream
      ? completions.runTools({ ...params, ...streamed, tools }, options).finalChatCompletion()
      : completions.runTools({ ...params, tools }, options).finalChatCompletion();
  const once = async (): Promise<Answer> => {
    const all = { ...params, ...(hasTool && { tools }) };
    const answer = isStream
      ? await endOf(completions.stream({ ...all, ...streamed }, options))
      : await (hasSchema ? completions.parse(all, options) : completions.create(all, options));
    const { message } = answer.choices[0]!;
    thoughts.push(thoughtsOf(message).reasoning_content ?? "");
    const calls = (message.tool_calls ?? []).flatMap((call) => (call.type === "function" ? call : []));
    const isFirst = messages.length === 2;
    if (calls.length === 0 && !(isFirst && asked.isTwice === true)) return answer;
    messages.push(message);
    for (const { id, function: called } of calls) {
      messages.push({ role: "tool", tool_call_id: id, content: runWeather(JSON.parse(called.arguments)) });
    }
    if (calls.length === 0) messages.push({ role: "user", content: followUp });
    return once();
  };
  // The runner sends back what it has types for, so reasoning needs a loop of one's own.
  const last = hasTool && !thinks ? await run() : await once();
  const { message, finish_reason: finish } = last.choices[0]!;
  return {
    text: message.content ?? "",
    thoughts: thoughts.join(""),
    usage: last.usage,
    finish,
    parsed: "parsed" in message ? message.parsed : null,
    refusal: message.refusal,
  };
};

export const openaiChatClient: Client = {
  name: "openai chat",
  dialect: "openai-chat",
  ask: askAtGateway,
  readError: readOpenaiError,
  usage: (written) => ({
    prompt_tokens: figures.input,
    completion_tokens: figures.output,
    total_tokens: figures.input + figures.output,
    prompt_tokens_details: { cached_tokens: figures.cached, ...(written > 0 && { cache_write_tokens: written }) },
    completion_tokens_details: { reasoning_tokens: figures.reasoning },
  }),
  cutShort: "length",
  refused: "content_filter",
};
