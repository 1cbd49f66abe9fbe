import { Buffer } from "node:buffer";
import { indexOfObject } from "./marked-lines.ts";

/** Takes the bytes of a stream in, cut anywhere, and gives those to hand on. */
export type ByteFilter = (chunk: Uint8Array) => Uint8Array;

const lf = 0x0a;
const cr = 0x0d;

/** The longest beginning of an event that is held back until it is known what it will be. */
const maxHeldBytes = 8192;

const nothing = new Uint8Array(0);
const usageMark = Buffer.from('"usage"');
const decoder = new TextDecoder();

const looksEmpty = /"choices"\s*:\s*\[\s*\]/;
// A choice, or data that is no object.
const isOther = /"choices"\s*:\s*\[\s*[^\]\s]|^data: ?[^{ ]/;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Whether there is a usage in the bytes; OpenAI puts `"usage":null` into every event of a stream that was asked for one. */
const hasUsage = (bytes: Uint8Array): boolean => indexOfObject(bytes, usageMark, 0) !== -1;

/** Whether an event says nothing but the usage: no choices, and a usage. */
const isUsageAlone = (event: Uint8Array): boolean => {
  if (!hasUsage(event)) return false;
  const text = decoder.decode(event);
  if (!looksEmpty.test(text)) return false;
  try {
    const data: unknown = JSON.parse(text.replace(/^[\s\S]*?data:/, ""));
    return isObject(data) && isObject(data["usage"]) && Array.isArray(data["choices"]) && data["choices"].length === 0;
  } catch {
    return false;
  }
};

/** The offset behind the line end at `at`, `at` itself where there is none. */
const behindLineEnd = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] === cr) return bytes[at + 1] === lf ? at + 2 : at + 1;
  return bytes[at] === lf ? at + 1 : at;
};

/** The offset behind the blank line that ends the event at `from`, -1 when it has not come yet. */
const endOf = (bytes: Uint8Array, from: number): number => {
  for (let at = from; at < bytes.length; at += 1) {
    const next = behindLineEnd(bytes, at);
    if (next === at) continue;
    const end = behindLineEnd(bytes, next);
    if (end !== next) return end;
    at = next - 1;
  }
  return -1;
};

/** The line end that the bytes end with, which the next ones may make a blank line. */
const lineEndOf = (bytes: Uint8Array): Uint8Array => {
  const last = bytes.at(-1);
  if (last !== lf && last !== cr) return nothing;
  return bytes.slice(last === lf && bytes.at(-2) === cr ? -2 : -1);
};

const endsEvent = (bytes: Uint8Array): boolean => {
  const last = bytes.at(-1);
  const before = bytes.at(-2);
  return last === lf && (before === lf || (before === cr && bytes.at(-3) === lf));
};

/**
 * Makes a filter that takes the usage event out of a chat stream, for a client that did not ask for one: an event
 * without choices breaks some. All other bytes pass as they came, and when they came: the very chunk where it holds no
 * usage and ends with an event. Only the beginning of an event that may yet turn out to be that one waits for the rest of it.
 */
export const createUsageHider = (): { readonly filter: ByteFilter; readonly rest: () => Uint8Array } => {
  let held: Uint8Array = nothing;
  // Within an event that is known to be another; `held` is then what has passed already of a line end.
  let isPassing = false;
  // The last event ended in a CR to which a LF may belong; whether that event was taken out.
  let openCr: { readonly isHidden: boolean } | null = null;

  const split = (bytes: Uint8Array): Uint8Array => {
    let passed = isPassing ? held.length : 0;
    const kept: Uint8Array[] = [];
    let from = 0;
    for (let end = endOf(bytes, from); end !== -1; end = endOf(bytes, from)) {
      const event = bytes.subarray(Math.max(from, passed), end);
      const isHidden = !isPassing && isUsageAlone(event);
      if (!isHidden) kept.push(event);
      openCr = bytes[end - 1] === cr && end === bytes.length ? { isHidden } : null;
      isPassing = false;
      from = end;
      passed = 0;
    }
    const rest = bytes.subarray(from);
    isPassing ||= rest.length > maxHeldBytes || isOther.test(decoder.decode(rest));
    if (isPassing) kept.push(bytes.subarray(Math.max(from, passed)));
    held = isPassing ? lineEndOf(rest) : rest.slice();
    return kept.length === 1 ? (kept[0] ?? nothing) : Buffer.concat(kept);
  };

  return {
    filter: (chunk) => {
      if (openCr !== null && chunk.length > 0) {
        const { isHidden } = openCr;
        openCr = null;
        if (chunk[0] === lf) {
          const out = split(chunk.subarray(1));
          return isHidden ? out : Buffer.concat([chunk.subarray(0, 1), out]);
        }
      }
      if (held.length === 0 && endsEvent(chunk) && !hasUsage(chunk)) {
        isPassing = false;
        return chunk;
      }
      return split(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
    },
    rest: () => (isPassing || isUsageAlone(held) ? nothing : held),
  };
};
