import type { Stage } from "../pipeline.ts";

/** Counts the exchanges under way; what an operator asks does not come by here. */
export const createInFlight = (): { readonly stage: Stage; readonly count: () => number } => {
  let open = 0;
  const end = (): void => {
    open -= 1;
  };
  return {
    stage: (next) => (exchange) => {
      open += 1;
      exchange.observers.push({ end });
      return next(exchange);
    },
    count: () => open,
  };
};
