import { ProxyError } from "../errors.ts";
import { answerPages } from "./cors.ts";
import { splitUrl } from "../wire/path.ts";
import { answer, type Outgoing } from "./reply/answer.ts";
import { object, refuse, turnAway } from "./reply/refuse.ts";
import { createControl } from "./control/control.ts";
import { checkKey, checkRoute, toAsked, type Call } from "./request/decide.ts";
import { findRoute, guessDialect, type MockRoute } from "./endpoints/routes.ts";
import type { EngineParts, MockConnection, MockEngine, MockState } from "./engine-parts.ts";
import { createJournal } from "./journal/journal.ts";
import { beginNoted } from "./journal/noted.ts";
import { toVerdict } from "./journal/judge.ts";
import { createObjections } from "./request/objections.ts";
import { noBody, readAsked, type ReadBody } from "./request/read-asked.ts";
import { keepSaid } from "./reply/keep-said.ts";
import { closeCall, headersOf, sendReply } from "./reply/reply.ts";
import { keyOf, scopeOf, splitScope, type Addressed } from "./request/scope-of.ts";
import { warn, whyNoCassette } from "./journal/warn.ts";
import { createScopes, defaultScope, noFixtures, scopeKeyPrefix, type Scope } from "./request/scopes.ts";

export type { EngineParts, MockConnection, MockEngine, MockUpstream } from "./engine-parts.ts";

/** Of a request body. */
const maxBodyBytes = 64 * 1024 * 1024;

const isHealth = (method: string, path: string): boolean =>
  path.endsWith("/health") && (method === "GET" || method === "HEAD");

/**
 * Makes the mock: what was asked is understood by an endpoint, answered by a fixture, a recording, a provider or by
 * itself, said by the endpoint, struck by faults, and delivered at its pace; the journal is told all of it.
 *
 * Ids, waits and faults depend on seed, scope and the request's place in its scope, which it gets as it arrives. A check
 * of health takes no place. What is thrown is the reason of an abort, or a fault of ours.
 */
