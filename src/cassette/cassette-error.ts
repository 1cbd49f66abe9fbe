/** Cassettes that cannot be read: a line for each, `file:line:column path: what is wrong`. */
export class CassetteError extends Error {
  override readonly name = "CassetteError";
}
