import { fit, toHarmless, type Colour, type Paint } from "./tail-text.ts";
import { numberOf, textOf, type Row } from "./tail-row.ts";

const unknown = "-";

const toMsText = (ms: number | null): string => {
  if (ms === null) return unknown;
  if (ms < 9.995) return `${ms.toFixed(2)}ms`;
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  return ms < 99_995 ? `${(ms / 1000).toFixed(2)}s` : `${Math.round(ms / 1000)}s`;
};

const toUsdText = (usd: number | null): string => {
  if (usd === null) return unknown;
  if (usd > 0 && usd < 0.000_001) return "<$0.000001";
  if (usd === 0) return "$0";
  return usd < 1 ? `$${usd.toFixed(6)}` : `$${usd.toFixed(2)}`;
};

const isEstimated = (row: Row): boolean => textOf(row, "usage_source") === "estimated";

const about = (row: Row, text: string): string => (isEstimated(row) && text !== unknown ? `~${text}` : text);

const toTokens = (row: Row): string => {
  const input = numberOf(row, "input_tokens");
  const output = numberOf(row, "output_tokens");
  return input === null && output === null ? unknown : about(row, `${input ?? "?"}>${output ?? "?"}`);
};

const toStatus = (row: Row): string => String(numberOf(row, "status") || "---");

const statusColour = (row: Row): Colour => {
  const status = numberOf(row, "status") ?? 0;
  if (status >= 500) return "red";
  if (status >= 400) return "yellow";
  return status >= 200 ? "green" : "magenta";
};

/** Who was asked for what, as it reads best: `smart -> openai/gpt-5.4`, or the path when there is no model. */
const toTarget = (row: Row): string => {
  const model = textOf(row, "model");
  const provider = textOf(row, "provider");
  const target = textOf(row, "target_model");
  const asked = model ?? `${textOf(row, "method") ?? ""} ${textOf(row, "path") ?? ""}`;
  if (provider === null || asked === `${provider}/${target}`) return asked;
  return target === null || target === model ? `${asked} -> ${provider}` : `${asked} -> ${provider}/${target}`;
};

/** What tells most: the error's code, unless the ending says the same. */
const toEnd = (row: Row): string => {
  const ended = textOf(row, "ended") ?? unknown;
  return ended === "client_gone" || ended === "upstream_cut" ? ended : (textOf(row, "error") ?? ended);
};

const endColours: Readonly<Record<string, Colour>> = { complete: "dim", client_gone: "magenta" };

const endColour = (row: Row): Colour => endColours[textOf(row, "ended") ?? ""] ?? "red";

interface Column {
  readonly title: string;
  /** null for the two that share what is left over. */
  readonly width: number | null;
  readonly align: "left" | "right";
  readonly text: (row: Row) => string;
  readonly colour: (row: Row) => Colour | null;
}

const plain = (): null => null;
const dim = (): Colour => "dim";

const columns = {
  time: {
    title: "TIME (UTC)",
    width: 12,
    align: "left",
    text: (row) => (textOf(row, "at") ?? "").slice(11, 23),
    colour: dim,
  },
  status: { title: "STA", width: 3, align: "left", text: toStatus, colour: statusColour },
  target: { title: "MODEL -> PROVIDER", width: null, align: "left", text: toTarget, colour: plain },
  tokens: { title: "IN>OUT", width: 13, align: "right", text: toTokens, colour: plain },
  cost: {
    title: "COST",
    width: 11,
    align: "right",
    text: (row) => about(row, toUsdText(numberOf(row, "cost_usd"))),
    colour: () => "cyan",
  },
  ttfb: {
    title: "TTFB",
    width: 7,
    align: "right",
    text: (row) => toMsText(numberOf(row, "ttfb_ms")),
    colour: plain,
  },
  total: {
    title: "TOTAL",
    width: 7,
    align: "right",
    text: (row) => toMsText(numberOf(row, "total_ms")),
    colour: plain,
  },
  overhead: {
    title: "PROXY",
    width: 7,
    align: "right",
    text: (row) => toMsText(numberOf(row, "overhead_ms")),
    colour: dim,
  },
  ended: { title: "ENDED", width: null, align: "left", text: toEnd, colour: endColour },
} as const satisfies Record<string, Column>;

type ColumnName = keyof typeof columns;

const order: readonly ColumnName[] = [
  "time",
  "status",
  "target",
  "tokens",
  "cost",
  "ttfb",
  "total",
  "overhead",
  "ended",
];
/** What is left out first where there is no room. */
const leftOut: readonly ColumnName[] = ["overhead", "ttfb", "time", "cost", "tokens", "total", "ended"];

/** Columns that the two flexible ones want at least, together. */
const leastFlexible = 36;

interface Shown {
  readonly column: Column;
  /** null does not cut. */
  readonly width: number | null;
}

const roomOf = (names: readonly ColumnName[], width: number): number =>
  names.reduce((room, name) => room - (columns[name].width ?? 0) - 1, width + 1);

/** Chooses the columns for a terminal of this width and gives each its own; the last one is never filled up. */
export const toLayout = (width: number | null): readonly Shown[] => {
  if (width === null) {
    return order.map((name) => ({ column: columns[name], width: name === "target" ? 40 : columns[name].width }));
  }
  let names = order;
  for (const name of leftOut) {
    if (roomOf(names, width) >= leastFlexible) break;
    names = names.filter((kept) => kept !== name);
  }
  const room = Math.max(8, roomOf(names, width));
  const forEnd = names.includes("ended") ? Math.min(32, Math.max(12, Math.floor(room * 0.4))) : 0;
  return names.map((name) => {
    const flexible = name === "ended" ? forEnd : room - forEnd;
    return { column: columns[name], width: columns[name].width ?? flexible };
  });
};

/** Cut to its column on a terminal; elsewhere only filled up, for there is no edge. */
const cell = (text: string, { column, width }: Shown, isCut: boolean): string => {
  const whole = !isCut && width !== null && Bun.stringWidth(text) > width;
  return fit(text, whole ? null : width, column.align);
};

/** Writes one exchange as one line without its line break; nothing in it can steer a terminal but our own colours. */
export const toLine = (row: Row, width: number | null, paint: Paint): string =>
  toLayout(width)
    .map((shown) => paint(shown.column.colour(row), cell(toHarmless(shown.column.text(row)), shown, width !== null)))
    .join(" ")
    .trimEnd();

/** The names of the columns, as `toLine` lays them out. */
export const toTitles = (width: number | null, paint: Paint): string =>
  paint(
    "dim",
    toLayout(width)
      .map((shown) => cell(shown.column.title, shown, width !== null))
      .join(" ")
      .trimEnd(),
  );
