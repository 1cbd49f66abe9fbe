import { ProxyError } from "../../errors.ts";
import { checkScopeName } from "../request/scopes.ts";
import { readJson, readQuery } from "./input.ts";

/** A request to the control API, once it is known who asks. */
export interface ControlRequest {
  readonly method: string;
  /** Behind `/__qlite/mock/`, unescaped: `["fixtures", "greet"]`. */
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
  /** Of the prefix `/@name`, null without one. */
  readonly scope: string | null;
  /** The JSON of its body. @throws {ProxyError} `invalid_json`, `request_too_large` */
  readonly json: () => Promise<unknown>;
  /** How the client reaches the mock, such as `http://127.0.0.1:9999`. */
  readonly base: string;
}

/** What answers a path: a reply for each of its methods. */
export type Resource = Readonly<Record<string, (asked: ControlRequest) => Response | Promise<Response>>>;

const head = { "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** A JSON reply. */
export const toJson = (value: unknown, status = 200): Response =>
  new Response(`${JSON.stringify(value, null, 2)}\n`, { status, headers: head });

/** The scope a request is about: of its query or its path; null for all. @throws {ProxyError} a name out of form */
export const scopeFor = ({ query, scope }: ControlRequest): string | null => {
  const name = query["scope"] ?? scope;
  return name === null ? null : checkScopeName(name);
};

/** Refuses what the query may not hold. */
export const checkQuery = ({ query }: ControlRequest, known: readonly string[]): void => {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const list = known.length === 0 ? "none is" : `known are ${known.join(", ")}`;
  throw new ProxyError("invalid_request", `${unknown.slice(0, 100)} is no field of the query here; ${list}`);
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Takes a request apart. @throws {ProxyError} a field that stands in the query twice */
export const toControlRequest = (
  request: Request,
  rest: string,
  search: string,
  scope: string | null,
): ControlRequest => ({
  method: request.method === "HEAD" ? "GET" : request.method,
  path: rest
    .split("/")
    .filter((part) => part !== "")
    .map(decode),
  query: readQuery(search),
  scope,
  json: () => readJson(request),
  base: `http://${request.headers.get("host") ?? "127.0.0.1"}`,
});
