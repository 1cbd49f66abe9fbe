const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const bytesPerUnit: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** A duration as it is written: `250ms`, `30s`, `10m`, `1h`, `30d`, and joined as in Go's `1m30s`. */
export const durationPattern = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
/** A size as it is written: `64KB` and `10MB` count in thousands, `10MiB` in 1024. */
export const sizePattern = /^\d+(?:\.\d+)?(?:B|KB|MB|GB|KiB|MiB|GiB)$/;

/** The longest delay a timer keeps, about 596 hours; a longer one would fire at once. */
export const longestMs = 2 ** 31 - 1;

const sum = (text: string, units: Readonly<Record<string, number>>): number => {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)([A-Za-z]+)/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? Number.NaN);
  }
  return Math.round(total);
};

/** Turns text that fits `durationPattern` into whole milliseconds. */
export const toMs = (text: string): number => sum(text, msPerUnit);

/** Turns text that fits `sizePattern` into whole bytes. */
export const toBytes = (text: string): number => sum(text, bytesPerUnit);
