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

/** How long a client is given to take what has reached it before the connection breaks, milliseconds. */
const graceMs = 10;

/**
 * Resolves when a client has had time to take what was written.
 *
 * A reset that comes right behind the last bytes makes some clients forget them: without this Bun's own `fetch` lost the last
 * chunk of one broken reply in eight.
 */
export const taken = (): Promise<void> => Bun.sleep(graceMs);
