/** What a test command finds the mock by. */
export interface ChildEnv {
  readonly url: string;
  /** A key that it takes, set where there is none; null sets none, and without it the mock takes any. */
  readonly key?: string | null;
  /** `NAME=template`, with `{url}` and `{port}` in it. */
  readonly extra: readonly string[];
}

/** A key that any client takes for one, and the mock for its default scope. */
const anyKey = "sk-qlite-default";

const keyNames = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"] as const;

const withLoopback = (list: string | undefined): string =>
  [...new Set([...(list ?? "").split(",").filter((name) => name !== ""), "127.0.0.1", "localhost"])].join(",");

/**
 * Gives the environment of a test command: its own, with every official client pointed at the mock.
 *
 * OpenAI's clients want `/v1` in their base URL, Anthropic's and Google's do not. A key is set only where there is
 * none.
 *
 * @see npm `openai` 7.57.0 client.ts, `@anthropic-ai/sdk` 1.12.0 client.ts, `@google/genai` 3.1.0 (GOOGLE_GEMINI_BASE_URL)
 */
export const toChildEnv = (
  env: Readonly<Record<string, string | undefined>>,
  { url, key = anyKey, extra }: ChildEnv,
): Record<string, string | undefined> => {
  const set: Record<string, string | undefined> = {
    ...env,
    OPENAI_BASE_URL: `${url}/v1`,
    // The older clients' name for it.
    OPENAI_API_BASE: `${url}/v1`,
    ANTHROPIC_BASE_URL: url,
    GOOGLE_GEMINI_BASE_URL: url,
    QLITE_MOCK_URL: url,
    // A forward proxy has no business with what never leaves this machine.
    NO_PROXY: withLoopback(env["NO_PROXY"]),
    no_proxy: withLoopback(env["no_proxy"] ?? env["NO_PROXY"]),
  };
  if (key !== null) {
    for (const name of keyNames) if ((env[name] ?? "") === "") set[name] = key;
  }
  const { port } = new URL(url);
  for (const entry of extra) {
    const at = entry.indexOf("=");
    set[entry.slice(0, at)] = entry
      .slice(at + 1)
      .replaceAll("{url}", url)
      .replaceAll("{port}", port);
  }
  return set;
};
