import type { ClientDialectName } from "../dialects/conversation.ts";
import type { Handler } from "../pipeline.ts";
import { askForUsage } from "../wire/ask-for-usage.ts";
import { withoutKey } from "../wire/path.ts";
import { scanCall } from "../wire/scan.ts";
import { findTarget, named, receive, renamed, type CallParts } from "./receive.ts";

/**
 * Answers a call in the dialect `from`, whose JSON body names the model: reads the body and finds the model's target.
 *
 * A provider that speaks the dialect gets the same bytes, and only where it calls the model by another name is that one
 * string of them replaced; for any other the call is translated.
 *
 * Where the usage is wanted, a chat stream is asked for it, and the client gets it only if it asked itself.
 *
 * @throws {ProxyError} what `receive`, `scanCall`, `findTarget` and the translation throw
 */
export const createCall =
  (from: ClientDialectName, { registry, dispatch, translate, reseal, learnUsage, limits }: CallParts): Handler =>
  async (exchange) => {
    const body = await receive(exchange, limits);
    const call = scanCall(body);
    const target = findTarget(exchange, registry, call.model, call.stream);
    const { provider, model } = target;
    if (!provider.dialectsOf(model).includes(from)) {
      return translate(exchange, { from, provider, model, stream: call.stream, body, framing: "sse" });
    }
    const outgoing = {
      url: `${provider.urlOf(from, model, call.stream)}${withoutKey(exchange.search)}`,
      credential: provider.credential,
      body: reseal(exchange, from, target, body, call.stream) ?? named("call", from, body, call, target),
      length: null,
    };
    if (learnUsage === null) return dispatch(exchange, provider, outgoing);
    const asking = from === "openai-chat" && call.stream ? askForUsage(outgoing.body) : null;
    const response = await dispatch(exchange, provider, {
      ...outgoing,
      body: asking ?? outgoing.body,
      headers: { "accept-encoding": "identity" },
    });
    return learnUsage(exchange, response, from, asking !== null);
  };

/** Answers any other endpoint whose JSON body names a model, such as `/v1/embeddings`; it is never translated. */
export const createModelEndpoint =
  ({ registry, dispatch, limits }: Omit<CallParts, "translate" | "reseal" | "learnUsage">): Handler =>
  async (exchange) => {
    const body = await receive(exchange, limits);
    const call = scanCall(body);
    const target = findTarget(exchange, registry, call.model, call.stream);
    const { provider, model } = target;
    return dispatch(exchange, provider, {
      url: provider.endpointOf(exchange.path.slice("/v1".length), withoutKey(exchange.search), model),
      credential: provider.endpointCredential,
      body: renamed(body, call, target),
      length: null,
    });
  };
