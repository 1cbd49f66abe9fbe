/** What a report can be divided by. */
export const groupings = ["model", "key", "provider", "day"] as const;

export type Grouping = (typeof groupings)[number];

/** What is asked of the ledger. */
export interface ReportQuery {
  /** In this order, each once, at least one. */
  readonly by: readonly Grouping[];
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** What is wrong with a query, for the one who wrote it. */
export interface QueryFault {
  readonly param: "by" | "since";
  readonly message: string;
}

export type ParsedQuery =
  | { readonly kind: "ok"; readonly query: ReportQuery }
  | { readonly kind: "faulty"; readonly fault: QueryFault };

const show = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

const parseBy = (text: string): readonly Grouping[] | null => {
  const by: Grouping[] = [];
  for (const word of text.split(",")) {
    const grouping = groupings.find((known) => known === word.trim());
    if (grouping === undefined || by.includes(grouping)) return null;
    by.push(grouping);
  }
  return by;
};

const msPerUnit: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const parseInstant = (text: string): number | null => {
  const form = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/.exec(text);
  if (form?.[1] === undefined) return null;
  // A date that is none, such as February 30, may become one of the next month.
  const day = new Date(`${form[1]}T00:00:00Z`);
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== form[1]) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
};

const parseSince = (text: string, now: number): number | null => {
  const span = /^(\d{1,6})([mhdw])$/.exec(text);
  if (span === null) return parseInstant(text);
  return Math.max(0, now - Number(span[1]) * (msPerUnit[span[2] ?? ""] ?? Number.NaN));
};

const faulty = (param: QueryFault["param"], message: string): ParsedQuery => ({
  kind: "faulty",
  fault: { param, message },
});

/**
 * Reads a query as people write it: `by` is groupings with commas between them, `since` a span up to now (`30m`, `24h`,
 * `7d`, `2w`), a day of UTC, or an instant.
 *
 * What is missing is `model`, and `7d`. `now` is milliseconds since 1970.
 */
export const parseQuery = (by: string | null, since: string | null, now: number): ParsedQuery => {
  const groups = parseBy(by ?? "model");
  if (groups === null) {
    return faulty(
      "by",
      `by is ${show(by ?? "")}; it must be of ${groupings.join(", ")}, each once, with commas between`,
    );
  }
  const at = parseSince(since ?? "7d", now);
  if (at === null) {
    return faulty(
      "since",
      `since is ${show(since ?? "")}; it must be like 24h, 7d, 2026-11-01 or 2026-11-01T12:00:00Z`,
    );
  }
  return { kind: "ok", query: { by: groups, since: at } };
};
