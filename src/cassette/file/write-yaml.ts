// Values of JSON as YAML for people: texts of several lines stand as they are, everything reads back exactly.

/** What a text must not be to stand without quotes: YAML, in one of its versions, would take it for something else. */
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;
const plainInBlock = /^[A-Za-z_/](?:[\w ./,()+@=%;!?-]*[\w./()+@=%;!?-])?$/;
const plainInFlow = /^[A-Za-z_/](?:[\w ./()+@=%;-]*[\w./()+@=%;-])?$/;
const plainKey = /^[A-Za-z_][\w.-]*$/;

/** Signs that a YAML text may not hold as they are, or that a reader could take for a line end. */
// oxlint-disable-next-line no-control-regex -- these are what it looks for
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]/u;
const alsoEscaped = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

const toQuoted = (text: string): string =>
  JSON.stringify(text).replaceAll(alsoEscaped, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);

const isPlain = (text: string, pattern: RegExp): boolean => pattern.test(text) && !reserved.test(text);

const writeText = (text: string, pattern: RegExp): string => {
  if (isPlain(text, pattern)) return text;
  if (/[\n\t]/.test(text) || unprintable.test(text)) return toQuoted(text);
  return `'${text.replaceAll("'", "''")}'`;
};

const writeScalar = (value: unknown, pattern: RegExp): string =>
  typeof value === "string" ? writeText(value, pattern) : (JSON.stringify(value) ?? "null");

const writeKey = (key: string): string => (plainKey.test(key) && !reserved.test(key) ? key : toQuoted(key));

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a text can stand line by line: what ends in spaces only, or is nothing but line ends, is quoted. */
const isLiteral = (text: string): boolean =>
  text.includes("\n") && /\S/.test(text) && !/^[ \t]+$/m.test(text) && !unprintable.test(text);

const writeLiteral = (text: string, pad: string): string => {
  const indicator = /^[ \n]/.test(text) ? "2" : "";
  const chomping = !text.endsWith("\n") ? "-" : text.endsWith("\n\n") ? "+" : "";
  const body = text.endsWith("\n") ? text.slice(0, -1) : text;
  const lines = body.split("\n").map((line) => (line === "" ? "" : pad + line));
  return ` |${indicator}${chomping}\n${lines.join("\n")}\n`;
};

/** A value on one line: `{ a: 1, b: [x, 'y: z'] }`. */
export const writeFlow = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(writeFlow).join(", ")}]`;
  if (!isMap(value)) return writeScalar(value, plainInFlow);
  const fields = Object.entries(value).map(([key, item]) => `${writeKey(key)}: ${writeFlow(item)}`);
  return fields.length === 0 ? "{}" : `{ ${fields.join(", ")} }`;
};

/**
 * What stands behind `key:`, its first space or line end and its last line end included; what is nested begins `indent`
 * columns from the left.
 *
 * A value is one that `JSON.parse` gives: a field that is `undefined` is left out.
 */
export const writeBlock = (value: unknown, indent: number): string => {
  const pad = " ".repeat(indent);
  if (Array.isArray(value)) {
    if (value.length === 0) return " []\n";
    return `\n${value.map((item) => `${pad}-${writeItem(item, indent)}`).join("")}`;
  }
  if (isMap(value)) {
    const fields = Object.entries(value).filter(([, item]) => item !== undefined);
    if (fields.length === 0) return " {}\n";
    return `\n${fields.map(([key, item]) => `${pad}${writeKey(key)}:${writeBlock(item, indent + 2)}`).join("")}`;
  }
  if (typeof value === "string" && isLiteral(value)) return writeLiteral(value, pad);
  return ` ${writeScalar(value, plainInBlock)}\n`;
};

/** A list's item: what is nested in it begins on the line of its dash. */
const writeItem = (item: unknown, indent: number): string => {
  const text = writeBlock(item, indent + 2);
  return text.startsWith("\n") ? ` ${text.slice(1 + indent + 2)}` : text;
};
