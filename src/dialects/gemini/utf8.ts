/** Gives the place in UTF-16 units of a place in UTF-8 bytes; one inside a character is its begin, one behind the end the end. */
export const toUnits = (text: string, bytes: number): number => {
  const encoded = Buffer.from(text);
  let end = Math.min(bytes, encoded.length);
  // A byte 10xxxxxx goes on a character.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.toString("utf8", 0, end).length;
};

/** Gives the place in UTF-8 bytes of a place in UTF-16 units. */
export const toBytes = (text: string, units: number): number => Buffer.byteLength(text.slice(0, units));
