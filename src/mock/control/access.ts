import { ProxyError } from "../../errors.ts";
import { createBearerCheck, whyNotLocal } from "../../wire/loopback.ts";
import type { MockConnection } from "../engine-parts.ts";

/**
 * Makes the rule who may ask the control API: programs on this machine, and whoever has the admin key.
 *
 * The rule throws {ProxyError} `admin_denied`, the same whatever was asked for.
 */
export const createAccess = (
  adminKey: string | null,
  isLoopbackBound: boolean,
): ((request: Request, connection: MockConnection | undefined) => void) => {
  const carriesKey = adminKey === null ? () => false : createBearerCheck(adminKey);
  return ({ headers }, connection) => {
    if (carriesKey(headers.get("authorization"))) return;
    const address = connection === undefined ? (isLoopbackBound ? "127.0.0.1" : "") : connection.address();
    const why = whyNotLocal(address, headers);
    if (why === null) return;
    const advice = adminKey === null ? "" : ", or whoever sends the admin key as a bearer token";
    throw new ProxyError(
      "admin_denied",
      `Only programs on this machine may ask the control API${advice}, and of this request ${why}`,
    );
  };
};
