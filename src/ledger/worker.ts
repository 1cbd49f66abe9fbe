// SQLite for the ledger, on a thread of its own: it is synchronous, and a disk may stall for seconds. An entry point of
// the executable, see `.ci/build.ts`.
import { openSqliteFile, toStoreError, type SqliteFile } from "./sqlite-file.ts";
import type { Answer, Ask, Opening } from "./worker-protocol.ts";

const answer = (file: SqliteFile, ask: Exclude<Ask, { kind: "close" }>): Answer => {
  const { id } = ask;
  switch (ask.kind) {
    case "insert":
      file.insert(ask.json);
      return { id, kind: "done" };
    case "retain":
      return { id, kind: "retained", isMore: file.retain(ask.limits) };
    case "report":
      return { id, kind: "report", report: file.report(ask.query) };
  }
};

/**
 * Answers what is asked of one file, which is opened when first needed, and anew after a failure: it may be the file's.
 */
const createAnswerer = ({ path, mode }: Opening): ((ask: Ask) => Answer) => {
  let file: SqliteFile | null = null;
  const close = (): void => {
    file?.close();
    file = null;
  };
  return (ask) => {
    try {
      if (ask.kind === "close") {
        close();
        return { id: ask.id, kind: "done" };
      }
      if (file?.isCurrent() === false) close();
      file ??= openSqliteFile(path, mode);
      return answer(file, ask);
    } catch (thrown) {
      const { message, isRefusal } = toStoreError(thrown);
      close();
      return { id: ask.id, kind: "failed", message, isRefusal };
    }
  };
};

let answerAsk: ((ask: Ask) => Answer) | null = null;

self.addEventListener("message", ({ data }: MessageEvent<Opening | Ask>) => {
  if ("path" in data) answerAsk = createAnswerer(data);
  else if (answerAsk !== null) self.postMessage(answerAsk(data), []);
});
