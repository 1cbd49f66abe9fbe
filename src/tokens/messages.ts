import type { ErrorCode } from "../errors.ts";
import type { EncodingName } from "./encoding.ts";

/** How many tokens, and whether that is what the model's own encoding gives. */
export interface TokenCount {
  readonly tokens: number;
  readonly isExact: boolean;
}

/** The answer to a request to count. */
export interface RequestCount extends TokenCount {
  /** null when there was no reading the request: it is large, and the counter overloaded. */
  readonly model: string | null;
  readonly encoding: EncodingName | null;
  /** One for each text of a list, null where the request has none. */
  readonly counts: readonly number[] | null;
}

/** What the worker is told. */
export type Question =
  | { readonly kind: "text"; readonly id: number; readonly model: string; readonly text: string }
  | { readonly kind: "request"; readonly id: number; readonly body: Uint8Array<ArrayBuffer> }
  | { readonly kind: "cancel"; readonly id: number };

/** What the worker says, once for each question that is not cancelled. */
export type Answer =
  | { readonly kind: "counted"; readonly id: number; readonly count: RequestCount }
  | {
      readonly kind: "refused";
      readonly id: number;
      readonly code: ErrorCode;
      readonly message: string;
      readonly param: string | null;
    };
