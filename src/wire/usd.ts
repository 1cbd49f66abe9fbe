const zero = 0x30;

/** Says billionths of a US dollar in dollars, exactly: at least two decimals, at most nine. */
export const toUsd = (nanoUsd: number): string => {
  const digits = String(nanoUsd).padStart(10, "0");
  const point = digits.length - 9;
  let end = digits.length;
  while (end > point + 2 && digits.charCodeAt(end - 1) === zero) end -= 1;
  return `${digits.slice(0, point)}.${digits.slice(point, end)}`;
};
