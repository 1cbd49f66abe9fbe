import * as z from "zod/mini";
import type { ProviderType } from "./provider-types.ts";

/** What the check looks at; the keys of `mock` are checked in `checks.ts`. */
interface Keys {
  readonly type: ProviderType;
  readonly base_url?: string | undefined;
  readonly api_key?: string | undefined;
  readonly forward_client_key: boolean;
  readonly models: readonly string[];
  readonly dialects?: readonly string[] | undefined;
  readonly api_version?: string | undefined;
  readonly deployments?: Readonly<Record<string, string>> | undefined;
}

/** The types whose service speaks one dialect of its own. */
const ownDialect: Readonly<Partial<Record<ProviderType, string>>> = {
  anthropic: "anthropic",
  google: "gemini",
  gemini: "gemini",
};

/** The keys that say nothing for this type, each with the reason. */
const irrelevant = (keys: Keys): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const own = ownDialect[keys.type];
  if (own !== undefined && keys.dialects !== undefined) {
    const advice = "remove it, or use type openai with a base_url for a server of your own";
    found.set("dialects", `a provider of type ${keys.type} speaks ${own}; ${advice}`);
  }
  if (keys.type === "azure") return found;
  for (const name of ["api_version", "deployments"] as const) {
    if (keys[name] !== undefined) found.set(name, "is only for a provider of type azure; remove it");
  }
  return found;
};

const missing = ({ type, base_url: url, api_key: key, forward_client_key: forwards }: Keys): readonly string[] => {
  if (type !== "azure") return [];
  const found: string[] = [];
  if (url === undefined) {
    found.push(
      "needs a base_url: the address of your Azure OpenAI resource, such as https://my-resource.openai.azure.com",
    );
  }
  if (key === undefined && !forwards) {
    found.push(
      'needs an api_key: write api_key: "${AZURE_OPENAI_API_KEY}", or "${AZURE_OPENAI_API_KEY:-}" to switch the ' +
        "provider off while the variable is not set, or forward_client_key: true",
    );
  }
  return found;
};

const unserved = ({ type, deployments, models }: Keys): readonly string[] => {
  if (type !== "azure" || models.some((model) => model.includes("*"))) return [];
  return Object.keys(deployments ?? {}).filter((model) => !models.includes(model));
};

/** Finds keys that do not fit the type of a provider. */
export const checkType = z.check<Keys>(({ value, issues }) => {
  const wrong = irrelevant(value);
  if (wrong.size > 0) {
    issues.push({
      code: "unrecognized_keys",
      keys: [...wrong.keys()],
      message: [...wrong.values()].join("\n"),
      input: { ...value },
    });
  }
  for (const message of missing(value)) issues.push({ code: "custom", message, input: value });
  for (const model of unserved(value)) {
    const message = "is the deployment of a model that is not in models; add it there or remove it here";
    issues.push({ code: "custom", message, path: ["deployments", model], input: value });
  }
});
