/**
 * Resolves with the name of the first signal that asks this process to end; the second one ends it at once.
 *
 * These are SIGTERM, SIGINT and the `further` ones.
 */
export const untilSignal = (further: readonly NodeJS.Signals[] = []): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let isEnding = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isEnding) process.exit(1);
      isEnding = true;
      resolve(signal);
    };
    for (const signal of ["SIGTERM", "SIGINT", ...further]) process.on(signal, onSignal);
  });
