import type { Message } from "../dialects/conversation.ts";

/** An answer and all that led to it. */
export interface StoredResponse {
  /** The conversation up to and with the answer. */
  readonly messages: readonly Message[];
  /** The response as the client got it, as JSON. */
  readonly body: string;
  /** Of the items of its output. */
  readonly itemIds: readonly string[];
}

/** Keeps answers for `previous_response_id` and references to their items, as many as the limits allow; the oldest unused go first. */
export interface ResponseStore {
  /** null when it was never there, has expired, was deleted, or had to make room. */
  readonly get: (id: string) => StoredResponse | null;
  /** The response that an item belongs to; null as `get` has it. */
  readonly ofItem: (itemId: string) => StoredResponse | null;
  readonly put: (id: string, response: StoredResponse) => void;
  /** Whether there was one. */
  readonly delete: (id: string) => boolean;
}

export interface ResponseStoreLimits {
  readonly maxEntries: number;
  /** Of the texts of all entries; one that is larger by itself is not kept. */
  readonly maxBytes: number;
  readonly ttlMs: number;
}

interface Entry extends StoredResponse {
  readonly bytes: number;
  readonly expiresAt: number;
}

/** Makes a store in memory; `nowMs` gives milliseconds of a monotonic clock. */
export const createResponseStore = (limits: ResponseStoreLimits, nowMs: () => number): ResponseStore => {
  // In the order of their last use.
  const entries = new Map<string, Entry>();
  /** The id of the response that each item belongs to, the newest where two have items of one id. */
  const owners = new Map<string, string>();
  let bytes = 0;
  const remove = (id: string): boolean => {
    const entry = entries.get(id);
    if (entry === undefined) return false;
    bytes -= entry.bytes;
    for (const itemId of entry.itemIds) if (owners.get(itemId) === id) owners.delete(itemId);
    return entries.delete(id);
  };
  const get = (id: string): StoredResponse | null => {
    const entry = entries.get(id);
    if (entry === undefined) return null;
    if (nowMs() >= entry.expiresAt) {
      remove(id);
      return null;
    }
    entries.delete(id);
    entries.set(id, entry);
    return entry;
  };
  return {
    get,
    ofItem: (itemId) => {
      const id = owners.get(itemId);
      return id === undefined ? null : get(id);
    },
    put: (id, response) => {
      remove(id);
      const size = Buffer.byteLength(response.body) + Buffer.byteLength(JSON.stringify(response.messages));
      if (size > limits.maxBytes) return;
      entries.set(id, { ...response, bytes: size, expiresAt: nowMs() + limits.ttlMs });
      for (const itemId of response.itemIds) owners.set(itemId, id);
      bytes += size;
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.maxEntries && bytes <= limits.maxBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
};
