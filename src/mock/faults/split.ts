import { joinChunks } from "../../wire/body.ts";
import type { FaultEffect } from "../fault.ts";
import { toPiece, type Item, type Items, type Piece } from "./items.ts";

type How = Extract<FaultEffect, { kind: "split" }>["how"];

const lf = 0x0a;
const cr = 0x0d;

/** Whether a byte goes on a character that began before it. */
const isInside = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** The places in bytes at which they are cut. */
const cutsOf = (bytes: Uint8Array, how: Exclude<How, "concat">): readonly number[] => {
  const cuts: number[] = [];
  for (let at = 1; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const isCut =
      how === "every_byte" || (how === "inside_utf8" ? isInside(byte) : byte === lf && bytes[at - 1] === cr);
    if (isCut) cuts.push(at);
  }
  return cuts;
};

/** Every line end as CRLF. */
const toCrLf = (bytes: Uint8Array): Uint8Array => {
  const written: number[] = [];
  for (const [at, byte] of bytes.entries()) {
    if (byte === lf && bytes[at - 1] !== cr) written.push(cr);
    written.push(byte);
  }
  return Uint8Array.from(written);
};

const cutPiece = function* (piece: Piece, how: Exclude<How, "concat">): Generator<Piece> {
  const bytes = how === "crlf" ? toCrLf(piece.bytes) : piece.bytes;
  let from = 0;
  for (const at of cutsOf(bytes, how)) {
    yield { ...toPiece(bytes.subarray(from, at), 0, from === 0 ? piece.afterMs : 0), isApart: true };
    from = at;
  }
  yield { ...toPiece(bytes.subarray(from), piece.events, from === 0 ? piece.afterMs : 0), isApart: true };
};

/** What is written in one at most, in bytes. */
const maxJoinedBytes = 16_777_216;

/** Joins all that comes between two other things; the waits of its pieces add up. */
const concat = async function* (items: Items): Items {
  let held: Piece[] = [];
  let length = 0;
  const take = (): Item => {
    const sum = (of: (piece: Piece) => number): number => held.reduce((total, piece) => total + of(piece), 0);
    const joined = joinChunks(
      held.map(({ bytes }) => bytes),
      length,
    );
    const whole = toPiece(
      joined,
      sum(({ events }) => events),
      sum(({ afterMs }) => afterMs),
    );
    held = [];
    length = 0;
    return whole;
  };
  for await (const item of items) {
    if (item.kind === "bytes") {
      held.push(item);
      length += item.bytes.length;
      if (length < maxJoinedBytes) continue;
      yield take();
      continue;
    }
    if (held.length > 0) yield take();
    yield item;
  }
  if (held.length > 0) yield take();
};

/** Cuts the bytes of a body where a transport might, each cut a write of its own; or joins them all. */
export const split = async function* (items: Items, how: How): Items {
  if (how === "concat") {
    yield* concat(items);
    return;
  }
  for await (const item of items) {
    if (item.kind === "bytes") yield* cutPiece(item, how);
    else yield item;
  }
};
