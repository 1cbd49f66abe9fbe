import { providerTypes, type ProviderType } from "../../src/config/provider-types.ts";
import { createProvider, type Provider } from "../../src/providers/provider.ts";
import { good } from "../config/parse.ts";

export const key = "sk-secret-4711";

/** Readies a provider from the keys a config would say of it; nothing is sent. */
export const providerOf = (keys: Readonly<Record<string, unknown>>): Provider => {
  const config = good(JSON.stringify({ providers: [{ name: "p", models: ["*"], ...keys }] })).providers[0];
  if (config === undefined) throw new Error("no provider");
  return createProvider(config, { send: () => Promise.reject(new Error("sent")), probe: null }, Date.now);
};

const azureUrl = "https://r.openai.azure.com";

interface Case {
  readonly keys: Readonly<Record<string, unknown>>;
  /** Where its calls must stay. */
  readonly base: string;
  readonly provider: Provider;
}

const toCase = (keys: Readonly<Record<string, unknown>>, base: string): Case => ({
  keys,
  base,
  provider: providerOf(keys),
});

const isType = (name: string): name is ProviderType => Object.hasOwn(providerTypes, name);

const ofType = (type: ProviderType): Case => {
  if (type === "azure") return toCase({ type, base_url: azureUrl, api_key: key }, azureUrl);
  if (type === "bedrock") {
    const base = "https://bedrock-runtime.eu-west-1.amazonaws.com";
    return toCase({ type, region: "eu-west-1", access_key_id: "AKID", secret_access_key: key }, base);
  }
  if (type === "vertex") return toCase({ type, project: "my-project" }, "https://aiplatform.googleapis.com/v1");
  if (type === "mock") return toCase({ type, api_key: key }, "http://mock.invalid/v1");
  const { baseUrl, localUrl } = providerTypes[type];
  return toCase({ type, api_key: key }, baseUrl ?? localUrl ?? "");
};

/** Every preset there is, and what differs from them by a key of the config. */
export const cases: ReadonlyMap<string, Case> = new Map([
  ...Object.keys(providerTypes)
    .filter(isType)
    .map((type) => [type, ofType(type)] as const),
  ["azure by date", toCase({ type: "azure", base_url: azureUrl, api_key: key, api_version: "2024-10-21" }, azureUrl)],
  ["azure preview", toCase({ type: "azure", base_url: azureUrl, api_key: key, api_version: "preview" }, azureUrl)],
  ["openai elsewhere", toCase({ type: "openai", base_url: "http://h:1/x/v1", api_key: key }, "http://h:1/x/v1")],
  [
    "openai with all dialects",
    toCase(
      {
        type: "openai",
        base_url: "http://h:1/v1",
        api_key: key,
        dialects: ["anthropic", "gemini", "openai-responses", "openai-chat"],
      },
      "http://h:1/v1",
    ),
  ],
]);
