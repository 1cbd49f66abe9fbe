import type { LedgerConfig } from "../config/observe-schema.ts";
import type { Sink } from "../record.ts";
import { createQueue } from "./batches.ts";
import { createPostgresStore } from "./postgres.ts";
import type { ReportQuery } from "./query.ts";
import type { Report } from "./report.ts";
import { createSqliteStore } from "./sqlite.ts";
import { StoreError, toLine } from "./store-error.ts";
import type { Batch, Store } from "./store.ts";

/** A row for every exchange. */
export interface Ledger {
  /** Takes a record and does nothing with it yet; it is written later, or dropped and counted. */
  readonly sink: Sink;
  readonly dropped: () => number;
  /** Rows that the store has confirmed. */
  readonly written: () => number;
  /** @throws {StoreError} when the store cannot be read */
  readonly report: (query: ReportQuery) => Promise<Report>;
  /** Writes what waits, within two seconds; what is then left counts as dropped. */
  readonly close: () => Promise<void>;
}

/** How much is kept in memory and how often the store is given it. */
export interface Pace {
  readonly batchMs: number;
  readonly batchRows: number;
  readonly batchBytes: number;
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Between two tries of one batch; doubled after each up to the longest. */
  readonly retryMs: number;
  readonly longestRetryMs: number;
  /** How often rows that have to go are looked for; also after every `retainRows` written. */
  readonly retainMs: number;
  readonly retainRows: number;
  readonly closeMs: number;
}

export interface LedgerParts {
  /** Where `ledger/worker.ts` is, as `new Worker` takes it; `app.ts` alone can tell. Not used for PostgreSQL. */
  readonly workerUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A name for this process that no other has or had. */
  readonly writer: string;
  /** Told what is wrong, in one line without credentials; at most once a minute. */
  readonly onError: (message: string) => void;
  readonly pace?: Partial<Pace>;
}

const usual: Pace = {
  batchMs: 250,
  batchRows: 500,
  batchBytes: 1_048_576,
  maxRows: 20_000,
  maxBytes: 33_554_432,
  retryMs: 250,
  longestRetryMs: 5000,
  retainMs: 60_000,
  retainRows: 20_000,
  closeMs: 1500,
};

/** A batch that the store has looked at and refused so often is dropped; one it could not be given is tried on. */
const maxRefusals = 3;
const tellEveryMs = 60_000;

/** Makes the function that tells of a problem and what became of the rows, unless one was told within the last minute. */
const createTeller = ({ now, onError }: LedgerParts, waiting: () => number, dropped: () => number) => {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (what: string): void => {
    if (Math.abs(now() - toldAt) < tellEveryMs) return;
    toldAt = now();
    onError(`${what}; ${waiting()} rows wait, ${dropped()} rows dropped so far`);
  };
};

