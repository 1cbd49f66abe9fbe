/** How a seal of another provider begins in a JSON text (`dialects/signature.ts`), plain and in base64. */
const marks = ["qlite:", "cWxpdGU6"] as const;
/** What may stand before the plain one (`dialects/openai-responses/seal.ts`). */
const notes = ["", "call.", "redacted."] as const;

const [quote, backslash] = [0x22, 0x5c] as const;

/** Whether a text of the JSON begins with the mark at `at`; an escaped quote stands inside of one. */
const startsString = (body: Buffer, at: number): boolean =>
  notes.some((note) => {
    const start = at - note.length;
    const isNoted = start > 0 && body.toString("latin1", start, at) === note;
    return isNoted && body[start - 1] === quote && body[start - 2] !== backslash;
  });

/**
 * Tells whether a request carries a seal that was made for this proxy to read: its history began with a provider of
 * another dialect, and the client's own service would refuse it.
 *
 * Costs a search through the bytes, some 50 us a megabyte.
 */
export const hasForeignSeal = (body: Uint8Array): boolean => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (const mark of marks) {
    for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + 1)) {
      if (startsString(bytes, at)) return true;
    }
  }
  return false;
};
