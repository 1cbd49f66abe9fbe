import { ProxyError, toErrorHead, toErrorText } from "../../errors.ts";
import type { EngineParts, MockConnection, MockState } from "../engine-parts.ts";
import type { Addressed } from "../request/scope-of.ts";
import type { Verdict } from "../journal/verdict.ts";
import { createAccess } from "./access.ts";
import type { ControlParts } from "./control-parts.ts";
import { checkInput } from "./input.ts";
import { querySchema, toQueryFilter } from "./filter.ts";
import { createFixtureResources } from "./fixtures.ts";
import { createHouse } from "./house.ts";
import { createLiveJournal } from "./live-journal.ts";
import { createRehear } from "./rehear.ts";
import { scopeFor, toControlRequest, type ControlRequest, type Resource } from "./request.ts";
import { createRequestResources } from "./requests.ts";
import { createScopeResources } from "./scopes.ts";
import { createVerify } from "./verify.ts";

/** What every address of the control API begins with. */
export const controlPath = "/__qlite/mock";

export interface Control {
  /** Answers what is below `controlPath`, also behind the prefix of a scope, which is then the scope meant; null for anything else. */
  readonly handle: (
    request: Request,
    addressed: Addressed,
    connection: MockConnection | undefined,
  ) => Promise<Response> | null;
  /** Ends the streams. */
  readonly close: () => void;
}

const refuse = (thrown: unknown): Response => {
  if (!(thrown instanceof ProxyError)) throw thrown;
  return new Response(`${toErrorText(thrown)}\n`, toErrorHead(thrown));
};

/**
 * Makes the control API: fixtures, scopes and faults made while the mock runs, and what the requests came to.
 *
 * Who may ask is checked before anything is told. Its own requests are in no journal and use up no place of a scope.
 */
export const createControl = (
  control: ControlParts,
  parts: EngineParts,
  state: MockState,
  verdict: (scope?: string) => Verdict,
): Control => {
  const check = createAccess(control.adminKey, parts.isLoopback);
  const rehear = createRehear();
  const fixtures = createFixtureResources(state, parts.generate);
  const scopes = createScopeResources(state, parts.scopeHeaders, parts.generate);
  const requests = createRequestResources(state, rehear);
  const house = createHouse(control, parts, state, verdict);
  const live = createLiveJournal(state.journal, control.heartbeatMs);
  const stream: Resource = {
    GET: (asked) => {
      const scope = scopeFor(asked);
      const query = checkInput(querySchema, scope === null ? asked.query : { ...asked.query, scope });
      return live.open(toQueryFilter(query, state.journal.kept()));
    },
  };
  /** `*` stands for a name. */
  const resources: Readonly<Record<string, Resource>> = {
    health: house.health,
    fixtures: fixtures.all,
    "fixtures/*": fixtures.one,
    scopes: scopes.all,
    "scopes/*": scopes.one,
    faults: house.faults,
    mode: house.mode,
    requests: requests.requests,
    "requests/find": requests.find,
    "requests/count": requests.count,
    unmatched: requests.unmatched,
    unused: requests.unused,
    verify: createVerify(state, rehear, parts.redact.redact),
    verdict: house.verdict,
    reset: house.reset,
    "clock/advance": house.advance,
    "journal/stream": stream,
  };

  const resourceOf = ({ path }: ControlRequest): Resource => {
    const [first = "", second, ...more] = path;
    const name = second === undefined ? first : `${first}/${second}`;
    const found =
      more.length > 0
        ? undefined
        : ((Object.hasOwn(resources, name) ? resources[name] : undefined) ??
          (second === undefined ? undefined : resources[`${first}/*`]));
    if (found !== undefined && !name.includes("*")) return found;
    throw new ProxyError(
      "unknown_url",
      `There is nothing at ${controlPath}/${path.join("/").slice(0, 200)}; there are ${Object.keys(resources).join(", ")}`,
    );
  };

  const answer = async (request: Request, addressed: Addressed, connection: MockConnection | undefined) => {
    try {
      check(request, connection);
      const rest = addressed.path.slice(controlPath.length);
      const asked = toControlRequest(request, rest, addressed.search, addressed.scope);
      const resource = resourceOf(asked);
      const act = Object.hasOwn(resource, asked.method) ? resource[asked.method] : undefined;
      if (act !== undefined) return await act(asked);
      const allow = Object.keys(resource).join(", ");
      throw new ProxyError(
        "method_not_allowed",
        `${addressed.path.slice(0, 200)} answers ${allow}, not ${request.method}`,
        {
          headers: { allow },
        },
      );
    } catch (thrown) {
      return refuse(thrown);
    }
  };

  return {
    handle: (request, addressed, connection) => {
      const { path } = addressed;
      const isOurs =
        path.startsWith(controlPath) && (path.length === controlPath.length || path[controlPath.length] === "/");
      return isOurs ? answer(request, addressed, connection) : null;
    },
    close: live.close,
  };
};
