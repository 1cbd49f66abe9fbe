import { providerTypes, type ProviderType } from "../config/provider-types.ts";

/** A provider type in full: where its API lies and how a request to it is made. */
export interface Preset {
  /** Without a trailing slash; null when every request is answered inside this process. */
  readonly baseUrl: string | null;
  /** Environment variables that hold its key, the first that is set counts. */
  readonly env: readonly string[];
  /** The models it serves when qlite runs without a config file; a glob may hold `*`. */
  readonly models: readonly string[];
  /** How the key is sent: `bearer` is `Authorization: Bearer <key>`; `none` sends no key. */
  readonly auth: "bearer" | "none";
  /** What stands between the base URL and the path of an OpenAI-dialect endpoint such as `/chat/completions`. */
  readonly prefix: "" | "/openai";
}

const openAiDialect = { auth: "bearer", prefix: "" } as const;
const googleDialect = { auth: "bearer", prefix: "/openai" } as const;

/**
 * Every provider type, keyed by its name in a config.
 *
 * @see `config/provider-types.ts` for base URLs, key variables and where they were read; the prefix of Google in
 * https://ai.google.dev/gemini-api/docs/openai
 */
export const presets = {
  openai: { ...providerTypes.openai, ...openAiDialect },
  anthropic: { ...providerTypes.anthropic, ...openAiDialect },
  google: { ...providerTypes.google, ...googleDialect },
  gemini: { ...providerTypes.gemini, ...googleDialect },
  groq: { ...providerTypes.groq, ...openAiDialect },
  mistral: { ...providerTypes.mistral, ...openAiDialect },
  deepseek: { ...providerTypes.deepseek, ...openAiDialect },
  xai: { ...providerTypes.xai, ...openAiDialect },
  together: { ...providerTypes.together, ...openAiDialect },
  fireworks: { ...providerTypes.fireworks, ...openAiDialect },
  cerebras: { ...providerTypes.cerebras, ...openAiDialect },
  openrouter: { ...providerTypes.openrouter, ...openAiDialect },
  mock: { ...providerTypes.mock, auth: "none", prefix: "" },
} as const satisfies Record<ProviderType, Preset>;
