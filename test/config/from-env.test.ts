import { expect, test } from "bun:test";
import { configFromEnv } from "../../src/config/from-env.ts";
import { providerTypes } from "../../src/config/provider-types.ts";
import { good, one } from "./parse.ts";

const models = (env: Record<string, string>) =>
  Object.fromEntries(configFromEnv(env).providers.map((provider) => [provider.name, provider.models]));

test("without a key in the environment there are all defaults and no provider", () => {
  const { providers, ...rest } = configFromEnv({ PATH: "/bin", OPENAI_API_KEY: "", GROQ_API_KEY: "  " });
  expect(providers).toEqual([]);
  expect(rest).toEqual({
    ...rest,
    ...(({ server, timeouts, log, routes }) => ({ server, timeouts, log, routes }))(good(one)),
  });
});

test("each key in the environment is a provider with the usual models of its type", () => {
  expect(configFromEnv({ ANTHROPIC_API_KEY: "k" }).providers).toMatchObject([
    {
      name: "anthropic",
      type: "anthropic",
      baseUrl: "https://api.anthropic.com/v1",
      apiKey: "k",
      enabled: true,
      models: ["claude-*"],
    },
  ]);
});

test("the catch-all is OpenAI's, and OpenRouter's when there is no key for OpenAI", () => {
  expect(models({ OPENROUTER_API_KEY: "a" })).toEqual({ openrouter: ["*/*", "*"] });
  expect(models({ OPENROUTER_API_KEY: "a", OPENAI_API_KEY: "b" })).toEqual({ openai: ["*"], openrouter: ["*/*"] });
});

test("one variable makes one provider, although google and gemini both read it", () => {
  expect(Object.keys(models({ GEMINI_API_KEY: "k", GOOGLE_API_KEY: "k" }))).toEqual(["google"]);
  expect(configFromEnv({ GOOGLE_API_KEY: "other" }).providers[0]).toMatchObject({ name: "google", apiKey: "other" });
});

test("with every key set no model belongs to two providers", () => {
  const env = Object.fromEntries(
    Object.values(providerTypes).flatMap(({ env: names }) => names.map((name) => [name, "k"])),
  );
  const all = Object.values(models(env)).flat();
  expect(all.length).toBeGreaterThan(20);
  expect(new Set(all).size).toBe(all.length);
});

test("a variable that cannot be a key is named, not shown", () => {
  expect(() => configFromEnv({ OPENAI_API_KEY: "hunter2 hunter2" })).toThrow(
    "environment variable OPENAI_API_KEY must hold no spaces, line breaks or letters outside ASCII",
  );
});
