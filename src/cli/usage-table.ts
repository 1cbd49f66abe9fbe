import { toFields } from "../ledger/report-json.ts";
import type { Report, Sums } from "../ledger/report.ts";
import { fit, toHarmless, type Paint } from "./tail-text.ts";

const toCount = (value: number): string => value.toLocaleString("en-US");

const tenthOfMill = 100_000n;

/** USD with four digits behind the point, rounded; what would be rounded to nothing is told to be less. */
const toCost = ({ costNanoUsd, unpricedRequests }: Sums): string => {
  if (costNanoUsd === null) return unpricedRequests > 0 ? "unknown" : "-";
  const rounded = (costNanoUsd + tenthOfMill / 2n) / tenthOfMill;
  if (rounded === 0n && costNanoUsd > 0n) return "<0.0001";
  return `${(rounded / 10_000n).toLocaleString("en-US")}.${String(rounded % 10_000n).padStart(4, "0")}`;
};

interface Column {
  readonly title: string;
  readonly of: (sums: Sums) => string;
  /** Left out when nothing is in it. */
  readonly isOptional?: boolean;
  /** The higher, the sooner it gives way on a narrow terminal; 0 never does. */
  readonly yields: number;
}

const columns: readonly Column[] = [
  { title: "REQUESTS", of: ({ requests }) => toCount(requests), yields: 0 },
  { title: "ERRORS", of: ({ errors }) => toCount(errors), yields: 1 },
  { title: "INPUT", of: ({ inputTokens }) => toCount(inputTokens), yields: 0 },
  { title: "CACHED", of: ({ cachedInputTokens }) => toCount(cachedInputTokens), yields: 2 },
  { title: "OUTPUT", of: ({ outputTokens }) => toCount(outputTokens), yields: 0 },
  { title: "REASONING", of: ({ reasoningTokens }) => toCount(reasoningTokens), yields: 3 },
  { title: "ESTIMATED", of: ({ estimatedRequests }) => toCount(estimatedRequests), isOptional: true, yields: 4 },
  { title: "UNPRICED", of: ({ unpricedRequests }) => toCount(unpricedRequests), isOptional: true, yields: 5 },
  { title: "COST USD", of: toCost, yields: 0 },
];

const gap = "  ";
/** Columns for a name on a terminal: a client may have invented one of any length. */
const longestName = 48;
const shortestName = 16;
const nothing = "(none)";

interface Block {
  readonly title: string;
  readonly cells: readonly string[];
  readonly align: "left" | "right";
  readonly width: number;
}

const toBlock = (title: string, cells: readonly string[], align: Block["align"], longest: number): Block => {
  const widest = Math.max(title.length, ...cells.map((cell) => Bun.stringWidth(cell)));
  return { title, cells, align, width: Math.min(widest, longest) };
};

/** All names together take at most two fifths of a terminal. */
const toLongest = (width: number | null, names: number): number =>
  width === null
    ? Number.POSITIVE_INFINITY
    : Math.max(shortestName, Math.min(longestName, Math.floor((width * 0.4) / names)));

const widthOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, { width }) => sum + width, gap.length * (blocks.length - 1));

/** The blocks of numbers that fit beside the names. */
const toNumbers = (all: readonly Sums[], total: Sums, room: number): readonly Block[] => {
  let kept = columns.filter(({ of, isOptional }) => isOptional !== true || of(total) !== "0");
  const blocks = (): readonly Block[] =>
    kept.map(({ title, of }) => toBlock(title, all.map(of), "right", Number.POSITIVE_INFINITY));
  while (widthOf(blocks()) > room && kept.some(({ yields }) => yields > 0)) {
    const first = Math.max(...kept.map(({ yields }) => yields));
    kept = kept.filter(({ yields }) => yields !== first);
  }
  return blocks();
};

const plural = (count: number, what: string): string => `${toCount(count)} ${what}${count === 1 ? "" : "s"}`;

const toNotes = ({ rows, total, groups }: Report): string[] => {
  const { unpricedRequests: unpriced, estimatedRequests: estimated } = total;
  const notes = [];
  if (groups > rows.length)
    notes.push(`${toCount(rows.length)} of ${toCount(groups)} groups are listed; the total is of all.`);
  if (unpriced > 0)
    notes.push(`The cost of ${plural(unpriced, "request")} is not known and in no sum; see \`prices\` in the config.`);
  if (estimated > 0)
    notes.push(`The tokens of ${plural(estimated, "request")} are estimated, because the upstream told none.`);
  return notes;
};

/**
 * Lays a report out for people, `width` columns wide at most where that is possible; null is no limit.
 *
 * Names are spelled so that they cannot steer the terminal.
 */
export const toTable = (report: Report, width: number | null, paint: Paint): string => {
  const { by, rows, total } = report;
  const since = `since ${new Date(report.since).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  if (rows.length === 0) return `No exchanges ${since}.\n`;
  const longest = toLongest(width, by.length);
  const names = by.map((grouping, index) => {
    const cells = rows.map(({ group }) => toHarmless(group[index] ?? nothing));
    return toBlock(grouping.toUpperCase(), [...cells, index === 0 ? "total" : ""], "left", longest);
  });
  const room = width === null ? Number.POSITIVE_INFINITY : width - widthOf(names) - gap.length;
  const blocks = [...names, ...toNumbers([...rows, total], total, room)];
  const line = (cellOf: (block: Block) => string): string =>
    blocks
      .map((block) => fit(cellOf(block), block.width, block.align))
      .join(gap)
      .trimEnd();
  const lines = [
    `Usage ${since}`,
    "",
    paint(
      "dim",
      line(({ title }) => title),
    ),
    ...rows.map((_, index) => line(({ cells }) => cells[index] ?? "")),
    paint("dim", "─".repeat(widthOf(blocks))),
    line(({ cells }) => cells[rows.length] ?? ""),
  ];
  const notes = toNotes(report);
  return `${[...lines, ...(notes.length > 0 ? ["", ...notes.map((note) => paint("yellow", note))] : [])].join("\n")}\n`;
};

/** A name that a spreadsheet would take for a formula; clients may invent one. */
const formula = /^[=+\-@\t\r]/;

const toInert = (name: string | null): string => (name !== null && formula.test(name) ? `'${name}` : (name ?? ""));

const quote = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/**
 * The rows as comma-separated values with a head and without the total; what is not known is empty. Each cell is written
 * as `spell` gives it; a name that a spreadsheet would run as a formula has a `'` in front.
 *
 * @see RFC 4180
 */
export const toCsv = ({ by, rows, total }: Report, spell: (cell: string) => string): string => {
  const head = [...by, ...Object.keys(toFields(total))];
  const lines = rows.map((row) => [...row.group.map(toInert), ...Object.values(toFields(row))]);
  return [head, ...lines]
    .map((cells) => `${cells.map((cell) => quote(spell(String(cell ?? "")))).join(",")}\r\n`)
    .join("");
};
