export type Expanded =
  | { readonly kind: "ok"; readonly value: string }
  | { readonly kind: "faulty"; readonly messages: readonly string[] };

const reference = /\$(?:\$|\{(?<body>[^}]*)(?<close>\}?)|(?<bare>[A-Za-z_]\w*))/g;
const variable = /^(?<name>[A-Za-z_]\w*)(?::-(?<fallback>[\s\S]*))?$/;

/**
 * Replaces the references to environment variables in one YAML value.
 *
 * `${NAME}` is the variable, and a complaint when it is not set; `${NAME:-default}` is the default when it is not set or
 * empty, and the default may be empty; `$$` is one `$`. A bare `$NAME` (which the Go version expanded) and a broken
 * `${` are complaints; any other `$` stays. What a variable holds is not expanded again. A message names variables, never
 * what they hold.
 */
export const expand = (text: string, env: Readonly<Record<string, string | undefined>>): Expanded => {
  const messages: string[] = [];
  const lookUp = (body: string, closed: boolean): string => {
    const { name, fallback } = variable.exec(body)?.groups ?? {};
    if (!closed || name === undefined) {
      messages.push("a reference is written ${NAME} or ${NAME:-default}, a plain dollar sign $$");
      return "";
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value === undefined) {
      messages.push(
        `environment variable ${name} is not set; set it, or write \${${name}:-default} (\${${name}:-} for nothing) if it may be missing`,
      );
    }
    return value ?? "";
  };
  let value = "";
  let end = 0;
  for (const match of text.matchAll(reference)) {
    const { body, close, bare } = match.groups ?? {};
    value += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (body !== undefined) value += lookUp(body, close === "}");
    else if (bare === undefined) value += "$";
    else messages.push(`write \${${bare}} for the environment variable, or $$${bare} for the text`);
  }
  value += text.slice(end);
  return messages.length === 0 ? { kind: "ok", value } : { kind: "faulty", messages };
};
