/** What could steer a terminal, hide or turn around what stands beside it: controls, formats, line separators. */
const harmful = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (sign: string): string =>
  Array.from({ length: sign.length }, (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

/** Gives the text with what could harm a terminal spelled out, as in JSON: a JSON text stays the same value. */
export const toHarmless = (text: string): string => text.replaceAll(harmful, escaped);

/**
 * Cuts a text that is too long, an ellipsis at its end. A sign of two columns may be half in: Bun 1.4.5 takes it whole, and
 * its own ellipsis comes on top of that.
 */
const cut = (text: string, width: number): string => {
  const whole = Bun.sliceAnsi(text, 0, width - 1);
  return `${Bun.stringWidth(whole) < width ? whole : Bun.sliceAnsi(text, 0, width - 2)}…`;
};

/** Fills or cuts a text to so many columns, at least two; `width` null leaves it as it is. */
export const fit = (text: string, width: number | null, align: "left" | "right" = "left"): string => {
  if (width === null) return text;
  const shown = Bun.stringWidth(text) > width ? cut(text, width) : text;
  const gap = " ".repeat(width - Bun.stringWidth(shown));
  return align === "left" ? `${shown}${gap}` : `${gap}${shown}`;
};

const codes = { dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const;

export type Colour = keyof typeof codes;

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour | null, text: string) => string;

export const paintNothing: Paint = (_, text) => text;

export const paintAnsi: Paint = (colour, text) => (colour === null ? text : `\u001b[${codes[colour]}m${text}\u001b[0m`);
