/** What the service takes for `toolUseId`. */
const valid = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Makes what gives the id of a tool call in the words the service takes; a call and its result get the same one.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html (read 2026-11-22)
 */
export const createToolIds = (): ((id: string) => string) => {
  const given = new Map<string, string>();
  return (id) => {
    if (valid.test(id)) return id;
    const known = given.get(id);
    if (known !== undefined) return known;
    const suffix = `_${given.size}`;
    const made = id.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64 - suffix.length) + suffix;
    given.set(id, made);
    return made;
  };
};

/**
 * Makes what gives the name of a document: letters, digits, single spaces, hyphens, parentheses and square brackets, no
 * name twice. One without a name is `document`.
 *
 * @see https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html (read 2026-11-22)
 */
export const createDocumentNames = (): ((name: string | null) => string) => {
  const given = new Map<string, number>();
  return (name) => {
    const clean = (name ?? "")
      .replaceAll(/[^a-zA-Z0-9\s()[\]-]+/g, "-")
      .replaceAll(/\s+/g, " ")
      .slice(0, 180)
      .trim();
    const base = clean === "" || clean === "-" ? "document" : clean;
    let count = given.get(base) ?? 0;
    let made = base;
    // The count goes on where it was, so that many documents of one name take no longer than any others.
    for (; given.has(made); made = `${base} (${count})`) count += count === 0 ? 2 : 1;
    given.set(base, count);
    given.set(made, given.get(made) ?? 0);
    return made;
  };
};
