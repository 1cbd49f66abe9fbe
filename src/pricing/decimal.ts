/** An exact decimal number, `digits` / 10 ^ `scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Gives the decimal that a number was written as: of all that are read as this number, the shortest. */
export const toDecimal = (value: number): Decimal => {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) };
};

export const multiply = (one: Decimal, other: Decimal): Decimal => ({
  digits: one.digits * other.digits,
  scale: one.scale + other.scale,
});

/** Gives the decimal times 10 ^ `power`, null when that is not whole or not a safe integer. */
export const toWhole = ({ digits, scale }: Decimal, power: number): number | null => {
  const shift = power - scale;
  const divisor = shift < 0 ? 10n ** BigInt(-shift) : 1n;
  if (digits % divisor !== 0n) return null;
  const whole = Number(shift < 0 ? digits / divisor : digits * 10n ** BigInt(shift));
  return Number.isSafeInteger(whole) ? whole : null;
};

export const toNumber = ({ digits, scale }: Decimal): number => Number(`${digits}e${-scale}`);
