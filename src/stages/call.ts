import type { ClientDialectName } from "../dialects/conversation.ts";
import type { Handler } from "../pipeline.ts";
import { withoutKey } from "../wire/path.ts";
import { findTarget, named, readCall, receive, renamed, type CallParts } from "./receive.ts";

/**
 * Answers a call in the dialect `from`, whose JSON body names the model: reads the body and finds the model's target.
 *
 * A provider that speaks the dialect gets the same bytes, and only where it calls the model by another name is that one
 * string of them replaced; for any other the call is translated.
 *
 * @throws {ProxyError} what `receive`, `readCall`, `findTarget` and the translation throw
 */
export const createCall =
  (from: ClientDialectName, { registry, send, translate, reseal, limits, now }: CallParts): Handler =>
  async (exchange) => {
    const body = await receive(exchange, limits, now);
    const call = await readCall(body);
    const target = findTarget(exchange, registry, call.model, call.stream);
    const { provider, model } = target;
    if (!provider.dialectsOf(model).includes(from)) {
      return translate(exchange, {
        from,
        provider,
        model,
        stream: call.stream,
        body,
        framing: "sse",
      });
    }
    exchange.outcome.upstreamDialect = from;
    return send(
      exchange,
      provider,
      {
        url: `${provider.urlOf(from, model, call.stream)}${withoutKey(exchange.search)}`,
        credential: provider.credential,
        body: reseal(exchange, from, target, body, call.stream) ?? named("call", from, body, call, target),
        length: null,
      },
      {
        dialect: from,
        stream: call.stream,
        asks: from === "openai-chat" && call.stream && provider.traitsOf(model).hasStreamOptions,
      },
    );
  };

/** The dialect that the replies of other endpoints tell their usage in. */
const usageDialects: Readonly<Record<string, ClientDialectName | undefined>> = {
  "/v1/completions": "openai-chat",
  "/v1/embeddings": "openai-chat",
  "/v1/responses/compact": "openai-responses",
  "/v1/images/generations": "openai-responses",
};

/** Answers any other endpoint whose JSON body names a model, such as `/v1/embeddings`; it is never translated. */
export const createModelEndpoint =
  ({ registry, send, limits, now }: Pick<CallParts, "registry" | "send" | "limits" | "now">): Handler =>
  async (exchange) => {
    const body = await receive(exchange, limits, now);
    const call = await readCall(body);
    const target = findTarget(exchange, registry, call.model, call.stream);
    const { provider, model } = target;
    return send(
      exchange,
      provider,
      {
        url: provider.endpointOf(exchange.path.slice("/v1".length), withoutKey(exchange.search), model),
        credential: provider.endpointCredential,
        body: renamed(body, call, target),
        length: null,
      },
      {
        dialect: usageDialects[exchange.path] ?? null,
        stream: call.stream,
        asks: call.stream && exchange.path === "/v1/completions" && provider.traitsOf(model).hasStreamOptions,
      },
    );
  };
