import type { JsonObject } from "../dialects/conversation.ts";
import type { Failure, Reply } from "../dialects/reply.ts";

/** One write of a body: it goes out at once, `afterMs` milliseconds after the one before it (or after the head). */
export interface Write {
  readonly bytes: string | Uint8Array;
  readonly afterMs: number;
}

/**
 * The writes of a body, made as they are asked for; null is the end.
 *
 * A rejection, or a throw, breaks the body off. `cancel` is called once when nobody wants the rest.
 */
export interface Writes {
  readonly next: () => Write | null | Promise<Write | null>;
  readonly cancel?: () => void;
}

/** How the events of a stream are told apart: by blank lines, as members of one JSON array, or not at all. */
export type Framing = "sse" | "json-array" | "none";

/** A reply as it will go out, before any fault: what an endpoint says, a cassette replays, a provider answered. */
export interface Said {
  readonly status: number;
  /** Names in lower case; the engine adds its own (`x-request-id`, `x-qlite-source`, ...). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly kind: "whole"; readonly bytes: string | Uint8Array<ArrayBuffer> }
    | { readonly kind: "stream"; readonly framing: Framing; readonly writes: Writes };
  /** The end of a background response whose beginning is the body; JSON. */
  readonly later?: string;
}

/** Exact events of a stream; see `cassette/` for their text form. */
export interface RawEvent {
  readonly afterMs: number;
  /** As it goes out, its line ends and blank line included. */
  readonly text: string;
}

/** What goes out in the head of a reply beside its own headers; names in lower case. */
interface WithHeaders {
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is answered, before it is said in the words of an endpoint. */
export type Answer =
  | ({ readonly kind: "reply"; readonly reply: Reply } & WithHeaders)
  /** Said in the dialect's own error shape. */
  | { readonly kind: "failure"; readonly failure: Failure; readonly headers: Readonly<Record<string, string>> }
  /** For each input the vector, null for the one that is made of the input; one alone holds for all. */
  | ({ readonly kind: "vectors"; readonly vectors: readonly (readonly number[] | null)[] } & WithHeaders)
  /** Base64 of each image, null for one that is made of the prompt; the last holds for all behind it. */
  | ({ readonly kind: "images"; readonly images: readonly (string | null)[] } & WithHeaders)
  /** null for silence as long as the text, in the format asked for. */
  | ({
      readonly kind: "sound";
      readonly sound: { readonly bytes: Uint8Array<ArrayBuffer>; readonly contentType: string } | null;
    } & WithHeaders)
  | ({ readonly kind: "transcript"; readonly text: string } & WithHeaders)
  | ({ readonly kind: "moderation"; readonly flagged: readonly string[] } & WithHeaders)
  /** A JSON body of the endpoint's own shape. */
  | ({ readonly kind: "json"; readonly status: number; readonly body: JsonObject } & WithHeaders)
  /** Bytes that nobody looks at. */
  | {
      readonly kind: "raw";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string | Uint8Array<ArrayBuffer> | readonly RawEvent[];
    };

export type AnswerKind = Answer["kind"];
