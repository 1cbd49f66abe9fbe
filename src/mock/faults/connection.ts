/** The socket of a client, for what no reply can do to it. Inside a gateway there is none. */
export interface Connection {
  /** Sends a FIN behind all that has been written; false where that cannot be done. */
  readonly halfClose: () => boolean;
  /** Whether the client has read all that has been written; null where this machine cannot tell. */
  readonly isRead: () => Promise<boolean | null>;
}

/** The two ends of a socket, as the server knows them. */
export interface SocketEnds {
  /** null when the client has left, or is no TCP client. */
  readonly peer: { readonly address: string; readonly port: number } | null;
  /** The port that is listened at. */
  readonly port: number;
}
