const zero = 0x30;

/** Says billionths of a US dollar in dollars, exactly: at least two decimals, at most nine. */
export const toUsd = (nanoUsd: number): string => {
  const rest = nanoUsd % 1e9;
  // The one in front keeps the zeros behind it.
  const digits = String(1e9 + rest);
  let end = digits.length;
  while (end > 3 && digits.charCodeAt(end - 1) === zero) end -= 1;
  return `${(nanoUsd - rest) / 1e9}.${digits.slice(1, end)}`;
};

/** The same of a sum that a number may not hold, or that may be negative, and without needless zeros: for programs. */
export const toPlainUsd = (nanoUsd: bigint): string => {
  const digits = String(nanoUsd < 0n ? -nanoUsd : nanoUsd).padStart(10, "0");
  const part = digits.slice(-9).replace(/0+$/, "");
  return `${nanoUsd < 0n ? "-" : ""}${digits.slice(0, -9)}${part === "" ? "" : `.${part}`}`;
};

/** The same as the nearest number of dollars. */
export const toUsdNumber = (nanoUsd: number): number => nanoUsd / 1e9;
