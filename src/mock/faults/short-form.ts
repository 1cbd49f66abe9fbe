import { ProxyError } from "../../errors.ts";

type Fields = Record<string, unknown>;

const example = "such as status=429; retry_after_ms=0, or JSON";
/** A fault that cannot be read. */
export const refuse = (message: string): ProxyError => new ProxyError("invalid_request", `A fault ${message}`);

const toScalar = (text: string): unknown => {
  if (text === "true" || text === "false") return text === "true";
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
};

const scalarsOf = (words: readonly string[]): unknown =>
  words.length === 1 ? toScalar(words[0] ?? "") : words.map(toScalar);

/** Values with a unit, in the short form: `after=3 events`, `on=first 2`, `truncate=0.5 fraction`, `slow=1s 20ms`. */
const toValue = (key: string, text: string): unknown => {
  const words = text.split(/\s+/);
  const [first = "", ...rest] = words;
  if (key === "on") return rest.length === 0 ? text : { [first]: scalarsOf(rest) };
  if ((key === "after" || key === "truncate") && rest.length === 1) {
    const unit = rest[0] ?? "";
    return { [unit === "event" || unit === "byte" ? `${unit}s` : unit]: toScalar(first) };
  }
  if (key === "slow") return { ttft: first, ...(rest.length === 0 ? {} : { gap: rest.join(" ") }) };
  // Text may look like a number.
  return key === "code" || key === "message" ? text : toScalar(text);
};

/** The fields of the short form: `close=reset; after=3 events`; a key alone is `true`, `error_event.code=x` stands inside. */
const readShort = (text: string): Fields => {
  const fields: Fields = {};
  for (const piece of text.split(";")) {
    const [written = "", ...values] = piece.split("=");
    const key = written.trim();
    if (key === "") continue;
    const value = values.join("=").trim();
    const [outer = "", inner] = key.split(".");
    if (Object.hasOwn(fields, inner === undefined ? key : "")) throw refuse(`says ${key} twice`);
    if (inner === undefined) fields[key] = values.length === 0 ? true : toValue(key, value);
    else {
      const held = fields[outer];
      fields[outer] = {
        ...(typeof held === "object" ? held : {}),
        [inner]: inner === "message" ? value : toScalar(value),
      };
    }
  }
  return fields;
};

/**
 * Gives what stands in a text: JSON, or the short form; several faults are a list.
 *
 * @throws {ProxyError} `invalid_request`
 */
export const readText = (text: string): unknown => {
  const trimmed = text.trim();
  if (trimmed === "") throw refuse(`is empty; write one, ${example}`);
  if (!trimmed.startsWith("{") && !trimmed.startsWith("[")) {
    const faults = trimmed.split(",").map(readShort);
    return faults.length === 1 ? faults[0] : faults;
  }
  try {
    return JSON.parse(trimmed);
  } catch {
    throw refuse(`is not valid JSON; write it so, or in the short form, ${example}`);
  }
};
