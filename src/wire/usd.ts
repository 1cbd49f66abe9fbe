/** Says billionths of a US dollar in dollars, exactly: at least two decimals, at most nine. */
export const toUsd = (nanoUsd: number): string => {
  const digits = String(nanoUsd).padStart(10, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/0{1,7}$/, "");
};
