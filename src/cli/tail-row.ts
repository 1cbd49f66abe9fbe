/** An exchange as the gateway tells it: a flat object, of which a newer gateway may know more fields than we. */
export type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads one line; null for what is no object of JSON. */
export const parseRow = (line: string): Row | null => {
  try {
    const value: unknown = JSON.parse(line);
    return isRow(value) ? value : null;
  } catch {
    return null;
  }
};

export const textOf = (row: Row, name: string): string | null => {
  const value = row[name];
  return typeof value === "string" ? value : null;
};

export const numberOf = (row: Row, name: string): number | null => {
  const value = row[name];
  return typeof value === "number" ? value : null;
};
