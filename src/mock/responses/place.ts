import type { Generate } from "../auto/generate.ts";

/** What a response needs of the place it stands in. */
export interface ResponsePlace {
  /** The bytes of a file beside the fixtures. @throws when it cannot be read */
  readonly read: (path: string) => Uint8Array;
  /** What makes the answers of `auto` without a seed of its own. */
  readonly generate?: Generate;
}
