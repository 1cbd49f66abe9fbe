import { fileSchema, toConfig, type Config } from "./schema.ts";

const provider = (type: string, models: readonly string[]) => ({ name: type, type, forward_client_key: true, models });

/**
 * Gives the config that a recorder asks providers by when none is named: the three official services, each with the
 * client's own key, and nothing kept of what passes.
 */
export const configForClients = (): Config =>
  toConfig(
    fileSchema.parse(
      {
        providers: [provider("anthropic", ["claude-*"]), provider("google", ["gemini-*"]), provider("openai", ["*"])],
      },
      { jitless: true },
    ),
    {},
  );
