import type { Mode } from "./tape.ts";
import type { StreamShape } from "./shape.ts";

/** Which differences of two requests count. See `cassette/`. */
export const profiles = ["exact", "semantic", "conversation"] as const;
export type Profile = (typeof profiles)[number];

export const fallbacks = ["fail", "auto", "live"] as const;
export type Fallback = (typeof fallbacks)[number];

/** A text that differs from run to run, and what stands for it on both sides of a comparison. */
export type Normalization =
  | { readonly kind: "regex"; readonly pattern: RegExp; readonly as: string }
  | { readonly kind: "builtin"; readonly name: "uuid" | "tool_call_ids" | "timestamps" };

/** Everything about a mock that is decided at start. */
export interface MockSettings {
  /** Files, folders and globs of fixtures. */
  readonly fixtures: readonly string[];
  /** The folder of cassettes, null for none. */
  readonly cassettes: string | null;
  readonly mode: Mode;
  /** What answers when nothing is found; null: `fail` with fixtures or cassettes, else `auto`. */
  readonly fallback: Fallback | null;
  readonly seed: number;
  readonly clock:
    | { readonly kind: "real" }
    | { readonly kind: "virtual" }
    | { readonly kind: "scaled"; readonly by: number };
  /** What to do with a request that can be read and that the official API would refuse. */
  readonly validate: "off" | "warn" | "error";
  /** How a request tells its scope: by a path `/@name/…`, by a key `sk-qlite-name`, by these headers (in lower case). */
  readonly scopeBy: { readonly path: boolean; readonly key: boolean; readonly headers: readonly string[] };
  readonly profile: Profile;
  /** Fields of the body that never count. */
  readonly ignore: readonly string[];
  readonly normalize: readonly Normalization[];
  readonly redact: {
    readonly isBuiltIn: boolean;
    readonly patterns: readonly RegExp[];
    readonly onLeak: "refuse" | "redact";
  };
  /** What an old recording means; milliseconds, null for never. */
  readonly expire: { readonly afterMs: number | null; readonly action: "warn" | "error" | "refresh" };
  /** What comes behind the last of several recordings of one request. */
  readonly exhausted: "repeat" | "fail" | "loop";
  readonly recordErrors: boolean;
  /** How fast a recording is replayed: 0 at once, 1 as it was, 10 ten times as fast. */
  readonly timing: number;
  /** Whether transport boundaries are recorded and the other stream form is never made of a recording. */
  readonly wireStrict: boolean;
  readonly shape: StreamShape;
  /** Words of a generated text. */
  readonly responseTokens: number;
  readonly journal: { readonly max: number; readonly maxBodyBytes: number };
  /** API keys taken; null takes every one. */
  readonly keys: readonly string[] | null;
}
