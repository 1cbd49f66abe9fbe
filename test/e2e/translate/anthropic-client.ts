// The official `@anthropic-ai/sdk`.
import Anthropic, {
  APIError,
  BadRequestError,
  InternalServerError,
  OverloadedError,
  RateLimitError,
} from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import type { BetaMessage } from "@anthropic-ai/sdk/resources/beta/messages/messages";
import type { Message, MessageParam } from "@anthropic-ai/sdk/resources/messages/messages";
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
  toErrorReader,
  weather,
  type Client,
  type Question,
  type Seen,
} from "./client.ts";

const userMessage = (hasMedia = false): MessageParam => ({
  role: "user",
  content: hasMedia
    ? [
        { type: "image", source: { type: "base64", media_type: image.mediaType, data: image.data } },
        {
          type: "document",
          title: document.name,
          source: { type: "base64", media_type: document.mediaType, data: document.data },
        },
        { type: "text", text: question },
      ]
    : question,
});

type Answer = Pick<Message | BetaMessage, "content" | "usage" | "stop_reason">;

const textOf = ({ content }: Answer): string =>
  content.map((block) => (block.type === "text" ? block.text : "")).join("");
const thoughtsOf = ({ content }: Answer): string =>
  content.map((block) => (block.type === "thinking" ? block.thinking : "")).join("");

const askAtGateway = async (url: string, asked: Question): Promise<Seen> => {
  const { model, isStream, hasMedia, hasTool, hasSchema, thinks, isShort, signal } = asked;
  const sdk = new Anthropic({ baseURL: url, apiKey: clientKey, maxRetries: 0 });
  const messages = [userMessage(hasMedia)];
  const params = {
    model,
    max_tokens: isShort ? limit : 4096,
    messages,
    system: instructions,
    ...(thinks && { thinking: { type: "enabled" as const, budget_tokens: 2048 } }),
  };
  const format = hasSchema ? { output_config: { format: zodOutputFormat(city) } } : {};
  const options = { ...(signal && { signal }) };
  const thoughts: string[] = [];

  /** The tool runner makes the turns itself. */
  const run = async (): Promise<Answer> => {
    const tools = [betaZodTool({ ...weather, inputSchema: place, run: runWeather })];
    let last: BetaMessage | null = null;
    const take = (message: BetaMessage): void => {
      thoughts.push(thoughtsOf(message));
      last = message;
    };
    if (isStream) {
      for await (const stream of sdk.beta.messages.toolRunner({ ...params, tools, stream: true })) {
        take(await stream.finalMessage());
      }
    } else for await (const message of sdk.beta.messages.toolRunner({ ...params, tools, stream: false })) take(message);
    return last!;
  };
  const once = async (): Promise<Answer & { readonly parsed_output?: unknown }> => {
    const answer = isStream
      ? await sdk.messages.stream({ ...params, ...format }, options).finalMessage()
      : hasSchema
        ? await sdk.messages.parse({ ...params, ...format }, options)
        : await sdk.messages.create(params, options);
    thoughts.push(thoughtsOf(answer));
    if (asked.isTwice === true && messages.length === 1) {
      messages.push({ role: "assistant", content: answer.content }, { role: "user", content: followUp });
      return once();
    }
    return answer;
  };
  const last = hasTool ? await run() : await once();
  return {
    text: textOf(last),
    thoughts: thoughts.join(""),
    usage: last.usage,
    finish: last.stop_reason,
    parsed: "parsed_output" in last ? last.parsed_output : null,
  };
};

export const anthropicClient: Client = {
  name: "@anthropic-ai/sdk",
  dialect: "anthropic",
  ask: askAtGateway,
  readError: toErrorReader(APIError, {
    400: BadRequestError,
    429: RateLimitError,
    502: InternalServerError,
    529: OverloadedError,
  }),
  usage: (written) => ({
    input_tokens: figures.input - figures.cached - written,
    cache_read_input_tokens: figures.cached,
    ...(written > 0 && { cache_creation_input_tokens: written }),
    output_tokens: figures.output,
    output_tokens_details: { thinking_tokens: figures.reasoning },
  }),
  cutShort: "max_tokens",
  refused: "refusal",
};
