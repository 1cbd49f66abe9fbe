/** Bounds of what comes from outside. */
const maxLetters = 200;

/** Cut to size, and never half of a surrogate pair: what is no Unicode could spoil a batch for its other spans. */
const shorten = (text: string): string => text.slice(0, maxLetters).toWellFormed();

/** A text from outside as a string of JSON, cut to size. */
export const toJsonText = (text: string): string => JSON.stringify(shorten(text));

/** An instant in milliseconds since 1970 as OTLP writes it: nanoseconds, as a text. */
export const toNanos = (ms: number): string => {
  const whole = Math.floor(ms);
  // The one in front keeps the zeros behind it.
  return `"${whole}${String(1e6 + Math.min(999_999, Math.round((ms - whole) * 1e6))).slice(1)}"`;
};
