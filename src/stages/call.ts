import type { ClientDialectName } from "../dialects/conversation.ts";
import type { Handler } from "../pipeline.ts";
import { withoutKey } from "../wire/path.ts";
import type { Embed } from "./embed.ts";
import { findProvider, findTarget, named, readCall, receive, renamed, type CallParts } from "./receive.ts";

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
        hasWords: true,
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

/** Endpoints whose API takes a model of its own where none is named (`openai` 7.57.0, `resources/`). */
const mayLackModel: ReadonlySet<string> = new Set(["/v1/moderations", "/v1/images/generations"]);

interface EndpointParts extends Pick<CallParts, "registry" | "send" | "limits" | "now"> {
  readonly embed: Embed;
}

/**
 * Answers any other endpoint whose JSON body names a model; none but `/v1/embeddings` is ever translated, for a provider that
 * wants them asked for in its own way.
 *
 * Where the API lets the model be left out, the provider is asked that is asked where no model is named.
 */
export const createModelEndpoint =
  ({ registry, send, limits, now, embed }: EndpointParts): Handler =>
  async (exchange) => {
    const body = await receive(exchange, limits, now);
    const call = await readCall(body, mayLackModel.has(exchange.path));
    if (call.model === "") exchange.outcome.stream = call.stream;
    const target = call.model === "" ? null : findTarget(exchange, registry, call.model, call.stream);
    const provider = target?.provider ?? findProvider(exchange, registry);
    const model = target?.model ?? null;
    const place = target !== null && exchange.path === "/v1/embeddings" ? provider.embeddingOf(target.model) : null;
    if (target !== null && place !== null) return embed(exchange, "openai-chat", target, place, body);
    return send(
      exchange,
      provider,
      {
        url: provider.endpointOf(exchange.path.slice("/v1".length), withoutKey(exchange.search), model),
        credential: provider.endpointCredential,
        body: target === null ? body : renamed(body, call, target),
        length: null,
      },
      {
        dialect: usageDialects[exchange.path] ?? null,
        stream: call.stream,
        asks:
          model !== null &&
          call.stream &&
          exchange.path === "/v1/completions" &&
          provider.traitsOf(model).hasStreamOptions,
        hasWords: exchange.path !== "/v1/embeddings",
      },
    );
  };
