import type { JsonObject } from "./conversation.ts";
import type { Usage } from "./reply.ts";

/** What a reply tells of its making. */
export interface Told {
  readonly usage: Usage;
  /** The model that answered, as the reply names it. */
  readonly model: string | null;
  readonly serviceTier: string | null;
  /** Whether no more of it will come: the usage of a stream that breaks before is less than was used. */
  readonly isFinal: boolean;
}

/** Reads what a reply tells, given whole or event by event; answers with all that was told so far. */
export type MeterReader = (value: JsonObject) => Told | null;

/** Finds the usage in a dialect's replies without reading the rest of them. */
export interface Metering {
  /** The field that holds a usage, quotes included: an event without it tells none. */
  readonly mark: string;
  /** Another field that adds to the usage, quotes included: a whole reply that has it is read as a whole. */
  readonly beside: string | null;
  /** Whether the last event that has it tells all; else each of them has to be read. */
  readonly isCumulative: boolean;
  /** A field, quotes included, that the first event with words has. */
  readonly words: string;
  /** Begins one reply. */
  readonly start: () => MeterReader;
}
