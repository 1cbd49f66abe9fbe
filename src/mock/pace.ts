import { createWaits } from "./faults/waits.ts";
import { createDraw } from "./seed.ts";
import type { StreamShape } from "./shape.ts";

const atOnce = (): number => 0;

const isStill = ({ ttft, gap }: StreamShape): boolean =>
  ttft.kind === "fixed" && gap.kind === "fixed" && ttft.ms === 0 && gap.ms === 0;

/** The waits of one answer: milliseconds before its first piece, then before each further one. `name` is what they are drawn by. */
export const paceOf = (shape: StreamShape, isFixed: boolean, name: () => string): (() => number) =>
  isFixed || isStill(shape) ? atOnce : createWaits(shape, createDraw(name()));
