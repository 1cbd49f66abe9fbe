/** What a configuration needs to know of a provider type; how its API is spoken to stands in `providers/presets.ts`. */
interface ProviderDefaults {
  /** Where its API lies; null when every request is answered inside this process. */
  readonly baseUrl: string | null;
  /** Environment variables that hold its key, the first that is set counts. */
  readonly env: readonly string[];
  /** The models it serves when qlite runs without a config file; a glob may hold `*`. */
  readonly models: readonly string[];
}

const google: ProviderDefaults = {
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  env: ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
  models: ["gemini-*", "gemma-*"],
};

/**
 * Every provider type there is: its base URL, the names of its key and its usual models.
 *
 * Any other server that speaks the OpenAI dialect is `openai` with a `base_url`. The order is the order in which
 * providers are taken from the environment.
 *
 * @see base URLs and variable names as read in the packages `openai` 7.57.0, `@anthropic-ai/sdk` 1.12.0 (host),
 * `@google/genai` 3.1.0 (variables), `@ai-sdk/google` 3.0.141, `@openrouter/ai-sdk-provider` 2.10.0, `@ai-sdk/groq` 3.0.71,
 * `@ai-sdk/mistral` 3.0.69, `@ai-sdk/deepseek` 2.0.69, `@ai-sdk/xai` 3.0.138, `@ai-sdk/togetherai` 2.0.84,
 * `@ai-sdk/fireworks` 2.0.90, `@ai-sdk/cerebras` 2.0.82; the OpenAI dialect of Anthropic in
 * https://docs.anthropic.com/en/api/openai-sdk, of Google in https://ai.google.dev/gemini-api/docs/openai
 */
export const providerTypes = {
  openai: { baseUrl: "https://api.openai.com/v1", env: ["OPENAI_API_KEY"], models: ["*"] },
  anthropic: { baseUrl: "https://api.anthropic.com/v1", env: ["ANTHROPIC_API_KEY"], models: ["claude-*"] },
  google,
  gemini: google,
  groq: {
    baseUrl: "https://api.groq.com/openai/v1",
    env: ["GROQ_API_KEY"],
    models: ["llama-3.*", "groq/*", "openai/gpt-oss-*", "meta-llama/llama-4-*", "moonshotai/*", "qwen/*"],
  },
  mistral: {
    baseUrl: "https://api.mistral.ai/v1",
    env: ["MISTRAL_API_KEY"],
    models: ["mistral-*", "ministral-*", "magistral-*", "pixtral-*", "codestral-*", "devstral-*"],
  },
  deepseek: { baseUrl: "https://api.deepseek.com", env: ["DEEPSEEK_API_KEY"], models: ["deepseek-*"] },
  xai: { baseUrl: "https://api.x.ai/v1", env: ["XAI_API_KEY"], models: ["grok-*"] },
  together: {
    baseUrl: "https://api.together.xyz/v1",
    env: ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"],
    models: ["meta-llama/*", "Qwen/*", "deepseek-ai/*", "mistralai/*", "togethercomputer/*"],
  },
  fireworks: {
    baseUrl: "https://api.fireworks.ai/inference/v1",
    env: ["FIREWORKS_API_KEY"],
    models: ["accounts/fireworks/*"],
  },
  cerebras: {
    baseUrl: "https://api.cerebras.ai/v1",
    env: ["CEREBRAS_API_KEY"],
    models: ["llama3.1-*", "gpt-oss-*", "qwen-3-*", "zai-glm-*"],
  },
  openrouter: { baseUrl: "https://openrouter.ai/api/v1", env: ["OPENROUTER_API_KEY"], models: ["*/*", "*"] },
  mock: { baseUrl: null, env: [], models: ["*"] },
} as const satisfies Record<string, ProviderDefaults>;

export type ProviderType = keyof typeof providerTypes;
