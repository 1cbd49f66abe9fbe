import type { JsonObject } from "../dialects/conversation.ts";
import { toFailure } from "../dialects/failure.ts";
import { ProxyError } from "../errors.ts";
import { splitUrl } from "../wire/path.ts";
import type { MockClock } from "./clock.ts";
import type { Cut } from "./endpoints/cut.ts";
import { deliver } from "./faults/deliver.ts";
import { parseFields } from "./endpoints/fields.ts";
import type { FixtureSet } from "./fixture.ts";
import type { Generate } from "./auto/generate.ts";
import { findRoute, guessDialect, type MockRoute } from "./endpoints/routes.ts";
import type { Said } from "./said.ts";
import { sayJson } from "./endpoints/say.ts";
import { createIds, type NameIds } from "./seed.ts";
import { toErrorBody } from "./endpoints/spoken.ts";
import type { Tape } from "./tape.ts";

/** An upstream as a function: what `fetch` is to a server. */
export interface MockUpstream {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export interface EngineParts {
  readonly seed: number;
  readonly clock: MockClock;
  readonly generate: Generate;
  readonly cut: Cut;
  /** Milliseconds before a whole answer, and before each write of a stream. */
  readonly latencyMs: number;
  /** null without fixtures. */
  readonly fixtures: FixtureSet | null;
  readonly tape: Tape | null;
  readonly fallback: "fail" | "auto";
  /** The gateway's provider in whose place it answers. */
  readonly provider: string | null;
}

const checkMethod = (route: MockRoute, method: string, path: string): void => {
  if (method === route.method || (method === "HEAD" && route.method === "GET")) return;
  throw new ProxyError("method_not_allowed", `${method} is not allowed for ${path}, only ${route.method}`, {
    headers: { allow: route.method },
  });
};

const noBody: JsonObject = {};

const headersOf = (requestId: string): Record<string, string> => ({
  "x-qlite-source": "mock",
  "x-request-id": requestId,
  // the name the Anthropic SDK reads
  "request-id": requestId,
});

/**
 * Makes the mock: what was asked is understood by an endpoint, answered by a fixture, a recording or by itself, said by
 * the endpoint, and delivered at its pace.
 */
export const createEngine = (parts: EngineParts): MockUpstream => {
  const { clock, generate, cut, latencyMs } = parts;
  const idsOf = createIds(parts.seed);
  let ordinal = 0;

  const reply = async (request: Request, ids: NameIds, requestId: string): Promise<Response> => {
    const { path, search } = splitUrl(request.url);
    const query = search.slice(1);
    const { headers, method } = request;
    const route = findRoute(path, headers);
    const send = (said: Said, waitMs: number, more: Readonly<Record<string, string>> = {}) =>
      deliver(said, { ...headersOf(requestId), ...more }, { clock, signal: request.signal, waitMs });
    try {
      if (route === undefined) throw new ProxyError("unknown_url", `There is nothing at ${method} ${path}`);
      checkMethod(route, method, path);
      const { endpoint } = route;
      const body = route.method === "GET" ? noBody : parseFields(await request.text());
      const heard = endpoint.hear({ path, query, headers, body });
      const said = heard.say(heard.auto(ids, generate), { ids, cut, nextWaitMs: () => latencyMs });
      return await send(said, endpoint.isFixed ? 0 : latencyMs);
    } catch (thrown) {
      if (!(thrown instanceof ProxyError)) throw thrown;
      const dialect = route?.dialect ?? guessDialect(path, headers);
      return send(sayJson(toErrorBody(dialect, toFailure(thrown), requestId), thrown.row.status), 0, thrown.headers);
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
