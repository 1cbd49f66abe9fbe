import { toProxyError } from "../errors.ts";
import type { Exchange, Outcome, Stage } from "../pipeline.ts";
import type { ExchangeRecord } from "../record.ts";
import { toRecord } from "./to-record.ts";

interface ExplainParts {
  readonly isAdmin: (exchange: Exchange) => boolean;
  /** Whether an admin proves it by a key. */
  readonly hasKey: boolean;
  readonly explain: (record: ExchangeRecord) => object;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Milliseconds of a monotonic clock, and since 1970. */
  readonly now: () => number;
  readonly nowMs: () => number;
}

/** Asks for an explanation in the reply, and holds it there. */
const explainHeader = "x-qlite-explain";

/** JSON as a header may hold it. */
const toAscii = (json: string): string =>
  json.replaceAll(/[^ -~]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * Explains an exchange in its own reply's `x-qlite-explain`, as far as it is known at the head, to who asks with `x-qlite-explain: 1`
 * and may know all; to anybody else it is as if it were not there. A failure before the head is told in the same way.
 */
export const createExplain =
  ({ isAdmin, hasKey, explain, redact, now, nowMs }: ExplainParts): Stage =>
  (next) =>
  (exchange) => {
    if (exchange.request.headers.get(explainHeader) !== "1" || !isAdmin(exchange)) return next(exchange);
    // The operator's key is nothing to pass on to a provider in place of the client's.
    if (hasKey) exchange.request.headers.delete("authorization");
    const at = nowMs();
    const client = exchange.connection.address();
    const tell = (known: Partial<Outcome>): string => {
      const soFar = { ...exchange.outcome, headAt: now(), endAt: now(), ...known };
      return toAscii(redact(JSON.stringify(explain(toRecord(exchange, soFar, { at, client, bodies: null })))));
    };
    const answer = async (): Promise<Response> => {
      try {
        const reply = await next(exchange);
        reply.headers.set(explainHeader, tell({ status: reply.status }));
        return reply;
      } catch (thrown) {
        const error = toProxyError(thrown);
        exchange.replyHeaders.push([explainHeader, tell({ status: error.row.status, error, ending: "error" })]);
        throw thrown;
      }
    };
    return answer();
  };
