type Environment = Record<string, string | undefined>;

/** A key that any client takes for one, and the mock for its default scope. */
export const anyKey = "sk-qlite-default";

const withLoopback = (list: string | undefined): string =>
  [...new Set([...(list ?? "").split(",").filter((name) => name !== ""), "127.0.0.1", "localhost"])].join(",");

/** The variables that point every official client at a mock; a key only where there is none. As `qlite exec` sets them. */
export const clientEnv = (env: Readonly<Environment>, url: string): Readonly<Record<string, string>> => {
  const set: Record<string, string> = {
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_BASE: `${url}/v1`,
    ANTHROPIC_BASE_URL: url,
    GOOGLE_GEMINI_BASE_URL: url,
    QLITE_MOCK_URL: url,
    NO_PROXY: withLoopback(env["NO_PROXY"]),
    no_proxy: withLoopback(env["no_proxy"] ?? env["NO_PROXY"]),
  };
  for (const name of ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"]) {
    if ((env[name] ?? "") === "") set[name] = anyKey;
  }
  return set;
};

/** Sets the variables; gives the function that puts back what was there. */
export const setEnv = (env: Environment, url: string): (() => void) => {
  const set = clientEnv(env, url);
  const before = Object.keys(set).map((name) => [name, env[name]] as const);
  Object.assign(env, set);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
  };
};
