import type { Framing } from "../said.ts";

/** Looks through the bytes of a stream, cut anywhere, for the ends of its events. */
export interface Scanner {
  /** Calls `ends` with each place in these bytes behind which something begins anew. */
  readonly scan: (bytes: Uint8Array) => void;
  /** Whether the last byte ended an event, so that nothing is under way. */
  readonly isFresh: () => boolean;
}

/**
 * Told of what ended: where, in the bytes of this scan; whether it is an event; and where in all the bytes since the end
 * before it the event itself begins, behind what stands between two.
 */
export type Ended = (at: number, isEvent: boolean, leadBytes: number) => void;

const lf = 0x0a;
const cr = 0x0d;
const colon = 0x3a;
const quote = 0x22;
const backslash = 0x5c;
const data = [0x64, 0x61, 0x74, 0x61];
const byteOrderMark = [0xef, 0xbb, 0xbf];

/**
 * Finds the blank lines of server-sent events: LF, CRLF or CR. What has no `data` line, such as a comment, is no event.
 *
 * Where lines end in CRLF the LF belongs to its event, so the end is told when it is known whether one comes; in a stream
 * that has shown that its lines end in CR alone, at once.
 */
const createSseScanner = (ended: Ended): Scanner => {
  let seen = 0;
  let column = 0;
  /** How much of `data` the line has matched; 5 with what must follow it, -1 when it does not. */
  let matched = 0;
  let hasData = false;
  let isAfterCr = false;
  let isCrAlone = false;
  let isDue = false;
  let isFresh = true;

  const endLine = (): boolean => {
    const isBlank = column === 0;
    if (matched === data.length || matched === data.length + 1) hasData = true;
    column = 0;
    matched = 0;
    return isBlank;
  };
  const end = (at: number): void => {
    isDue = false;
    isFresh = true;
    const isEvent = hasData;
    hasData = false;
    ended(at, isEvent, 0);
  };
  const take = (byte: number): void => {
    if (seen < byteOrderMark.length && column === 0 && byte === byteOrderMark[seen]) return;
    column += 1;
    if (matched >= 0 && matched < data.length) matched = byte === data[matched] ? matched + 1 : -1;
    else if (matched === data.length) matched = byte === colon ? matched + 1 : -1;
  };
  return {
    scan: (bytes) => {
      for (let at = 0; at < bytes.length; at += 1) {
        const byte = bytes[at] ?? 0;
        if (isAfterCr) {
          isAfterCr = false;
          if (byte === lf) {
            if (isDue) end(at + 1);
            seen += 1;
            continue;
          }
          isCrAlone = true;
          if (isDue) end(at);
        }
        isFresh = false;
        if (byte === lf) {
          if (endLine()) end(at + 1);
        } else if (byte === cr) {
          isAfterCr = true;
          if (endLine()) {
            isDue = true;
            if (isCrAlone) end(at + 1);
          }
        } else take(byte);
        seen += 1;
      }
    },
    isFresh: () => isFresh && !isAfterCr,
  };
};

/** Finds the members of one JSON array; what stands before a member, `[` or a comma, is its lead. */
const createArrayScanner = (ended: Ended): Scanner => {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let since = 0;
  let lead = 0;
  return {
    scan: (bytes) => {
      for (let at = 0; at < bytes.length; at += 1) {
        const byte = bytes[at] ?? 0;
        since += 1;
        if (isText) {
          if (isEscaped) isEscaped = false;
          else if (byte === backslash) isEscaped = true;
          else if (byte === quote) isText = false;
        } else if (byte === quote) isText = true;
        else if (byte === 0x7b || byte === 0x5b) {
          depth += 1;
          if (depth === 2) lead = since - 1;
        } else if (byte === 0x7d || byte === 0x5d) {
          depth -= 1;
          if (depth !== 1) continue;
          ended(at + 1, true, lead);
          since = 0;
        }
      }
    },
    isFresh: () => since === 0,
  };
};

/** The scanner of a framing; null where nothing tells events apart. */
export const createScanner = (framing: Framing, ended: Ended): Scanner | null => {
  if (framing === "none") return null;
  return framing === "sse" ? createSseScanner(ended) : createArrayScanner(ended);
};

const countBlankLines = (text: string): number => {
  let count = 0;
  for (let at = text.indexOf("\n\n"); at !== -1; at = text.indexOf("\n\n", at + 2)) count += 1;
  return count;
};

const encoder = new TextEncoder();

/** Counts the whole events that a stream's writes hold, cut anywhere; those of one write that ends one are cheap to count. */
export const createEventCounter = (framing: Framing): ((bytes: string | Uint8Array) => number) => {
  let count = 0;
  const scanner = createScanner(framing, (_, isEvent) => {
    if (isEvent) count += 1;
  });
  if (scanner === null) return () => 0;
  return (bytes) => {
    const isPlain =
      typeof bytes === "string" &&
      framing === "sse" &&
      scanner.isFresh() &&
      bytes.endsWith("\n\n") &&
      !/\r|(?:^|\n)(?::|\n\n)/.test(bytes);
    if (isPlain) return countBlankLines(bytes);
    count = 0;
    scanner.scan(typeof bytes === "string" ? encoder.encode(bytes) : bytes);
    return count;
  };
};
