import * as z from "zod/mini";
import { block, describe, duration, integer } from "../../config/fields.ts";
import type { StreamShape, Wait } from "../shape.ts";
import { longestWaitMs } from "./waits.ts";

const maybe = <S extends z.ZodMiniType>(schema: S, description: string) => describe(z.optional(schema), description);

const needsWait =
  "must be 0, a duration such as 300ms, or a distribution such as { dist: lognormal, p50: 18ms, p99: 90ms }";

/** 0 needs no unit. */
const time = () =>
  z
    .union(
      [
        z.pipe(
          z.literal(0),
          z.transform(() => 0),
        ),
        duration(),
      ],
      "must be 0, or a duration such as 300ms",
    )
    .check(z.refine((ms) => ms <= longestWaitMs, "must be at most 1h"));

const kind = <Kind extends string>(name: Kind) => describe(z.literal(name), "Which distribution.");

const distribution = z.discriminatedUnion(
  "dist",
  [
    block({ dist: kind("fixed"), ms: describe(time(), "How long.") }),
    block({
      dist: kind("uniform"),
      min: describe(time(), "The shortest wait."),
      max: describe(time(), "The longest wait."),
    }).check(z.refine(({ min, max }) => min <= max, "has a min above its max")),
    block({
      dist: kind("normal"),
      mean: describe(time(), "The mean wait."),
      deviation: describe(time(), "The standard deviation."),
    }),
    block({
      dist: kind("lognormal"),
      p50: describe(time(), "The wait that half of all are shorter than."),
      p99: describe(time(), "The wait that 99 of 100 are shorter than."),
    }).check(
      z.refine(({ p50, p99 }) => p50 <= p99, "has a p50 above its p99"),
      z.refine(({ p50, p99 }) => p50 > 0 || p99 === 0, "has a p50 of 0, of which no other percentile can be made"),
    ),
  ],
  "needs dist: fixed, uniform, normal or lognormal",
);

const wait = () => z.union([time(), distribution], needsWait);

/** How an answer is streamed, as files write it. */
export const streamSchema = block({
  chunk: maybe(
    block({
      by: describe(z.enum(["token", "char", "pieces"]), "Tokens or characters a piece, or the number of pieces."),
      size: describe(z.prefault(integer(1, 100_000), 1), "How many of them."),
    }),
    "How texts are cut; one token a piece without it.",
  ),
  ttft: maybe(wait(), "Before the first piece, and before a whole answer."),
  gap: maybe(wait(), "Before each further piece."),
});

/** A shape as the schema gives it. */
export type WrittenShape = z.output<typeof streamSchema>;

const toWait = (written: NonNullable<WrittenShape["ttft"]>): Wait => {
  if (typeof written === "number") return { kind: "fixed", ms: written };
  switch (written.dist) {
    case "fixed":
      return { kind: "fixed", ms: written.ms };
    case "uniform":
      return { kind: "uniform", minMs: written.min, maxMs: written.max };
    case "normal":
      return { kind: "normal", meanMs: written.mean, deviationMs: written.deviation };
    case "lognormal":
      return { kind: "lognormal", p50Ms: written.p50, p99Ms: written.p99 };
  }
};

/** Gives what was written of a shape; what was not is left to the one that holds for all. */
export const toShape = ({ chunk, ttft, gap }: WrittenShape): Partial<StreamShape> => ({
  ...(chunk === undefined ? {} : { chunk }),
  ...(ttft === undefined ? {} : { ttft: toWait(ttft) }),
  ...(gap === undefined ? {} : { gap: toWait(gap) }),
});