/** Takes rows away that are too old or too many: at once, which also shows whether the store can be had, and now and then. */
const createKeeper = (
  store: Store,
  config: LedgerConfig,
  pace: Pace,
  now: () => number,
  tell: (what: string) => void,
) => {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let isBusy = false;
  let isOver = false;
  let fresh = 0;
  const retain = (): void => {
    if (isBusy || isOver) return;
    isBusy = true;
    fresh = 0;
    store.retain({ before: now() - config.retentionMs, maxBytes: config.maxBytes }).then(
      (isMore) => again(isMore ? Math.min(100, pace.retainMs) : pace.retainMs),
      (thrown: unknown) => {
        if (!isOver) tell(`the ledger cannot be used: ${toLine(thrown)}`);
        again(pace.retainMs);
      },
    );
  };
  const plan = (ms: number): void => {
    if (timer !== null) clearTimeout(timer);
    timer = isOver ? null : setTimeout(retain, ms);
    timer?.unref();
  };
  const again = (ms: number): void => {
    isBusy = false;
    plan(ms);
  };
  plan(0);
  return {
    wrote: (rows: number): void => {
      fresh += rows;
      if (fresh >= pace.retainRows) retain();
    },
    end: (): void => {
      isOver = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
};

/**
 * Keeps the ledger: rows collect in memory and go to the store in batches, each made into one JSON text on this thread.
 *
 * Nothing waits for the store and nothing of it can fail a request. While it cannot be reached rows wait, up to
 * `maxRows` and `maxBytes`; what comes on top is dropped and counted, and what waited is written when it is back. A batch
 * that the store refuses is dropped after three tries. Rows are written once, even when a confirmation was lost.
 */
export const createLedger = (config: LedgerConfig, parts: LedgerParts): Ledger => {
  const pace = { ...usual, ...parts.pace };
  const store =
    config.url === null
      ? createSqliteStore(config.path, parts.workerUrl)
      : createPostgresStore(config.url, parts.writer);
  const queue = createQueue(pace);
  let written = 0;
  let dropped = 0;
  let batches = 0;
  let underWay: Batch | null = null;
  // What is to be done next, and when: a batch to be made, or one to be sent again.
  let work: (() => void) | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let state: "open" | "closing" | "closed" = "open";
  let idle: (() => void) | null = null;
  const waiting = (): number => queue.length() + (underWay?.rows ?? 0);
  const tell = createTeller(parts, waiting, () => dropped);
  const keeper = createKeeper(store, config, pace, parts.now, tell);

  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    work = null;
  };
  const go = (): void => {
    const due = work;
    stop();
    due?.();
  };
  const plan = (next: () => void, ms: number): void => {
    stop();
    work = next;
    timer = setTimeout(go, ms);
    timer.unref();
  };

  const begin = (): void => {
    const taken = queue.take();
    if (taken === null) {
      idle?.();
      return;
    }
    batches += 1;
    underWay = { number: batches, ...taken };
    send(underWay, 0, 0);
  };

  const settle = (): void => {
    underWay = null;
    if (state === "closing" || queue.length() >= pace.batchRows) begin();
    else if (queue.length() > 0) plan(begin, pace.batchMs);
  };

  const send = (batch: Batch, tries: number, refusals: number): void => {
    store.insert(batch).then(
      () => {
        if (state === "closed") return;
        written += batch.rows;
        keeper.wrote(batch.rows);
        settle();
      },
      (thrown: unknown) => {
        if (state === "closed") return;
        const refused = refusals + (thrown instanceof StoreError && !thrown.isRefusal ? 0 : 1);
        const isLost = refused >= maxRefusals;
        if (isLost) dropped += batch.rows;
        tell(`the ledger cannot be written: ${toLine(thrown)}`);
        const ms = Math.min(pace.retryMs * 2 ** Math.min(tries, 20), pace.longestRetryMs);
        if (isLost) settle();
        else plan(() => send(batch, tries + 1, refused), state === "closing" ? Math.min(ms, 100) : ms);
      },
    );
  };

  return {
    sink: (record) => {
      if (state !== "open" || !queue.add(record)) {
        dropped += 1;
        if (state === "open") tell("the ledger is too slow or gone, and no more rows can wait for it");
      } else if (underWay === null) {
        // Not here and now: this is the way of a request.
        if (queue.length() === pace.batchRows) plan(begin, 0);
        else if (timer === null) plan(begin, pace.batchMs);
      }
    },
    dropped: () => dropped,
    written: () => written,
    report: (query) => store.report(query),
    close: async () => {
      if (state !== "open") return;
      state = "closing";
      keeper.end();
      const { promise: done, resolve } = Promise.withResolvers<void>();
      idle = resolve;
      const giveUp = setTimeout(resolve, pace.closeMs);
      if (work !== null) go();
      else if (underWay === null) begin();
      await done;
      clearTimeout(giveUp);
      state = "closed";
      stop();
      dropped += queue.clear() + (underWay?.rows ?? 0);
      await store.close();
    },
  };
};
