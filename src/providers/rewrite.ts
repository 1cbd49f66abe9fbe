import type { DialectName, JsonObject } from "../dialects/conversation.ts";
import type { Call } from "../wire/scan.ts";

/** What a body asks for: an answer, or how many tokens it holds. */
export type BodyUse = "call" | "count";

/** How bodies are changed that a provider wants in its own form of a dialect; in all else they stay as they are. */
export interface Rewrite {
  /** Of a client's own bytes. `call` is null where the body names no model (Gemini), else `model` is the name to send. */
  readonly bytes: (
    use: BodyUse,
    dialect: DialectName,
    body: Uint8Array<ArrayBuffer>,
    call: Call | null,
    model: string,
  ) => Uint8Array<ArrayBuffer>;
  /** Of a body in our own words. */
  readonly object: (use: BodyUse, dialect: DialectName, body: JsonObject) => JsonObject;
}
