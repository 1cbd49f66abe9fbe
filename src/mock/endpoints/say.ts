// What every endpoint says in the same way.
import type { ClientDialectName } from "../../dialects/conversation.ts";
import { ProxyError } from "../../errors.ts";
import type { Answer, RawEvent, Said, Writes } from "../said.ts";
import type { NameIds } from "../seed.ts";
import { toErrorBody } from "./spoken.ts";

export const eventStream = "text/event-stream; charset=utf-8";

/** A whole JSON body. */
export const sayJson = (body: object, status = 200, headers: Said["headers"] = {}): Said => ({
  status,
  headers: { "content-type": "application/json", ...headers },
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
  if (answer.kind === "json") return sayJson(answer.body, answer.status);
  throw new ProxyError("invalid_request", `The answer found is of kind ${answer.kind}, which this endpoint cannot say`);
};
