import type { Message } from "../dialects/conversation.ts";

/** An answer and all that led to it. */
export interface StoredResponse {
  /** The conversation up to and with the answer. */
  readonly messages: readonly Message[];
  /** The response as the client got it, as JSON. */
  readonly body: string;
}

/** Keeps answers for `previous_response_id`, as many as the limits allow; the oldest unused go first. */
export interface ResponseStore {
  /** null when it was never there, has expired, was deleted, or had to make room. */
  readonly get: (id: string) => StoredResponse | null;
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
  let bytes = 0;
  const remove = (id: string): boolean => {
    const entry = entries.get(id);
    if (entry === undefined) return false;
    bytes -= entry.bytes;
    return entries.delete(id);
  };
  return {
    get: (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return null;
      if (nowMs() >= entry.expiresAt) {
        remove(id);
        return null;
      }
      entries.delete(id);
      entries.set(id, entry);
      return entry;
    },
    put: (id, response) => {
      remove(id);
      const size = Buffer.byteLength(response.body) + Buffer.byteLength(JSON.stringify(response.messages));
      if (size > limits.maxBytes) return;
      entries.set(id, { ...response, bytes: size, expiresAt: nowMs() + limits.ttlMs });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.maxEntries && bytes <= limits.maxBytes) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
};
