/** One part of a request that counts when it is compared. */
export interface Section {
  /** What it belongs to; the profile `conversation` looks at the body alone. */
  readonly part: "system" | "tools" | "body";
  /** For people, such as `messages[0] (system)`. */
  readonly name: string;
  /** What it is compared with on the other side; the name where it is left out. */
  readonly id?: string;
  /** JSON. */
  readonly value: unknown;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON with its fields in order and without those that are `undefined`: equal texts are equal values. */
export const toCanonical = (value: unknown, indent = ""): string => {
  const inside = indent === "" ? "" : `${indent}  `;
  const [open, close] = indent === "" ? ["", ""] : [`\n${inside}`, `\n${indent}`];
  const join = (items: readonly string[]): string => items.join(indent === "" ? "," : `,\n${inside}`);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${open}${join(value.map((item) => toCanonical(item, inside)))}${close}]`;
  }
  if (!isMap(value)) return JSON.stringify(value) ?? "null";
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${indent === "" ? "" : " "}${toCanonical(value[key], inside)}`);
  return fields.length === 0 ? "{}" : `{${open}${join(fields)}${close}}`;
};

/** The text of a value, for people: texts as they are, the parts of a message one after another. */
export const toReadable = (value: unknown): string => {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(toReadable).join("\n");
  if (!isMap(value)) return JSON.stringify(value) ?? "null";
  if (value["kind"] === "text" && typeof value["text"] === "string") return value["text"];
  const { name, content, ...rest } = value;
  if (Array.isArray(content) && Object.keys(rest).length === 0) {
    return `${typeof name === "string" ? `name: ${name}\n` : ""}${toReadable(content)}`;
  }
  if (value["kind"] === "tool_call")
    return `calls ${String(name)}(${toCanonical(value["arguments"])}) as ${String(value["id"])}`;
  if (Array.isArray(value["results"])) return toReadable(value["results"]);
  if (Array.isArray(content) && typeof value["id"] === "string") return `${value["id"]}: ${toReadable(content)}`;
  return toCanonical(value, " ");
};
