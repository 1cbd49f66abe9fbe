import type { Handler } from "../pipeline.ts";
import { withoutKey } from "../wire/path.ts";
import type { CountClient, ForeignCount } from "./count-tokens.ts";
import { checkBody, findTarget, named, readCall, receive, type CallParts, type GeminiHandler } from "./receive.ts";

export interface CountParts extends Pick<CallParts, "registry" | "dispatch" | "limits" | "now"> {
  readonly foreignCount: ForeignCount;
}

/** Answers a count of tokens whose JSON body names the model; the provider's own where it speaks the dialect. */
export const createCountCall =
  (from: CountClient, { registry, dispatch, limits, now, foreignCount }: CountParts): Handler =>
  async (exchange) => {
    const body = await receive(exchange, limits, now);
    const call = await readCall(body);
    const target = findTarget(exchange, registry, call.model, false);
    const { provider, model } = target;
    if (!provider.dialectsOf(model).includes(from)) return foreignCount(exchange, from, target, body);
    return dispatch(exchange, provider, {
      url: `${provider.countUrlOf(from, model)}${withoutKey(exchange.search)}`,
      credential: provider.credential,
      body: named("count", from, body, call, target),
      length: null,
    });
  };

/** The same for Gemini, whose path names the model. */
export const createGeminiCount =
  ({ registry, dispatch, limits, now, foreignCount }: CountParts): GeminiHandler =>
  async (exchange, call) => {
    const body = await receive(exchange, limits, now);
    const target = findTarget(exchange, registry, call.model, false);
    const { provider, model } = target;
    if (!provider.dialectsOf(model).includes("gemini")) {
      await checkBody(body);
      return foreignCount(exchange, "gemini", target, body);
    }
    return dispatch(exchange, provider, {
      url: `${provider.countUrlOf("gemini", model)}${withoutKey(exchange.search)}`,
      credential: provider.credential,
      body: provider.rewrite?.bytes("count", "gemini", body, null, model) ?? body,
      length: null,
    });
  };
