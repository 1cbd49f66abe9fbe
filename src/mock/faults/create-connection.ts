import type { Connection, SocketEnds } from "./connection.ts";
import { halfClose } from "./half-close.ts";
import { isRead } from "./queues.ts";

/** The connection of a request that a server of this process has accepted; its ends are asked for when a fault needs them. */
export const createConnection = (ends: () => SocketEnds): Connection => ({
  halfClose: () => halfClose(ends()),
  isRead: () => isRead(ends()),
});
