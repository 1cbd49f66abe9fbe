import type { ExchangeRecord, Sink } from "../record.ts";

/** The last exchanges, to be explained and to be watched. */
export interface Recent {
  readonly sink: Sink;
  /** null when there is none of that id, or none any more. */
  readonly find: (id: string) => ExchangeRecord | null;
  /** At most `limit` of them, the newest first. */
  readonly latest: (limit: number) => readonly ExchangeRecord[];
  /** Calls `listener`, which must not throw, with each record from now on; gives the function that ends it. */
  readonly follow: (listener: Sink) => () => void;
}

/**
 * Keeps the last `keep` records; of two with the same id the later one counts.
 *
 * Bodies are left out: they would make its size a matter of what clients send, and the ledger has them.
 */
export const createRecent = (keep: number): Recent => {
  // A ring and an index into it: what is dropped is found without walking over a map's deleted entries.
  const ring: ExchangeRecord[] = [];
  const byId = new Map<string, ExchangeRecord>();
  const listeners = new Set<Sink>();
  let next = 0;

  const add = (record: ExchangeRecord): void => {
    const kept = record.bodies === null ? record : { ...record, bodies: null };
    const oldest = ring[next];
    if (oldest !== undefined && byId.get(oldest.id) === oldest) byId.delete(oldest.id);
    ring[next] = kept;
    byId.set(kept.id, kept);
    next = (next + 1) % keep;
  };

  return {
    sink: (record) => {
      if (keep > 0) add(record);
      for (const listener of listeners) listener(record);
    },
    find: (id) => byId.get(id) ?? null,
    latest: (limit) => {
      const found: ExchangeRecord[] = [];
      for (let back = 1; back <= ring.length && found.length < limit; back += 1) {
        const record = ring[(next - back + ring.length) % ring.length];
        if (record !== undefined && byId.get(record.id) === record) found.push(record);
      }
      return found;
    },
    follow: (listener) => {
      const own: Sink = (record) => listener(record);
      listeners.add(own);
      return () => {
        listeners.delete(own);
      };
    },
  };
};
