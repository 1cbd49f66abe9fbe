/** What of a request its credential depends on. */
export interface Unsigned {
  readonly url: string;
  readonly method: string;
  /** The bytes exactly as they are sent; a signature covers them. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * Gives the headers that authorize one request to an upstream, each as name and value.
 *
 * @throws {ProxyError} `upstream_auth_error` - there is no credential to be had
 */
export type Authorize = (request: Unsigned) => Promise<readonly (readonly [name: string, value: string])[]>;
