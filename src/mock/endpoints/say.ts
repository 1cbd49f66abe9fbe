// What every endpoint says in the same way.
import type { ClientDialectName } from "../../dialects/conversation.ts";
import { ProxyError } from "../../errors.ts";
import type { Answer, RawEvent, Said, Writes } from "../said.ts";
import type { NameIds } from "../seed.ts";
import { writeSse } from "../../wire/sse.ts";
import { toErrorBody } from "./spoken.ts";

export const eventStream = "text/event-stream; charset=utf-8";

const jsonHeaders: Said["headers"] = { "content-type": "application/json" };

/** A whole JSON body. */
export const sayJson = (body: object, status = 200, headers?: Said["headers"]): Said => ({
  status,
  headers: headers === undefined ? jsonHeaders : { ...jsonHeaders, ...headers },
  body: { kind: "whole", bytes: JSON.stringify(body) },
});

const toWritesOf = (events: readonly RawEvent[]): Writes => {
  let at = 0;
  return {
    next: () => {
      const event = events[at];
      at += 1;
      return event === undefined ? null : { bytes: event.text, afterMs: event.afterMs };
    },
  };
};

/** An event that tells by itself what it is. */
type NamedEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** Events with names, one write each, each waited for. */
export const sayEvents = (events: readonly NamedEvent[], nextWaitMs: () => number): Said => {
  let at = 0;
  const next = () => {
    const event = events[at];
    at += 1;
    if (event === undefined) return null;
    return { bytes: `event: ${event.type}\n${writeSse(JSON.stringify(event))}`, afterMs: nextWaitMs() };
  };
  return {
    status: 200,
    headers: { "content-type": eventStream, "cache-control": "no-cache" },
    body: { kind: "stream", framing: "sse", writes: { next } },
  };
};

/** Adds the headers that an answer brings with it; those of failures and raw replies are in them already. */
export const withHeaders = (said: Said, answer: Answer): Said => {
  if (answer.kind === "failure" || answer.kind === "raw" || answer.headers === undefined) return said;
  return { ...said, headers: { ...said.headers, ...answer.headers } };
};

const isText = (
  body: string | Uint8Array<ArrayBuffer> | readonly RawEvent[],
): body is string | Uint8Array<ArrayBuffer> => typeof body === "string" || body instanceof Uint8Array;

const sayRaw = ({ status, headers, body }: Extract<Answer, { kind: "raw" }>): Said =>
  isText(body)
    ? { status, headers, body: { kind: "whole", bytes: body } }
    : {
        status,
        headers: { "content-type": eventStream, ...headers },
        body: { kind: "stream", framing: "sse", writes: toWritesOf(body) },
      };

/**
 * Says what needs no words of an endpoint: failures, raw bytes, ready JSON.
 *
 * @throws {ProxyError} `invalid_request` - an answer that the endpoint has no words for
 */
export const sayPlain = (answer: Answer, dialect: ClientDialectName, ids: NameIds): Said => {
  if (answer.kind === "failure") {
    const { failure, headers } = answer;
    return sayJson(toErrorBody(dialect, failure, ids("req_")), failure.status, headers);
  }
  if (answer.kind === "raw") return sayRaw(answer);
  if (answer.kind === "json") return sayJson(answer.body, answer.status, answer.headers);
  throw new ProxyError("invalid_request", `The answer found is of kind ${answer.kind}, which this endpoint cannot say`);
};
