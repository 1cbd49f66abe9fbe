const sane = /^[A-Za-z0-9._:-]{1,128}$/;

/** Gives the client's `x-request-id` when it is 1 to 128 plain characters, else a new time-ordered one. */
export const toRequestId = (given: string | null): string =>
  given !== null && sane.test(given) ? given : Bun.randomUUIDv7();
