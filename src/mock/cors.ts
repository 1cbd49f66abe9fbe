// Web pages under test: the mock lets them call from a browser, whatever their origin.
import { isLocalHost } from "../wire/loopback.ts";

/** Seconds for which a browser need not ask again. */
const maxAge = "600";

/** Whether an origin is a page of this machine, such as `http://localhost:5173`. */
const isLocalOrigin = (origin: string): boolean => isLocalHost(origin.replace(/^https?:\/\//i, ""));

/** Whether pages of this origin may read; `asksProviders` while answers may cost somebody's money, by somebody's key. */
const mayRead = (origin: string, asksProviders: boolean): boolean => !asksProviders || isLocalOrigin(origin);

const grant = (response: Response): Response => {
  const { headers } = response;
  headers.set("access-control-allow-origin", "*");
  // All of them, those that a fixture writes too; no page is granted cookies.
  headers.set("access-control-expose-headers", "*");
  return response;
};

/** The reply to a preflight, which is granted the headers it asks for; null for any other request. */
const preflight = ({ method, headers }: Request): Response | null => {
  if (method !== "OPTIONS" || !headers.has("access-control-request-method")) return null;
  const wanted = headers.get("access-control-request-headers");
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": "GET, POST, DELETE, HEAD",
      "access-control-max-age": maxAge,
      ...(wanted !== null && { "access-control-allow-headers": wanted }),
    },
  });
};

/**
 * Answers a request so that a page of any origin may read it; where a provider may be asked, a page of this machine.
 *
 * A preflight is answered here, and is no request of the mock. A request without an origin is answered as it is.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol (read 2026-11-22)
 */
export const answerPages = (
  request: Request,
  asksProviders: boolean,
  answer: () => Response | Promise<Response>,
): Response | Promise<Response> => {
  const origin = request.headers.get("origin");
  if (origin === null || !mayRead(origin, asksProviders)) return answer();
  const early = preflight(request);
  if (early !== null) return grant(early);
  const response = answer();
  return response instanceof Promise ? response.then(grant) : grant(response);
};
