import type { Fault, FaultWhen } from "../fault.ts";

const holds = (when: FaultWhen, place: number, draw: () => number): boolean => {
  switch (when.kind) {
    case "always":
      return true;
    case "first":
      return place < when.count;
    case "nth":
      return when.places.includes(place + 1);
    case "every":
      return (place + 1) % when.count === 0;
    case "probability":
      return draw() < when.share;
  }
};

const none: readonly Fault[] = [];

/**
 * The faults that strike a request, in their order.
 *
 * `place` counts from 0 the requests their fixture was found for in its scope. Each fault with a probability takes one
 * number of `draw`, in the order of the list, so that faults added behind change nothing before.
 */
export const strikes = (faults: readonly Fault[], place: number, draw: () => number): readonly Fault[] =>
  faults.length === 0 ? none : faults.filter(({ when }) => holds(when, place, draw));
