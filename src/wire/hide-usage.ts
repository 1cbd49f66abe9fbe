/** Takes the bytes of a stream in, cut anywhere, and gives those to hand on. */
export type ByteFilter = (chunk: Uint8Array) => Uint8Array;

const lf = 0x0a;
const cr = 0x0d;

/** The longest event that is held back to be looked at; of a longer one the bytes simply pass. */
const maxHeldBytes = 1_048_576;

const looksEmpty = /"choices"\s*:\s*\[\s*\]/;
const decoder = new TextDecoder();

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** Whether an event says nothing but the usage: no choices, and a usage. */
const isUsageAlone = (event: Uint8Array): boolean => {
  const text = decoder.decode(event);
  if (!text.includes('"usage"') || !looksEmpty.test(text)) return false;
  try {
    const data: unknown = JSON.parse(text.replace(/^[\s\S]*?data:/, ""));
    return isObject(data) && isObject(data["usage"]) && Array.isArray(data["choices"]) && data["choices"].length === 0;
  } catch {
    return false;
  }
};

/** The offset behind the blank line that ends the event at `from`, -1 when it has not come yet. */
const endOf = (bytes: Uint8Array, from: number): number => {
  for (let at = bytes.indexOf(lf, from); at !== -1; at = bytes.indexOf(lf, at + 1)) {
    if (bytes[at + 1] === lf) return at + 2;
    if (bytes[at + 1] === cr && bytes[at + 2] === lf) return at + 3;
  }
  return -1;
};

const join = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
};

/**
 * Makes a filter that takes the usage event out of a chat stream, for a client that did not ask for one: an event
 * without choices breaks some. All other bytes pass as they came, an event at a time.
 *
 * Lines that end in a lone CR are not told apart, so that such a stream passes whole.
 */
export const createUsageHider = (): { readonly filter: ByteFilter; readonly rest: () => Uint8Array } => {
  let held: Uint8Array = new Uint8Array(0);
  return {
    filter: (chunk) => {
      const bytes = join(held, chunk);
      let from = 0;
      let kept: Uint8Array = new Uint8Array(0);
      for (let end = endOf(bytes, from); end !== -1; end = endOf(bytes, from)) {
        const event = bytes.subarray(from, end);
        if (!isUsageAlone(event)) kept = join(kept, event);
        from = end;
      }
      const isLong = bytes.length - from > maxHeldBytes;
      held = isLong ? new Uint8Array(0) : bytes.slice(from);
      return isLong ? join(kept, bytes.subarray(from)) : kept;
    },
    rest: () => held,
  };
};
