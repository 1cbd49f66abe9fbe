// The handlers of calls put together, by path.
import type { ResponseStore } from "./cache/response-store.ts";
import type { Config } from "./config/schema.ts";
import { counting, dialects, embedding, meterings, ownEmbedding } from "./dialect-table.ts";
import type { Conversation } from "./dialects/conversation.ts";
import type { Registry } from "./routing/registry.ts";
import { createCall, createModelEndpoint } from "./stages/call.ts";
import { createCountCall, createGeminiCount } from "./stages/count-call.ts";
import { createForeignCount } from "./stages/count-tokens.ts";
import type { Dispatch } from "./stages/dispatch.ts";
import { createEmbed, type Embed } from "./stages/embed.ts";
import { createEmbedCall } from "./stages/embed-call.ts";
import { modelEndpoints, type Endpoints } from "./stages/endpoints.ts";
import { createGeminiCall } from "./stages/gemini-call.ts";
import { sendMetered, sendUnmetered } from "./stages/meter.ts";
import { createReseal } from "./stages/reseal.ts";
import { createStoredState, refusingState } from "./stages/response-state.ts";
import { createTokenize } from "./stages/tokenize.ts";
import { createTranslate } from "./stages/translate.ts";
import { awaitAnswer, countUnanswered } from "./stages/unanswered.ts";
import type { TokenCounter } from "./tokens/counter.ts";
import { estimateBody, estimateValue } from "./tokens/estimate-body.ts";
import { estimateEmbedding as estimateInputs } from "./tokens/estimate-embedding.ts";
import { createAllowance } from "./wire/allowance.ts";

interface HandlerParts {
  readonly config: Config;
  readonly registry: Registry;
  readonly dispatch: Dispatch;
  readonly store: ResponseStore | null;
  readonly counter: TokenCounter;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Seconds since 1970. */
  readonly nowSeconds: () => number;
  readonly newId: (prefix: string) => string;
}

const estimateConversation = ({ messages, tools }: Conversation): number => estimateValue({ messages, tools });

/** The handlers of the four dialects, and of what belongs to them. */
export const toHandlers = ({
  config,
  registry,
  dispatch,
  store,
  counter,
  now,
  nowSeconds,
  newId,
}: HandlerParts): Pick<Endpoints, "posts" | "gemini"> => {
  const isStrict = config.translation === "strict";
  const { server, usage } = config;
  // One that may come at all fits when it is alone.
  const bodies = createAllowance(Math.max(server.maxBodiesBytes, server.maxBodyBytes));
  const limits = { ...server, bodies };
  const states = { "openai-responses": store === null ? refusingState : createStoredState(store) };
  const isMetered = usage !== null;
  const estimateInput = isMetered ? estimateConversation : null;
  const translateOnly = createTranslate({ dialects, isStrict, nowSeconds, newId, estimateInput, states }, dispatch);
  const translate = isMetered ? countUnanswered(translateOnly, estimateBody) : translateOnly;
  const send = isMetered
    ? sendMetered({ dialects: dialects.clients, meterings, estimateBody, estimateEmbedding: estimateInputs }, dispatch)
    : sendUnmetered(dispatch);
  const foreignCount = createForeignCount(
    { dialects, isStrict, estimateInput: estimateConversation },
    counting,
    dispatch,
  );
  const reseal = createReseal(dialects.clients, isStrict);
  const estimateEmbedding = isMetered ? estimateInputs : null;
  const ownEmbed = createEmbed({ isStrict, estimateEmbedding }, ownEmbedding, dispatch);
  const embed: Embed = (exchange, from, target, place, body) =>
    awaitAnswer(ownEmbed(exchange, from, target, place, body), exchange, body, estimateEmbedding);
  const parts = { registry, dispatch, send, translate, reseal, limits, now, foreignCount, isStrict, embedding, embed };
  const endpoint = createModelEndpoint(parts);
  const geminiCall = createGeminiCall(parts);
  const embedCall = createEmbedCall({ ...parts, estimateEmbedding });
  return {
    posts: new Map([
      ["/v1/chat/completions", createCall("openai-chat", parts)],
      ["/v1/responses", createCall("openai-responses", parts)],
      ["/v1/responses/input_tokens", createCountCall("openai-responses", parts)],
      ["/v1/messages", createCall("anthropic", parts)],
      ["/v1/tokenize", createTokenize({ limits, counter, now })],
      ["/v1/messages/count_tokens", createCountCall("anthropic", parts)],
      ...modelEndpoints.map((path) => [path, endpoint] as const),
    ]),
    gemini: {
      generateContent: geminiCall,
      streamGenerateContent: geminiCall,
      countTokens: createGeminiCount(parts),
      embedContent: embedCall,
      batchEmbedContents: embedCall,
    },
  };
};
