import { createWaits } from "../faults/waits.ts";
import { createDraw } from "../seed.ts";
import type { StreamShape } from "../shape.ts";

/** What waits are drawn by. */
interface Placed {
  readonly scope: { readonly seed: number; readonly name: string };
  readonly ordinal: number;
}

const atOnce = (): number => 0;

const isStill = ({ ttft, gap }: StreamShape): boolean =>
  ttft.kind === "fixed" && gap.kind === "fixed" && ttft.ms === 0 && gap.ms === 0;

/** The waits of the answer to a call: milliseconds before its first piece, then before each further one. */
export const paceOf = (shape: StreamShape, isFixed: boolean, { scope, ordinal }: Placed): (() => number) =>
  isFixed || isStill(shape) ? atOnce : createWaits(shape, createDraw(`${scope.seed}/${scope.name}/${ordinal}/pace`));
