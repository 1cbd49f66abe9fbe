import * as z from "zod";
import { nearest } from "../wire/nearest.ts";
import { durationPattern, longestMs, sizePattern, toBytes, toMs } from "./units.ts";

const unknownKey = (key: string, known: readonly string[], notes: Readonly<Record<string, string>>): string => {
  const note = Object.hasOwn(notes, key) ? notes[key] : undefined;
  if (note !== undefined) return note;
  const meant = nearest(key, known);
  return meant === undefined ? `unknown key; known are ${known.join(", ")}` : `unknown key; did you mean ${meant}?`;
};

/**
 * A map in which every key is known.
 *
 * Unknown keys make one complaint whose message holds a line for each of them, in the order of the issue's `keys`.
 * `notes` says more about keys that are unknown for a reason.
 */
export const block = <S extends z.core.$ZodLooseShape>(shape: S, notes: Readonly<Record<string, string>> = {}) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(key, Object.keys(shape), notes)).join("\n")
        : undefined,
  });

/** A block that may be missing or empty and then consists of its defaults. */
export const optionalBlock = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value) => value ?? schema.parse({}));

const needsDuration = "must be a duration with a unit, such as 250ms, 30s, 10m or 1h";
const fitsTimer = (ms: number | null) => ms === null || ms <= longestMs;
const tooLong = "must be at most 596h";

/** A duration that may be zero, in milliseconds. */
export const duration = () =>
  z
    .string({ error: needsDuration })
    .regex(durationPattern, needsDuration)
    .transform(toMs)
    .refine(fitsTimer, tooLong)
    .describe("A duration with a unit: 250ms, 30s, 10m, 1h.");

/** A time limit above zero, in milliseconds. */
export const timeLimit = () => duration().refine((ms) => ms > 0, "must be more than 0");

const needsLimit = `${needsDuration}, or off`;

/** A time limit above zero in milliseconds, or null for `off`. */
export const timeLimitOrOff = () =>
  z
    .string({ error: needsLimit })
    .regex(new RegExp(`^off$|${durationPattern.source}`), needsLimit)
    .transform((text) => (text === "off" ? null : toMs(text)))
    .refine(fitsTimer, tooLong)
    .refine((ms) => ms !== 0, "must be more than 0; write off for no limit");

const needsSize = "must be a size with a unit, such as 64KB, 10MB or 10MiB";

/** A size above zero, in bytes. */
export const size = () =>
  z
    .string({ error: needsSize })
    .regex(sizePattern, needsSize)
    .transform(toBytes)
    .refine((bytes) => bytes > 0 && Number.isSafeInteger(bytes), "must be more than 0 and at most 9,007,199 GB");

// A value that came out of ${VAR} is text; only here is known that a number or a yes/no is wanted.
const reread = (value: unknown): unknown => {
  if (typeof value !== "string") return value;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  return value === "true" || (value === "false" ? false : value);
};

/** A whole number within bounds. */
export const integer = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(reread, z.int().min(least).max(most));

/** `true` or `false`. */
export const flag = () => z.preprocess(reread, z.boolean());
