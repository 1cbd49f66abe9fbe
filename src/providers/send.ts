/** The one function that reaches an upstream; `fetch` is one, the mock another. */
export type Send = (url: string, init: BunFetchRequestInit) => Promise<Response>;

/** Asks whether a connection to the provider can be made within so many milliseconds. */
export type Probe = (timeoutMs: number) => Promise<boolean>;

/** How a provider is reached; given at startup, so that nothing else holds the capability. */
export interface Transport {
  readonly send: Send;
  /** null where a connection says nothing: the mock, or a provider behind a forward proxy. */
  readonly probe: Probe | null;
}
