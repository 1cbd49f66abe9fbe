import { toMethodUrl } from "./method-url.ts";
import { checkBody, findTarget, receive, type CallParts, type GeminiHandler } from "./receive.ts";

/**
 * Answers `generateContent` and `streamGenerateContent`, which name model and form in the path.
 *
 * A provider that speaks Gemini gets the same bytes; for any other the call is translated, as server-sent events
 * with `alt=sse`, else as one JSON array.
 *
 * @throws {ProxyError} what `receive`, `findTarget` and the translation throw
 */
export const createGeminiCall =
  ({ registry, send, translate, reseal, limits, now }: CallParts): GeminiHandler =>
  async (exchange, { model: asked, method }) => {
    const body = await receive(exchange, limits, now);
    const stream = method === "streamGenerateContent";
    const target = findTarget(exchange, registry, asked, stream);
    const { provider, model } = target;
    if (!provider.dialectsOf(model).includes("gemini")) {
      await checkBody(body);
      const framing = /[?&]alt=sse(?:&|$)/.test(exchange.search) ? "sse" : "json-array";
      return translate(exchange, { from: "gemini", provider, model, stream, body, framing });
    }
    exchange.outcome.upstreamDialect = "gemini";
    return send(
      exchange,
      provider,
      {
        url: toMethodUrl(provider, model, method, exchange.search),
        credential: provider.credential,
        body:
          reseal(exchange, "gemini", target, body, stream) ??
          provider.rewrite?.bytes("call", "gemini", body, null, model) ??
          body,
        length: null,
      },
      { dialect: "gemini", stream, asks: false, hasWords: true },
    );
  };
