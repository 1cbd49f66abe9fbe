import { keyPattern } from "./provider-schema.ts";
import { providerTypes } from "./provider-types.ts";
import { fileSchema, toConfig, type Config } from "./schema.ts";

/**
 * Gives the configuration of a start without a file: all defaults, and a provider for each API key in the environment.
 *
 * A variable serves one provider and a model glob goes to the first provider that has it (so `*` is OpenAI's, or
 * OpenRouter's when there is no key for OpenAI). With no key set there are no providers.
 *
 * @throws {Error} when a variable holds what cannot be a key; names the variable, never what it holds
 */
export const configFromEnv = (env: Readonly<Record<string, string | undefined>>): Config => {
  const taken = new Set<string>();
  const take = (text: string): boolean => !taken.has(text) && taken.add(text).has(text);
  const providers: unknown[] = [];
  for (const [type, preset] of Object.entries(providerTypes)) {
    const variables: readonly string[] = preset.env;
    const variable = variables.find((name) => (env[name] ?? "").trim() !== "");
    if (variable === undefined || !take(variable)) continue;
    const key = env[variable]?.trim() ?? "";
    if (!keyPattern.test(key)) {
      throw new Error(`environment variable ${variable} must hold no spaces, line breaks or letters outside ASCII`);
    }
    providers.push({ name: type, type, api_key: key, models: preset.models.filter(take) });
  }
  return toConfig(fileSchema.parse({ providers }, { jitless: true }), env);
};
