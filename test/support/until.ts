/**
 * Waits until a condition holds, asking every 2 ms.
 *
 * @throws {Error} when it does not hold within `ms` milliseconds
 */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  ms = 2000,
  what = String(condition),
): Promise<void> => {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await Bun.sleep(2);
  }
};

/** Gives what a promise is rejected with; fails when it is not. */
export const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error("resolved, wanted a rejection");
};
