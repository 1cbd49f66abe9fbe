import * as z from "zod/mini";
import { nearest } from "../wire/nearest.ts";
import { durationPattern, longestMs, sizePattern, toBytes, toMs } from "./units.ts";

const unknownKey = (key: string, known: readonly string[], notes: Readonly<Record<string, string>>): string => {
  const note = Object.hasOwn(notes, key) ? notes[key] : undefined;
  if (note !== undefined) return note;
  const meant = nearest(key, known);
  return meant === undefined ? `unknown key; known are ${known.join(", ")}` : `unknown key; did you mean ${meant}?`;
};

/** Gives a part of the schema its text: what editors show and the documentation says. */
export const describe = <S extends z.ZodMiniType>(schema: S, description: string): S => {
  z.globalRegistry.add(schema, { description });
  return schema;
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
export const optionalBlock = <S extends z.ZodMiniType>(schema: S) =>
  z.pipe(
    z.nullish(schema),
    z.transform((value: z.output<S> | null | undefined) => value ?? schema.parse({})),
  );

/** Text of a certain form. */
export const text = (form: RegExp, message: string) => z.string().check(z.regex(form, message));

const needsDuration = "must be a duration with a unit, such as 250ms, 30s, 10m or 1h";
const isShort = z.refine<string>((written: string) => !(toMs(written) > longestMs), "must be at most 596h");

/** A duration that may be zero, in milliseconds. */
export const duration = () =>
  z.pipe(z.string(needsDuration).check(z.regex(durationPattern, needsDuration), isShort), z.transform(toMs));

/** A duration that no timer has to keep, in milliseconds. */
export const longDuration = () =>
  z.pipe(z.string(needsDuration).check(z.regex(durationPattern, needsDuration)), z.transform(toMs));

/** A time limit above zero, in milliseconds. */
export const timeLimit = () => duration().check(z.refine((ms) => ms > 0, "must be more than 0"));

const needsLimit = `${needsDuration}, or off`;
const limitPattern = new RegExp(`^off$|${durationPattern.source}`);
const toLimit = (written: string): number | null => (written === "off" ? null : toMs(written));

/** A time limit above zero in milliseconds, or null for `off`. */
export const timeLimitOrOff = () =>
  z
    .pipe(z.string(needsLimit).check(z.regex(limitPattern, needsLimit), isShort), z.transform(toLimit))
    .check(z.refine((ms) => ms !== 0, "must be more than 0; write off for no limit"));

const needsSize = "must be a size with a unit, such as 64KB, 10MB or 10MiB";
const isCountable = (bytes: number) => bytes > 0 && Number.isSafeInteger(bytes);

/** A size above zero, in bytes. */
export const size = () =>
  z
    .pipe(z.string(needsSize).check(z.regex(sizePattern, needsSize)), z.transform(toBytes))
    .check(z.refine(isCountable, "must be more than 0 and at most 9,007,199 GB"));

// A value that came out of ${VAR} is text; only here is known that a number or a yes/no is wanted.
const reread = z.transform((value: unknown): unknown => {
  if (typeof value !== "string") return value;
  if (/^-?\d{1,15}$/.test(value)) return Number(value);
  return value === "true" || (value === "false" ? false : value);
});

/** A whole number within bounds. */
export const integer = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.pipe(reread, z.int().check(z.gte(least), z.lte(most)));

/** `true` or `false`. */
export const flag = () => z.pipe(reread, z.boolean());
