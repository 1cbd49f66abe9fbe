import type { ExchangeRecord } from "../record.ts";
import { toRow, type Cell } from "./row.ts";

/** Records that wait to be written. */
export interface Queue {
  /** Whether there was room for it. */
  readonly add: (record: ExchangeRecord) => boolean;
  /** Takes the oldest ones that make up a batch, as JSON; null when none wait. */
  readonly take: () => { readonly rows: number; readonly json: string } | null;
  readonly length: () => number;
  /** Forgets all of them; answers how many. */
  readonly clear: () => number;
}

export interface QueueLimits {
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly batchRows: number;
  /** Roughly; a batch has at least one row. */
  readonly batchBytes: number;
}

/** What a record without bodies takes, roughly. */
const rowBytes = 1024;

const weigh = ({ bodies }: ExchangeRecord): number =>
  bodies === null ? rowBytes : rowBytes + bodies.request.length + bodies.reply.length;

// A client may call a model so. PostgreSQL takes neither in a text and would refuse the whole batch.
const unwritable = /\\u(?:0000|d[89a-f])/;

const toWritable = (cell: Cell): Cell =>
  typeof cell === "string" ? cell.toWellFormed().replaceAll("\0", "\ufffd") : cell;

/** Rows as JSON that every store takes: a NUL and half a surrogate pair become U+FFFD. */
const toJson = (records: readonly ExchangeRecord[]): string => {
  const json = JSON.stringify(records.map(toRow));
  return json.includes("\\u") && unwritable.test(json)
    ? JSON.stringify(records.map((record) => toRow(record).map(toWritable)))
    : json;
};

/** Makes a queue that grows to so many rows and bytes and no further. */
export const createQueue = ({ maxRows, maxBytes, batchRows, batchBytes }: QueueLimits): Queue => {
  let waiting: ExchangeRecord[] = [];
  let bytes = 0;
  return {
    add: (record) => {
      const weight = weigh(record);
      if (waiting.length >= maxRows || bytes + weight > maxBytes) return false;
      waiting.push(record);
      bytes += weight;
      return true;
    },
    take: () => {
      let rows = 0;
      let size = 0;
      for (const record of waiting) {
        const weight = weigh(record);
        if (rows > 0 && (rows >= batchRows || size + weight > batchBytes)) break;
        rows += 1;
        size += weight;
      }
      if (rows === 0) return null;
      bytes -= size;
      return { rows, json: toJson(waiting.splice(0, rows)) };
    },
    length: () => waiting.length,
    clear: () => {
      const { length } = waiting;
      waiting = [];
      bytes = 0;
      return length;
    },
  };
};
