const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Resolves when what was written to a socket in this turn of the event loop has been given to the system.
 *
 * Bun 1.4.5 keeps the writes of a turn to its end, and an error before that throws them away.
 */
export const flushed = async (): Promise<void> => {
  await turn();
  await turn();
};
