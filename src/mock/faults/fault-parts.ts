// The parts of a written fault.
import * as z from "zod/mini";
import { block, describe, duration, flag, integer } from "../../config/fields.ts";
import { durationPattern, toMs } from "../../config/units.ts";
import { canHalfClose } from "./half-close.ts";

export const maybe = <S extends z.ZodMiniType>(schema: S, description: string) =>
  describe(z.optional(schema), description);

/** The greatest place of an event, or count of bytes, that a fault may name. */
const most = 1_000_000_000;
export const count = (least: number) => integer(least, most);
const share = () => z.number("must be a number from 0 to 1").check(z.gte(0), z.lte(1));
export const yes = () => z.pipe(flag(), z.literal(true, "must be true, or be left out"));
export const filled = () => z.string().check(z.minLength(1, "must not be empty"));

const exactlyOne = <T extends object>(names: readonly (keyof T & string)[]) =>
  z.refine<T>(
    (value) => names.filter((name) => value[name] !== undefined).length === 1,
    `needs exactly one of ${names.join(", ")}`,
  );

export const when = block({
  first: maybe(count(1), "The first so many requests."),
  nth: maybe(
    z.union(
      [count(1), z.array(count(1)).check(z.minLength(1))],
      "must be a place, or a list of places, counted from 1",
    ),
    "The requests at these places, counted from 1.",
  ),
  every: maybe(count(1), "Each so-many-th request."),
  probability: maybe(share(), "Drawn from seed, scope and ordinal; 0 to 1."),
}).check(exactlyOne(["first", "nth", "every", "probability"]));

export const after = block({
  events: maybe(count(0), "Whole events the client has received by then."),
  bytes: maybe(count(0), "Bytes of the body."),
  ms: maybe(integer(0, 3_600_000), "Milliseconds of the mock's clock since the request."),
}).check(exactlyOne(["events", "bytes", "ms"]));

export const close = z
  .enum(["fin", "reset"])
  .check(
    z.refine(
      (how: "fin" | "reset") => how === "reset" || canHalfClose,
      "a FIN in the middle of a reply cannot be sent on Windows; write reset",
    ),
  );

const needsStall = "must be forever, or a duration such as 30s";

/** Milliseconds, Infinity for ever. */
export const stall = z.pipe(
  z.string(needsStall).check(z.regex(new RegExp(`^forever$|${durationPattern.source}`), needsStall)),
  z.transform((written) => (written === "forever" ? Infinity : toMs(written))),
);

export const slow = block({
  ttft: maybe(duration(), "Before the first piece, and before a whole answer."),
  gap: maybe(duration(), "Before each further piece."),
}).check(z.refine(({ ttft, gap }) => ttft !== undefined || gap !== undefined, "needs ttft or gap"));

export const truncate = block({
  bytes: maybe(count(0), "Bytes that are left."),
  events: maybe(count(0), "Whole events that are left."),
  fraction: maybe(share(), "The share of the bytes that is left; 0 to 1."),
}).check(exactlyOne(["bytes", "events", "fraction"]));

export const drop = z.union(
  [z.enum(["done", "finish"]), count(1)],
  "must be done, finish, or the place of an event from 1",
);

export const errorEvent = z.union(
  [
    yes(),
    block({
      code: maybe(filled(), "What the error is called; the words of one provider become those of the dialect."),
      message: maybe(filled(), "What it says."),
    }),
  ],
  "must be true, or a map with code and message",
);
