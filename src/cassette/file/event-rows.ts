// A stream of events as rows, and the same bytes again.
import { Buffer } from "node:buffer";
import { lineEnds, type LineEnd, type RecordedBody, type Row } from "./interaction.ts";

/** When bytes arrived: up to `end`, exclusive, `ms` milliseconds after the request. */
export interface Mark {
  readonly end: number;
  readonly ms: number;
}

const lf = 0x0a;
const cr = 0x0d;

/** Gives the time at which the byte before `end` was there. */
export const createTimeOf = (marks: readonly Mark[]): ((end: number) => number) => {
  let at = 0;
  return (end) => {
    while (at < marks.length - 1 && (marks[at]?.end ?? 0) < end) at += 1;
    return marks[at]?.ms ?? 0;
  };
};

/** The offset behind the line end at `at`, `at` where there is none. */
const behindLineEnd = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] === lf) return at + 1;
  if (bytes[at] !== cr) return at;
  return bytes[at + 1] === lf ? at + 2 : at + 1;
};

/** Where each block ends that a blank line closes; the last one ends with the bytes. */
const blockEnds = (bytes: Uint8Array): readonly number[] => {
  const ends: number[] = [];
  let isEmptyLine = true;
  let at = 0;
  while (at < bytes.length) {
    const behind = behindLineEnd(bytes, at);
    if (behind === at) {
      isEmptyLine = false;
      at += 1;
      continue;
    }
    if (isEmptyLine) ends.push(behind);
    isEmptyLine = true;
    at = behind;
  }
  if (ends.at(-1) !== bytes.length && bytes.length > 0) ends.push(bytes.length);
  return ends;
};

const eolOf = (bytes: Uint8Array): LineEnd => {
  const at = bytes.findIndex((byte) => byte === lf || byte === cr);
  if (at === -1 || bytes[at] === lf) return "lf";
  return bytes[at + 1] === lf ? "crlf" : "cr";
};

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes, null when they are no UTF-8; a byte order mark stays in it. */
export const decodeExactly = (bytes: Uint8Array): string | null => {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
};

const usual = /^(?:event: ([^\r\n]*)(\r\n|\n|\r))?data: ([^\r\n]*)(\r\n|\n|\r)(\r\n|\n|\r)$/;

const toRow = (bytes: Uint8Array, ms: number, eol: LineEnd): Row => {
  const text = decodeExactly(bytes);
  if (text === null) return { kind: "bytes", ms, base64: Buffer.from(bytes).toString("base64") };
  const found = usual.exec(text);
  if (found === null) return { kind: "exact", ms, text };
  const [, name = null, afterName, data = "", afterData, blank] = found;
  const end = lineEnds[eol];
  const isUsual = (name === null || afterName === end) && afterData === end && blank === end;
  return isUsual ? { kind: "event", ms, data, name } : { kind: "exact", ms, text };
};

/** Takes a stream of events apart; whatever it is made of, `bytesOfRow` of the rows gives the same bytes. */
export const toRows = (bytes: Uint8Array, marks: readonly Mark[]): Extract<RecordedBody, { kind: "events" }> => {
  const eol = eolOf(bytes);
  const timeOf = createTimeOf(marks);
  let from = 0;
  const rows = blockEnds(bytes).map((end) => {
    const row = toRow(bytes.subarray(from, end), timeOf(end), eol);
    from = end;
    return row;
  });
  return { kind: "events", eol, rows };
};

/** What a row goes out as. */
export const bytesOfRow = (row: Row, eol: LineEnd): string | Uint8Array => {
  if (row.kind === "bytes") return Buffer.from(row.base64, "base64");
  if (row.kind === "exact") return row.text;
  const end = lineEnds[eol];
  const name = row.name === null ? "" : `event: ${row.name}${end}`;
  return `${name}data: ${row.data}${end}${end}`;
};
