import { ProxyError } from "../errors.ts";
import { replyWhole, type Exchange, type Handler } from "../pipeline.ts";
import type { ExchangeRecord } from "../record.ts";
import type { Recent } from "../telemetry/recent.ts";
import type { AdminAccess } from "./admin-access.ts";
import { createTail } from "./admin-tail.ts";

export interface AdminParts {
  readonly access: AdminAccess;
  readonly recent: Recent;
  /** How many exchanges `recent` keeps. */
  readonly keep: number;
  /** A record as it is told to the operator: whole, and as a line in a list. */
  readonly explain: (record: ExchangeRecord) => object;
  readonly summarize: (record: ExchangeRecord) => object;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** null while they are off. */
  readonly metrics: Handler | null;
  /** null without a ledger. */
  readonly usage: Handler | null;
  /** Milliseconds between two signs of life of a tail. */
  readonly heartbeatMs: number;
  /** Told of a failure of ours. */
  readonly failed: (exchange: Exchange, error: ProxyError) => void;
}

export interface Admin {
  /**
   * Answers for /metrics and what is below /admin; null for any other path.
   *
   * @throws {ProxyError} what `AdminAccess` throws, `method_not_allowed`, `unknown_url`, `invalid_request`
   */
  readonly handle: (exchange: Exchange) => ReturnType<Handler> | null;
  /** Ends the streams that would otherwise last for ever. */
  readonly close: () => void;
}

const json = {
  headers: { "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff" },
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const maxListed = 1000;
const listedUnlessSaid = 50;

/** How many are asked for; a limit that is asked for twice or is no number is refused. */
const toLimit = (search: string): number => {
  const given = new URLSearchParams(search).getAll("limit");
  if (given.length === 0) return listedUnlessSaid;
  const limit = Number(given[0]);
  if (given.length === 1 && /^\d{1,4}$/.test(given[0] ?? "") && limit >= 1 && limit <= maxListed) return limit;
  throw new ProxyError("invalid_request", `limit must be a whole number from 1 to ${maxListed}`, { param: "limit" });
};

const missing = (message: string) => (): never => {
  throw new ProxyError("unknown_url", message);
};

const noMetrics = missing("Metrics are off; leave out `metrics: off` in the config to have them");
const noUsage = missing("There is no ledger to tell the usage from; add a `ledger:` block to the config to have one");

/**
 * Makes the handler of what an operator asks: metrics, the last exchanges, one of them explained, the usage, and a stream
 * of all that end. GET and HEAD only; who may ask is checked before anything else is told.
 */
export const createAdmin = (parts: AdminParts): Admin => {
  const { access, recent, keep, redact, metrics, usage, heartbeatMs } = parts;
  const toJson = (value: unknown, space?: number): string =>
    JSON.stringify(value, (_, part: unknown) => (typeof part === "string" ? redact(part) : part), space);
  const tail = createTail({
    follow: recent.follow,
    toLine: (record) => toJson(parts.summarize(record)),
    heartbeatMs,
  });

  const list: Handler = (exchange) => {
    const data = recent.latest(toLimit(exchange.search)).map((record) => parts.summarize(record));
    return replyWhole(exchange, `${toJson({ object: "list", data })}\n`, json);
  };
  const one = (exchange: Exchange, id: string): Response => {
    const record = recent.find(id);
    if (record !== null) return replyWhole(exchange, `${toJson(parts.explain(record), 2)}\n`, json);
    const kept = keep === 0 ? "none is kept (admin.keep is 0)" : `the last ${keep} that are over are kept (admin.keep)`;
    throw new ProxyError("request_not_found", `There is no exchange of that id: ${kept}`);
  };
  const handlers: Readonly<Record<string, Handler | undefined>> = {
    "/metrics": metrics ?? noMetrics,
    "/admin/requests": list,
    "/admin/usage": usage ?? noUsage,
    "/admin/tail": tail.open,
  };

  return {
    handle: (exchange) => {
      const { path, method } = exchange;
      if (path !== "/metrics" && path !== "/admin" && !path.startsWith("/admin/")) return null;
      exchange.observers.push({
        end: ({ error }) => {
          if (error !== null && error.row.source !== "client") parts.failed(exchange, error);
        },
      });
      access.check(exchange);
      if (method !== "GET" && method !== "HEAD") {
        throw new ProxyError("method_not_allowed", `${path.slice(0, 200)} answers GET, not ${method}`, {
          headers: { allow: "GET, HEAD" },
        });
      }
      const handler = handlers[path];
      if (handler !== undefined) return handler(exchange);
      const id = /^\/admin\/requests\/([^/]+)$/.exec(path)?.[1];
      if (id !== undefined) return one(exchange, decode(id));
      throw new ProxyError(
        "unknown_url",
        `There is nothing at ${method} ${path.slice(0, 200)}; there are ${Object.keys(handlers).join(", ")} and /admin/requests/{id}`,
      );
    },
    close: tail.close,
  };
};
