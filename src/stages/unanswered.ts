import type { UsageWatch } from "../dialects/watch-usage.ts";
import { nothingSaid } from "../dialects/said.ts";
import { ProxyError, type ErrorCode } from "../errors.ts";
import type { Exchange, Outcome } from "../pipeline.ts";
import type { Translate } from "./translate.ts";

/** Failures behind which the upstream may have read, and billed, what it was sent. */
const maybeRead: ReadonlySet<ErrorCode> = new Set([
  "client_closed_request",
  "upstream_connection_reset",
  "upstream_head_timeout",
  "upstream_idle_timeout",
  "upstream_total_timeout",
]);

/** Whether a request that failed may have been read, and billed; a reply that is no HTTP comes from who knows what. */
const mayHaveRead = ({ sentAt, repliedAt }: Outcome, thrown: unknown): boolean =>
  sentAt !== 0 &&
  thrown instanceof ProxyError &&
  (maybeRead.has(thrown.code) || (thrown.code === "upstream_invalid_response" && repliedAt === 0));

/** Watches where nothing is said. */
export const silence: UsageWatch = { settle: () => {}, said: () => nothingSaid };

/** Notes an estimate of a request's tokens whose answer has no words, if it has one, and tells no usage. */
export const noteInput = (outcome: Outcome, tokens: number): void => {
  outcome.inputEstimate ??= tokens;
  outcome.watch ??= silence;
};

/** Notes the tokens of a request that failed before its reply, where the upstream may bill it all the same. */
export const noteUnanswered = ({ outcome }: Exchange, thrown: unknown, estimate: () => number): void => {
  if (mayHaveRead(outcome, thrown)) noteInput(outcome, estimate());
};

/** Waits for an answer, and notes the tokens of a request that stays without; a null `estimateBody` notes none. */
export const awaitAnswer = <T>(
  answer: Promise<T>,
  exchange: Exchange,
  body: Uint8Array,
  estimateBody: ((body: Uint8Array) => number) | null,
): Promise<T> =>
  estimateBody === null
    ? answer
    : answer.catch((thrown: unknown) => {
        noteUnanswered(exchange, thrown, () => estimateBody(body));
        throw thrown;
      });

/** Translates, and notes the tokens of what stays unanswered. */
export const countUnanswered =
  (translate: Translate, estimateBody: (body: Uint8Array) => number): Translate =>
  (exchange, call) =>
    awaitAnswer(translate(exchange, call), exchange, call.body, estimateBody);
