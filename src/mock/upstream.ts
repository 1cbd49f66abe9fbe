import { ProxyError } from "../errors.ts";
import type { JsonObject } from "../dialects/conversation.ts";
import { createAnswer } from "./answer.ts";
import { parseFields } from "./fields.ts";
import { createPacedStream, sleep, type MockReply, type Sleep } from "./reply.ts";
import { findRoute, guessDialect, type MockRoute } from "./routes.ts";
import { createIds, type NameIds } from "./seed.ts";
import { toErrorBody } from "./spoken.ts";

export interface MockOptions {
  /** Waited once before a whole reply and before every write of a stream, in milliseconds; 0 to 3,600,000. */
  readonly latencyMs?: number;
  /** Content chunks of a stream, exactly as many where there are as many characters; 1 to 100,000. */
  readonly chunks?: number;
  /** Words of a text, each counted as a token, more only where there are more chunks than characters; 1 to 100,000. */
  readonly responseTokens?: number;
  /** Content chunks after which a stream ends in its dialect's error; 0 to 100,000, none without it. */
  readonly errorAfter?: number;
  /** What the ids are made of; a whole number from 0. */
  readonly seed?: number;
  /** The clock, for tests. */
  readonly sleep?: Sleep;
}

/** An upstream as a function: what `fetch` is to a server. */
export interface MockUpstream {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

const checkOption = (name: string, value: number, min: number, max: number): number => {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} is ${value}, wanted a whole number from ${min} to ${max}`);
};

/** Path and query of a URL, without parsing the rest; Bun gives a bare path for HTTP/1.0 without Host. */
const splitUrl = (url: string): { readonly path: string; readonly query: string } => {
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3);
  const mark = url.indexOf("?", start);
  if (mark < 0) return { path: url.slice(start), query: "" };
  return { path: url.slice(start, mark), query: url.slice(mark + 1) };
};

const headersOf = (requestId: string, contentType: string): Record<string, string> => ({
  "content-type": contentType,
  "x-qlite-source": "mock",
  "x-request-id": requestId,
  // the name the Anthropic SDK reads
  "request-id": requestId,
});

const json = "application/json";

const checkMethod = (route: MockRoute, method: string, path: string): void => {
  if (method === route.method || (method === "HEAD" && route.method === "GET")) return;
  throw new ProxyError("method_not_allowed", `${method} is not allowed for ${path}, only ${route.method}`, {
    headers: { allow: route.method },
  });
};

const noBody: JsonObject = {};

/**
 * Makes a deterministic stand-in for OpenAI, Anthropic and Gemini, found by the end of a request's path.
 *
 * Every answer carries `x-qlite-source: mock` and an `x-request-id`; ids depend on seed and order of arrival alone, so
 * two mocks of one seed that are asked the same answer the same bytes. Keys are not looked at, and every model name is
 * served. Nothing is kept between requests but their count. Streams are made write by write as they are read;
 * an aborted request rejects with the signal's reason, as `fetch` does, and errors a body under way.
 *
 * @throws {RangeError} when an option is out of bounds
 */
export const createMockUpstream = (options: MockOptions = {}): MockUpstream => {
  const latencyMs = checkOption("latencyMs", options.latencyMs ?? 0, 0, 3_600_000);
  const chunks = checkOption("chunks", options.chunks ?? 3, 1, 100_000);
  const responseTokens = checkOption("responseTokens", options.responseTokens ?? 10, 1, 100_000);
  const idsOf = createIds(checkOption("seed", options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER));
  const wait = options.sleep ?? sleep;
  const errorAfter =
    options.errorAfter === undefined ? null : checkOption("errorAfter", options.errorAfter, 0, 100_000);
  const answer = createAnswer({ responseTokens, chunks });
  const cut = { chunks, errorAfter };
  let ordinal = 0;

  const deliver = (reply: MockReply, request: Request, requestId: string): Response | Promise<Response> => {
    if (reply.kind === "stream") {
      const body = createPacedStream(reply.writes, { latencyMs, sleep: wait, signal: request.signal });
      const headers = { ...headersOf(requestId, reply.contentType), "cache-control": "no-cache" };
      return new Response(body, { headers });
    }
    const toWhole = (): Response => new Response(JSON.stringify(reply.body), { headers: headersOf(requestId, json) });
    if (latencyMs === 0 || reply.isInstant === true) return toWhole();
    return wait(latencyMs, request.signal).then(toWhole);
  };

  const reply = async (request: Request, ids: NameIds, requestId: string): Promise<Response> => {
    const { path, query } = splitUrl(request.url);
    const { headers, method } = request;
    const route = findRoute(path, headers);
    try {
      if (route === undefined) throw new ProxyError("unknown_url", `There is nothing at ${method} ${path}`);
      checkMethod(route, method, path);
      const body = route.method === "GET" ? noBody : parseFields(await request.text());
      return await deliver(route.endpoint({ path, query, headers, body, ids, answer, cut }), request, requestId);
    } catch (thrown) {
      if (!(thrown instanceof ProxyError)) throw thrown;
      const dialect = route?.dialect ?? guessDialect(path, headers);
      return new Response(JSON.stringify(toErrorBody(dialect, thrown, requestId)), {
        status: thrown.row.status,
        headers: { ...headersOf(requestId, json), ...thrown.headers },
      });
    }
  };

  return {
    fetch: (request) => {
      const ids = idsOf(ordinal);
      ordinal += 1;
      return reply(request, ids, ids("req_"));
    },
  };
};