export const createEngine = (parts: EngineParts): MockEngine => {
  const {
    clock,
    redact: { redact },
  } = parts;
  const made = createScopes(parts.seed, parts.tape?.rewind);
  const state: MockState = {
    fixtures: parts.fixtures,
    shared: noFixtures,
    faults: [],
    fallback: parts.fallback,
    scopes: {
      ...made,
      open: (name, options) => {
        const scope = made.open(name, options);
        const warning = options.cassette === undefined ? null : whyNoCassette(name, options.cassette, parts.tape);
        if (warning !== null) warn(scope, warning, state);
        return scope;
      },
    },
    journal: createJournal({ ...parts.journal, redact: parts.redact }),
    usedIds: new Set(),
    used: new WeakSet(),
  };
  const { scopes, journal } = state;
  const { path: countsPath, key: countsKey } = parts.scopeBy ?? { path: true, key: true };
  // What was recorded, or goes to a provider, may be of another service with fields of its own, and is judged there.
  const refuses =
    (parts.validate === "error" || parts.validate === "bounds") && parts.tape === null && parts.live === null;
  // Whom a request belongs to that names a scope which cannot be.
  const nowhere = createScopes(parts.seed).at(defaultScope);
  const asksProviders = (): boolean =>
    parts.live !== null || (parts.tape !== null && parts.control?.mode?.current() !== "replay");
  const isOpened = (key: string): boolean =>
    key.startsWith(scopeKeyPrefix) && scopes.isOpened(key.slice(scopeKeyPrefix.length));

  const objectionsTo = createObjections(parts);

  const finish = (call: Call, route: MockRoute, body: ReadBody): Response | Promise<Response> => {
    const { request, noted, path, search, scope } = call;
    const { endpoint } = route;
    const { fields } = body;
    const heard = endpoint.hear({
      path,
      query: search.slice(1),
      headers: request.headers,
      body: fields,
      kept: scope.kept,
    });
    noted.model = heard.model;
    noted.stream = heard.stream;
    const asked = toAsked(call, route, heard, fields, noted.provider);
    const objections = objectionsTo(heard, asked, scope.kept);
    if (objections.length > 0) {
      if (refuses) return sendReply(call, object(call, objections, redact), parts, state);
      noted.warnings = objections.map(({ message }) => message);
    }
    const understood = { call, heard, body, asked, isFixed: endpoint.isFixed };
    const send = (outgoing: Outgoing) =>
      sendReply(call, { ...outgoing, said: keepSaid(outgoing.said, understood) }, parts, state);
    const outgoing = answer(understood, parts, state);
    if (!(outgoing instanceof Promise)) return send(outgoing);
    call.connection?.allowSilence?.();
    return outgoing.then(send);
  };

  /** Answers a refusal; what else is thrown is the reason of an abort, or a fault of ours. */
  const fail = (call: Call, thrown: unknown): Response | Promise<Response> => {
    if (thrown instanceof ProxyError) return sendReply(call, refuse(call, thrown, redact), parts, state);
    call.noted.outcome = call.request.signal.aborted ? "aborted" : "refused";
    closeCall(call, parts, state);
    throw thrown;
  };

  /** Answers a request whose body is read. */
  const settle = (call: Call, route: MockRoute, body: ReadBody): Response | Promise<Response> => {
    try {
      const response = finish(call, route, body);
      return response instanceof Promise ? response.catch((thrown: unknown) => fail(call, thrown)) : response;
    } catch (thrown) {
      return fail(call, thrown);
    }
  };

  const run = (call: Call): Response | Promise<Response> => {
    const { request, noted, search } = call;
    try {
      const route = checkRoute(call);
      noted.endpoint = route.endpoint.name;
      if (parts.keys !== null) checkKey(keyOf(request.headers, search), parts.keys, isOpened);
      if (!route.takesBody) return settle(call, route, noBody);
      return readAsked(request, maxBodyBytes, (text) => journal.read(noted, text)).then(
        (body) => settle(call, route, body),
        (thrown: unknown) => fail(call, thrown),
      );
    } catch (thrown) {
      return fail(call, thrown);
    }
  };

  const begin = (
    request: Request,
    addressed: Addressed,
    connection: MockConnection | undefined,
  ): Response | Promise<Response> => {
    const { headers, method } = request;
    const { path, search } = addressed;
    const route = findRoute(path, headers, method);
    let scope: Scope = nowhere;
    let early: ProxyError | null = null;
    try {
      scope = scopes.at(scopeOf(addressed, headers, parts.scopeHeaders, countsKey));
    } catch (thrown) {
      if (!(thrown instanceof ProxyError)) throw thrown;
      early = thrown;
    }
    const ordinal = scope.next;
    scope.next += 1;
    const callPlace = scope.nextCall;
    if (route !== undefined && !route.endpoint.isFixed) scope.nextCall += 1;
    const ids = scope.idsAt(ordinal);
    const requestId = ids("req_");
    const noted = beginNoted({
      id: requestId,
      scope: scope.name,
      ordinal,
      at: clock.now(),
      method,
      path: path + search,
      headers,
      provider: connection?.provider ?? null,
    });
    scope.requests += 1;
    journal.open(noted);
    const dialect = route?.dialect ?? guessDialect(path, headers);
    const call: Call = {
      request,
      method,
      path,
      search,
      route,
      dialect,
      scope,
      ordinal,
      callPlace,
      ids,
      requestId,
      noted,
      connection,
    };
    return early === null ? run(call) : sendReply(call, turnAway(call, early), parts, state);
  };

  const verdict: MockEngine["verdict"] = (scope) => toVerdict(state, parts.tape, scope ?? null);
  const setFixtures: MockEngine["setFixtures"] = (fixtures) => {
    state.fixtures = fixtures;
  };
  const control = parts.control === null ? null : createControl(parts.control, parts, state, verdict);

  return {
    state,
    verdict,
    setFixtures,
    close: () => control?.close(),
    fetch: (request, connection) => {
      const target = splitUrl(request.url);
      const addressed = countsPath ? splitScope(target) : { scope: null, ...target };
      const controlled = control?.handle(request, addressed, connection) ?? null;
      // What it tells no page of another origin may read.
      if (controlled !== null) {
        connection?.allowSilence?.();
        return controlled;
      }
      return answerPages(request, asksProviders(), () => {
        if (!isHealth(request.method, addressed.path)) return begin(request, addressed, connection);
        const headers = headersOf(
          { requestId: nowhere.idsAt(-1)("req_"), dialect: "openai-chat" },
          "mock",
          null,
          false,
        );
        return Response.json({ status: "ok" }, { headers });
      });
    },
  };
};
