// The Responses API keeps what it has answered, unless told not to; so does the mock, for as long as it has room.
import type { BackgroundRun } from "./background.ts";
import type { NameIds } from "./seed.ts";

/** A response that was said, and what it was asked with. */
export interface KeptResponse {
  /** As the client got it, or of a background response as it ends; JSON. */
  readonly body: string;
  /** The `output` of it. */
  readonly output: readonly unknown[];
  /** The `input` of its request. */
  readonly input: unknown;
  /** The `previous_response_id` of its request. */
  readonly previousId: string | null;
  /** Where it stands, if its request said it is one of the background: only such a one can be cancelled. */
  readonly run: BackgroundRun | null;
  /** The writes that a background response was streamed in; null for any other. */
  readonly writes: readonly string[] | null;
  /** Names the items of the input that have no id. */
  readonly ids: NameIds;
  /** Of body, writes and input, about. */
  readonly bytes: number;
}

/** The responses of a scope, by their ids. */
export interface KeptResponses {
  /** null when it was never said, was deleted, or had to make room. */
  readonly get: (id: string) => KeptResponse | null;
  readonly put: (id: string, response: KeptResponse) => void;
  /** Whether there was one. */
  readonly delete: (id: string) => boolean;
  readonly clear: () => void;
}

export interface KeptLimits {
  readonly maxEntries: number;
  /** One that is larger by itself is not kept. */
  readonly maxBytes: number;
}

interface Entry {
  readonly bytes: number;
  readonly drop: () => void;
}

/**
 * Makes room for the responses of all scopes together, within the limits; the oldest go first.
 *
 * Gives the function that makes the part of one scope.
 */
export const createKeptResponses = ({ maxEntries, maxBytes }: KeptLimits): (() => KeptResponses) => {
  // In the order in which they were said.
  const all = new Set<Entry>();
  let bytes = 0;
  const remove = (entry: Entry): void => {
    if (!all.delete(entry)) return;
    bytes -= entry.bytes;
    entry.drop();
  };
  return () => {
    const own = new Map<string, KeptResponse & { readonly entry: Entry }>();
    const drop = (id: string): boolean => {
      const known = own.get(id);
      if (known !== undefined) remove(known.entry);
      return known !== undefined;
    };
    return {
      get: (id) => own.get(id) ?? null,
      put: (id, response) => {
        drop(id);
        if (response.bytes > maxBytes) return;
        const entry: Entry = { bytes: response.bytes, drop: () => void own.delete(id) };
        own.set(id, { ...response, entry });
        all.add(entry);
        bytes += entry.bytes;
        for (const oldest of all) {
          if (all.size <= maxEntries && bytes <= maxBytes) break;
          remove(oldest);
        }
      },
      delete: drop,
      clear: () => {
        for (const id of own.keys()) drop(id);
      },
    };
  };
};
