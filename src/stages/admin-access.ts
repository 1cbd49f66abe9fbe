import { ProxyError } from "../errors.ts";
import type { Exchange } from "../pipeline.ts";
import { createBearerCheck, whyNotLocal } from "../wire/loopback.ts";

/** Who may ask for what only the operator should know. */
export interface AdminAccess {
  readonly isAdmin: (exchange: Exchange) => boolean;
  /**
   * Lets the operator pass.
   *
   * @throws {ProxyError} the same whatever was asked for, and whether it is there
   */
  readonly check: (exchange: Exchange) => void;
}

const wrongKey = (): ProxyError =>
  new ProxyError("invalid_api_key", "This needs the admin key as a bearer token, once", {
    headers: { "www-authenticate": "Bearer" },
  });

const notLocal = (why: string): ProxyError =>
  new ProxyError(
    "admin_denied",
    `Without an admin key only programs on this machine may ask, and of this request ${why}. Set admin.key in the config and send it as a bearer token`,
  );

const fault = ({ connection, request }: Exchange): string | null => whyNotLocal(connection.address(), request.headers);

/** Makes the rule: with a key whoever sends it as a bearer token, in a header; without one only this machine itself. */
export const createAdminAccess = (key: string | null): AdminAccess => {
  if (key === null) {
    return {
      isAdmin: (exchange) => fault(exchange) === null,
      check: (exchange) => {
        const why = fault(exchange);
        if (why !== null) throw notLocal(why);
      },
    };
  }
  const carriesKey = createBearerCheck(key);
  const isAdmin = ({ request }: Exchange): boolean => carriesKey(request.headers.get("authorization"));
  return {
    isAdmin,
    check: (exchange) => {
      if (!isAdmin(exchange)) throw wrongKey();
    },
  };
};
