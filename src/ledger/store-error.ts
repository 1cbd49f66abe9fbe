/** Why rows could not be written or read; its message holds no credentials and no rows. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  /** Whether the store took the request and said no to it, so that the same rows will be refused again. */
  readonly isRefusal: boolean;

  constructor(message: string, isRefusal = false) {
    super(message);
    this.isRefusal = isRefusal;
  }
}

/** One line of at most 200 characters out of whatever was thrown, for people. */
export const toLine = (thrown: unknown): string => {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
};
