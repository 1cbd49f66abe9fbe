// What a program's environment holds when its clients ask the mock.
type Environment = Readonly<Record<string, string | undefined>>;

/** A key that any client takes for one, and the mock for its default scope. */
export const anyKey = "sk-qlite-default";

const keyNames = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"] as const;

const withLoopback = (list: string | undefined): string =>
  [...new Set([...(list ?? "").split(",").filter((name) => name !== ""), "127.0.0.1", "localhost"])].join(",");

/**
 * Gives the variables that point every official client at a mock.
 *
 * OpenAI's clients want `/v1` in their base URL, Anthropic's and Google's do not. A key is set only where `env` has
 * none; null sets none.
 *
 * @see npm `openai` 7.57.0 client.ts, `@anthropic-ai/sdk` 1.12.0 client.ts, `@google/genai` 3.1.0 (GOOGLE_GEMINI_BASE_URL)
 */
export const clientEnv = (
  env: Environment,
  url: string,
  key: string | null = anyKey,
): Readonly<Record<string, string>> => {
  const set: Record<string, string> = {
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
  if (key === null) return set;
  for (const name of keyNames) if ((env[name] ?? "") === "") set[name] = key;
  return set;
};
