import { countMerged, type Ranks } from "./merge.ts";

/** An encoding as `js-tiktoken/ranks/…` has it. */
export interface EncodingTables {
  /** What cuts a text into the pieces that are merged by themselves. */
  readonly pat_str: string;
  /** Lines of `! <rank of the first> <base64 of the first> <base64 of the next> …`. */
  readonly bpe_ranks: string;
}

/** A text and how far it is counted. */
export interface Progress {
  readonly text: string;
  /** Where the rest begins. */
  at: number;
  /** The end of the piece that `at` is inside of, 0 between two pieces. */
  pieceEnd: number;
  tokens: number;
  /** How often a long piece was cut, so that the count may be off. */
  cuts: number;
}

export interface Encoder {
  /** Counts on for about so many characters of work; answers whether the text is through. */
  readonly advance: (progress: Progress, budget: number) => boolean;
}

export interface EncoderOptions {
  /** A longer piece is cut, and its parts are counted one by one; at most 16,384 characters. */
  readonly maxPieceChars?: number;
}

const maxCached = 65_536;
const maxCachedChars = 64;

const readRanks = (table: string): Ranks => {
  const ranks = new Map<string, number>();
  for (const line of table.split("\n")) {
    const [, first, ...tokens] = line.split(" ");
    let rank = Number(first);
    for (const token of tokens) {
      ranks.set(atob(token), rank);
      rank += 1;
    }
  }
  return ranks;
};

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
};

/** A copy that does not keep the text it was cut from in memory. */
const toOwn = (piece: string): string => Buffer.from(piece).toString();

/** Where to cut, at most `most` characters behind `at`; never between the two halves of a character. */
const toCut = (text: string, at: number, most: number): number => {
  const code = text.charCodeAt(at + most - 1);
  return code >= 0xd800 && code <= 0xdbff ? at + most - 1 : at + most;
};

export const startProgress = (text: string): Progress => ({ text, at: 0, pieceEnd: 0, tokens: 0, cuts: 0 });

/**
 * Makes a counter of tokens from the tables of an encoding; reading them takes 70 ms for `cl100k_base`, 170 ms for
 * `o200k_base`.
 *
 * Counts what `js-tiktoken` encodes to, special tokens as ordinary text. Only a piece longer than `maxPieceChars` (a run of
 * letters, spaces or signs; no language has words like that) is cut, and then each cut adds or takes away three tokens at
 * most. 1 MB of words takes 50 ms, of the worst there is 1 s; js-tiktoken is 2 to 200 times slower, more on long pieces
 * (`bench/micro/tokens.ts`).
 */
export const createEncoder = (tables: EncodingTables, { maxPieceChars = 16_384 }: EncoderOptions = {}): Encoder => {
  const ranks = readRanks(tables.bpe_ranks);
  const pattern = new RegExp(tables.pat_str, "gu");
  const cache = new Map<string, number>();

  const countPiece = (piece: string): number => {
    // What is ASCII is its own bytes, and most words are one token.
    const isOwnBytes = isAscii(piece);
    if (isOwnBytes && ranks.has(piece)) return 1;
    const known = cache.get(piece);
    if (known !== undefined) return known;
    const bytes = isOwnBytes ? piece : Buffer.from(piece).toString("latin1");
    const count = ranks.has(bytes) ? 1 : countMerged(bytes, ranks);
    if (piece.length <= maxCachedChars) {
      if (cache.size >= maxCached) cache.clear();
      cache.set(toOwn(piece), count);
    }
    return count;
  };

  /** Moves to the next piece; answers false at the end of the text. */
  const findPiece = (progress: Progress): boolean => {
    pattern.lastIndex = progress.at;
    const found = pattern.exec(progress.text);
    if (found === null) return false;
    progress.at = found.index;
    progress.pieceEnd = pattern.lastIndex;
    return true;
  };

  return {
    advance: (progress, budget) => {
      const { text } = progress;
      for (let spent = 0; spent < budget;) {
        if (progress.pieceEnd === 0 && !findPiece(progress)) return true;
        const { at, pieceEnd } = progress;
        const isLong = pieceEnd - at > maxPieceChars;
        const end = isLong ? toCut(text, at, maxPieceChars) : pieceEnd;
        progress.tokens += countPiece(text.slice(at, end));
        progress.at = end;
        if (isLong) progress.cuts += 1;
        else progress.pieceEnd = 0;
        spent += end - at;
      }
      return false;
    },
  };
};
