/** What a configuration needs to know of a provider type; how its API is spoken to stands in `providers/presets.ts`. */
interface ProviderDefaults {
  /** Where its hosted API lies, which needs a key; null for a type that has none of its own. */
  readonly baseUrl: string | null;
  /** Where a server of one's own usually listens; it needs no key. null for a type that is no such server. */
  readonly localUrl: string | null;
  /** Environment variables that hold its key, the first that is set counts. */
  readonly env: readonly string[];
  /** The models it serves when qlite runs without a config file; a glob may hold `*`. */
  readonly models: readonly string[];
}

const hosted = (baseUrl: string, env: readonly string[], models: readonly string[]): ProviderDefaults => ({
  baseUrl,
  localUrl: null,
  env,
  models,
});

const local = (localUrl: string): ProviderDefaults => ({ baseUrl: null, localUrl, env: [], models: ["*"] });

/** Its address is one's own: a resource, a region, a project. */
const elsewhere: ProviderDefaults = { baseUrl: null, localUrl: null, env: [], models: [] };

const google = hosted(
  "https://generativelanguage.googleapis.com/v1beta",
  ["GEMINI_API_KEY", "GOOGLE_API_KEY", "GOOGLE_GENERATIVE_AI_API_KEY"],
  ["gemini-*", "gemma-*"],
);

/**
 * Every provider type there is: its base URL, the names of its key and its usual models.
 *
 * Any other server that speaks the OpenAI dialect is `openai` with a `base_url`. The order is the order in which
 * providers are taken from the environment. Azure, Bedrock and Vertex AI are not: their addresses are one's own, so they
 * stand in a config.
 *
 * @see base URLs and variable names as read in the packages `openai` 7.57.0, `@anthropic-ai/sdk` 1.12.0 (host),
 * `@google/genai` 3.1.0 (variables), `@ai-sdk/google` 4.0.121, `@openrouter/ai-sdk-provider` 2.10.0, `@ai-sdk/groq` 4.0.84,
 * `@ai-sdk/mistral` 4.0.87, `@ai-sdk/deepseek` 3.0.56, `@ai-sdk/xai` 5.0.12, `@ai-sdk/togetherai` 3.0.54,
 * `@ai-sdk/fireworks` 3.0.62, `@ai-sdk/cerebras` 3.0.59, `@ai-sdk/perplexity` 4.0.49, `@ai-sdk/cohere` 4.0.52 (variable),
 * `@ai-sdk/huggingface` 2.0.48; `HF_TOKEN` in https://huggingface.co/docs/inference-providers/guides/responses-api,
 * Cohere's OpenAI dialect in https://docs.cohere.com/docs/compatibility-api, NVIDIA in
 * https://docs.nvidia.com/nim/large-language-models/latest/; ports in https://docs.ollama.com/api/openai-compatibility,
 * https://docs.vllm.ai/en/v0.32.0/serving/online_serving/, https://lmstudio.ai/docs/developer/openai-compat,
 * `tools/server/README.md` of llama.cpp, https://docs.litellm.ai/docs/simple_proxy (November 2026)
 */
export const providerTypes = {
  openai: hosted("https://api.openai.com/v1", ["OPENAI_API_KEY"], ["*"]),
  anthropic: hosted("https://api.anthropic.com/v1", ["ANTHROPIC_API_KEY"], ["claude-*"]),
  google,
  gemini: google,
  azure: elsewhere,
  bedrock: elsewhere,
  vertex: elsewhere,
  groq: hosted(
    "https://api.groq.com/openai/v1",
    ["GROQ_API_KEY"],
    ["llama-3.*", "groq/*", "openai/gpt-oss-*", "meta-llama/llama-4-*", "moonshotai/*", "qwen/*"],
  ),
  mistral: hosted(
    "https://api.mistral.ai/v1",
    ["MISTRAL_API_KEY"],
    ["mistral-*", "ministral-*", "magistral-*", "pixtral-*", "codestral-*", "devstral-*"],
  ),
  deepseek: hosted("https://api.deepseek.com", ["DEEPSEEK_API_KEY"], ["deepseek-*"]),
  xai: hosted("https://api.x.ai/v1", ["XAI_API_KEY"], ["grok-*"]),
  together: hosted(
    "https://api.together.xyz/v1",
    ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"],
    ["meta-llama/*", "Qwen/*", "deepseek-ai/*", "mistralai/*", "togethercomputer/*"],
  ),
  fireworks: hosted("https://api.fireworks.ai/inference/v1", ["FIREWORKS_API_KEY"], ["accounts/fireworks/*"]),
  cerebras: hosted(
    "https://api.cerebras.ai/v1",
    ["CEREBRAS_API_KEY"],
    ["llama3.1-*", "gpt-oss-*", "qwen-3-*", "zai-glm-*"],
  ),
  perplexity: hosted("https://api.perplexity.ai", ["PERPLEXITY_API_KEY"], ["sonar", "sonar-*"]),
  cohere: hosted("https://api.cohere.ai/compatibility/v1", ["COHERE_API_KEY"], ["command-*", "c4ai-*"]),
  nvidia: hosted("https://integrate.api.nvidia.com/v1", ["NVIDIA_API_KEY"], ["nvidia/*", "meta/*"]),
  huggingface: hosted(
    "https://router.huggingface.co/v1",
    ["HF_TOKEN", "HUGGINGFACE_API_KEY"],
    ["HuggingFaceTB/*", "zai-org/*", "MiniMaxAI/*", "CohereLabs/*"],
  ),
  openrouter: hosted("https://openrouter.ai/api/v1", ["OPENROUTER_API_KEY"], ["*/*", "*"]),
  ollama: local("http://localhost:11434/v1"),
  vllm: local("http://localhost:8000/v1"),
  lmstudio: local("http://localhost:1234/v1"),
  llamacpp: local("http://localhost:8080/v1"),
  litellm: local("http://localhost:4000/v1"),
  mock: { baseUrl: null, localUrl: null, env: [], models: ["*"] },
} as const satisfies Record<string, ProviderDefaults>;

export type ProviderType = keyof typeof providerTypes;

/** The dialects a `dialects` key may name: those that clients speak, too. */
export const dialectNames = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const;
