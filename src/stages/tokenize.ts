import { replyWhole, type Handler } from "../pipeline.ts";
import type { TokenCounter } from "../tokens/counter.ts";
import { receive, type CallLimits } from "./receive.ts";

export interface TokenizeParts {
  readonly limits: CallLimits;
  readonly counter: Pick<TokenCounter, "countRequest">;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

const json = { headers: { "content-type": "application/json" } };

/**
 * Answers how many tokens a text, a list of texts or a chat is for a model, which need not be served here.
 *
 * `exact` is false where the model's encoding is not known, where there is more than text (images, tools), and where the
 * count had to be estimated; `model` and `encoding` are null when it was so for a large body that was not even read.
 *
 * @throws {ProxyError} what `receive` and `countRequest` throw
 */
export const createTokenize =
  ({ limits, counter, now }: TokenizeParts): Handler =>
  async (exchange) => {
    const body = await receive(exchange, limits, now);
    const { model, encoding, tokens, counts, isExact } = await counter.countRequest(body);
    exchange.outcome.model = model;
    const reply = { object: "tokenize", model, encoding, count: tokens, counts: counts ?? undefined, exact: isExact };
    return replyWhole(exchange, JSON.stringify(reply), json);
  };
