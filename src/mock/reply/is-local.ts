import { isLoopback } from "../../wire/loopback.ts";
import type { MockConnection } from "../engine-parts.ts";

/** Whether who asks is on this machine; without a connection what holds for all who can reach the mock. */
export const isLocal = (connection: MockConnection | undefined, isLoopbackBound: boolean): boolean =>
  connection === undefined ? isLoopbackBound : isLoopback(connection.address());
