import { StoreError, toLine } from "./store-error.ts";
import type { Store } from "./store.ts";
import type { Answer, Ask, Opening } from "./worker-protocol.ts";

/** A worker that has one file open. */
interface Link {
  readonly ask: <K extends Answer["kind"]>(question: Question, kind: K) => Promise<Extract<Answer, { kind: K }>>;
  readonly end: () => void;
}

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
type Question = WithoutId<Ask>;

/** Reports asked for at the same time; each may take seconds of one core. */
const maxReports = 8;
const closeMs = 500;

const isKind = <K extends Answer["kind"]>(answer: Answer, kind: K): answer is Extract<Answer, { kind: K }> =>
  answer.kind === kind;

/** Starts a worker when it is first asked, and another one should it die. */
const createLink = (workerUrl: string, opening: Opening): Link => {
  const waiting = new Map<number, (answer: Answer) => void>();
  let worker: Worker | null = null;
  let lastId = 0;

  const fail = (message: string): void => {
    worker?.terminate();
    worker = null;
    const failed = [...waiting];
    waiting.clear();
    for (const [id, settle] of failed) settle({ id, kind: "failed", message, isRefusal: false });
  };
  const start = (): Worker => {
    // It keeps no process alive: what must be written is waited for by `close`.
    const started = new Worker(workerUrl, { name: "qlite ledger", ref: false });
    started.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const settle = waiting.get(data.id);
      waiting.delete(data.id);
      settle?.(data);
    });
    started.addEventListener("error", (event) => {
      if (started === worker) fail(`the ledger's thread failed: ${toLine(event.message)}`);
    });
    started.addEventListener("close", () => {
      if (started === worker) fail("the ledger's thread ended");
    });
    started.postMessage(opening, []);
    return started;
  };
  const ask: Link["ask"] = async (question, kind) => {
    worker ??= start();
    const id = ++lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.set(id, resolve);
    worker.postMessage({ ...question, id }, []);
    const answer = await promise;
    if (isKind(answer, kind)) return answer;
    throw new StoreError(
      answer.kind === "failed" ? answer.message : `the ledger's thread answered ${answer.kind}`,
      answer.kind === "failed" && answer.isRefusal,
    );
  };
  return { ask, end: () => fail("the ledger is closed") };
};

/**
 * Makes a store in a file of SQLite, on threads of its own: one writes, one that is started for the first report reads,
 * which in WAL mode holds up nobody who writes.
 */
export const createSqliteStore = (path: string, workerUrl: string): Store => {
  const writer = createLink(workerUrl, { path, mode: "write" });
  const reader = createLink(workerUrl, { path, mode: "read" });
  let reports = 0;
  let isUsed = false;
  return {
    insert: async ({ json }) => {
      isUsed = true;
      await writer.ask({ kind: "insert", json }, "done");
    },
    retain: async (limits) => {
      isUsed = true;
      return (await writer.ask({ kind: "retain", limits }, "retained")).isMore;
    },
    report: async (query) => {
      if (reports >= maxReports) throw new StoreError(`${maxReports} reports are under way already`);
      reports += 1;
      try {
        return (await reader.ask({ kind: "report", query }, "report")).report;
      } finally {
        reports -= 1;
      }
    },
    close: async () => {
      // A thread whose disk hangs, or that waits for a lock, is not waited for.
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(late.resolve, closeMs);
      if (isUsed) await Promise.race([writer.ask({ kind: "close" }, "done").catch(() => {}), late.promise]);
      clearTimeout(timer);
      writer.end();
      reader.end();
    },
  };
};
