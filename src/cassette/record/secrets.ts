// What must never stand in a file that is committed.
import type { JsonObject } from "../../dialects/conversation.ts";

const token = (prefixes: string, rest: string): string => String.raw`(?<![\w-])(?:${prefixes})${rest}(?![\w-])`;

/**
 * Shapes of keys and tokens in use today, each with the name it is reported by.
 *
 * Nothing but a sign that is no part of a word may stand before one: in base64 their beginnings occur by chance. The keys
 * that name a scope of the mock (`sk-qlite-…`) are no secret.
 *
 * @see https://github.com/gitleaks/gitleaks, config/gitleaks.toml (read 2026-11-22), for those that are not of a provider
 */
const shapes: readonly (readonly [name: string, source: string])[] = [
  ["an Anthropic key", token("sk-ant-", String.raw`[\w-]{8,}`)],
  ["an OpenAI key", token("sk-proj-|sk-svcacct-|sk-admin-", String.raw`[\w-]{8,}`)],
  ["a key (sk-…)", token("sk-(?!qlite-)|rk-|pk-", String.raw`[\w-]{12,}`)],
  ["a Google key", token("AIza", String.raw`[\w-]{20,60}`)],
  ["a Google token", token(String.raw`ya29\.|GOCSPX-`, String.raw`[\w-]{16,}`)],
  ["an xAI key", token("xai-", "[A-Za-z0-9]{12,}")],
  ["a Groq key", token("gsk_", "[A-Za-z0-9]{12,}")],
  ["a Hugging Face token", token("hf_", "[A-Za-z0-9]{12,}")],
  ["a provider's key", token("pplx-|nvapi-|csk-|fw_|r8_|tgp_v1_|jina_", String.raw`[\w-]{12,}`)],
  ["a GitHub token", token("gh[pousr]_|github_pat_|glpat-", String.raw`[\w-]{16,}`)],
  ["a Slack token", token("xox[abeoprs]-", "[A-Za-z0-9-]{10,}")],
  ["a Stripe key", token("(?:sk|rk|pk|whsec)_(?:live_|test_)?", "[A-Za-z0-9]{16,}")],
  ["an AWS key", token("AKIA|ASIA", "[A-Z0-9]{16}")],
  [
    "an AWS secret",
    String.raw`(?:aws_?secret_?access_?key|secretAccessKey)\W{1,5}[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])`,
  ],
  ["a bearer token", String.raw`\b[Bb]earer\s+(?!sk-qlite-)(?=[\w.~+/-]*\d)[\w.~+/-]{16,}=*`],
  ["a JSON web token", token(String.raw`eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.`, String.raw`[\w-]{8,}`)],
  ["a private key", "-----BEGIN [A-Z ]*PRIVATE KEY-----"],
  ["a cookie", String.raw`(?<![\w-])(?:__cf_bm|_cfuvid|__Secure-[\w-]+|session(?:id)?)=[\w.%-]{16,}`],
  ["a key in a query", String.raw`[?&](?:key|api[-_]?key|access_token|token|sig|signature)=[^&\s"'<>\\]{12,}`],
];

const mark = "[redacted]";

export interface SecretOptions {
  readonly isBuiltIn: boolean;
  /** Global regular expressions. */
  readonly patterns: readonly RegExp[];
}

/** Finds secrets and takes them out; no text of it holds one. */
export interface Secrets {
  /** Takes out what the user named. */
  readonly redactOwn: (text: string) => string;
  /** Takes out everything; `known` are secrets of this very request. */
  readonly redact: (text: string, known?: readonly string[]) => string;
  /** What kind of secret is in a text, null for none. */
  readonly find: (text: string, known?: readonly string[]) => string | null;
}

const replaceAll = (text: string, patterns: readonly RegExp[]): string => {
  let clean = text;
  for (const pattern of patterns) clean = clean.replace(pattern, mark);
  return clean;
};

/** Makes what finds secrets; the user's patterns are taken out whatever else is said. */
export const createSecrets = ({ isBuiltIn, patterns }: SecretOptions): Secrets => {
  const own = patterns.map((pattern) => new RegExp(pattern.source, [...new Set(`${pattern.flags}g`)].join("")));
  const known = isBuiltIn ? shapes : [];
  const builtIn = known.map(([, source]) => new RegExp(source, "g"));
  const any = new RegExp(known.map(([, source]) => source).join("|") || "(?!)");
  const findOwn = (text: string): boolean => own.some((pattern) => text.search(pattern) !== -1);
  return {
    redactOwn: (text) => replaceAll(text, own),
    redact: (text, secrets = []) => {
      let clean = text;
      for (const secret of secrets) clean = clean.replaceAll(secret, mark);
      clean = replaceAll(clean, own);
      return any.test(clean) ? replaceAll(clean, builtIn) : clean;
    },
    find: (text, secrets = []) => {
      if (secrets.some((secret) => text.includes(secret))) return "a key in use";
      if (findOwn(text)) return "what `redact: { patterns }` names";
      if (!any.test(text)) return null;
      return known.find(([, source]) => new RegExp(source).test(text))?.[0] ?? "a secret";
    },
  };
};

const credentialHeaders = ["authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"] as const;

/** The credentials a request came with, those aside that are too short to be one or name a scope of the mock. */
export const credentialsOf = (headers: Headers, query: string): readonly string[] => {
  const given = credentialHeaders.map((name) => headers.get(name)?.replace(/^(?:Bearer|Basic)\s+/i, "") ?? "");
  given.push(/(?:^|&)key=([^&]*)/i.exec(query)?.[1] ?? "");
  return given.filter((secret) => secret.length >= 12 && !secret.startsWith("sk-qlite-"));
};

/** Changes every text in a value of JSON, the names of fields aside. */
export const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return mapFields({ ...value }, change);
};

/** The same for an object. */
export const mapFields = (fields: JsonObject, change: (text: string) => string): JsonObject =>
  Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, mapTexts(item, change)]));
