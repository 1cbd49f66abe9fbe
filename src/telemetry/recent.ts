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
  // A ring and no index: every request would pay for what an operator asks now and then.
  const ring: ExchangeRecord[] = [];
  const listeners = new Set<Sink>();
  let next = 0;

  const add = (record: ExchangeRecord): void => {
    ring[next] = record.bodies === null ? record : { ...record, bodies: null };
    next = (next + 1) % keep;
  };
  /** All of them, the newest first. */
  const fromNewest = function* (): Generator<ExchangeRecord> {
    for (let back = 1; back <= ring.length; back += 1) {
      const record = ring[(next - back + ring.length) % ring.length];
      if (record !== undefined) yield record;
    }
  };

  return {
    sink: (record) => {
      if (keep > 0) add(record);
      for (const listener of listeners) listener(record);
    },
    find: (id) => fromNewest().find((record) => record.id === id) ?? null,
    latest: (limit) => {
      const ids = new Set<string>();
      const isFirst = ({ id }: ExchangeRecord): boolean => {
        const isKnown = ids.has(id);
        ids.add(id);
        return !isKnown;
      };
      return fromNewest().filter(isFirst).take(limit).toArray();
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
