const allowed = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Starts a map from the ids of calls to ones the service takes: `^[a-zA-Z0-9_-]{1,64}$`.
 *
 * An id that fits stays as it is. Any other is made to fit, the same one always in the same way, and two never alike.
 * What an id becomes hangs on the ids before it alone, so that a conversation which grows keeps its cached prefix.
 */
export const createToolIds = (): ((id: string) => string) => {
  const mapped = new Map<string, string>();
  const taken = new Set<string>();
  return (id) => {
    const known = mapped.get(id);
    if (known !== undefined) return known;
    const base = allowed.test(id) ? id : id.slice(0, 64).replaceAll(/[^a-zA-Z0-9_-]/g, "_") || "call";
    let fit = base;
    for (let count = 2; taken.has(fit); count += 1) fit = `${base.slice(0, 56)}_${count}`;
    taken.add(fit);
    mapped.set(id, fit);
    return fit;
  };
};
