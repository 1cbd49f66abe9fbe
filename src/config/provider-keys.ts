import * as z from "zod/mini";
import { bedrockKeys, vertexKeys } from "./provider-cloud.ts";
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
  readonly region?: string | undefined;
  readonly access_key_id?: string | undefined;
  readonly secret_access_key?: string | undefined;
  readonly session_token?: string | undefined;
  readonly profile?: string | undefined;
  readonly credentials?: string | undefined;
  readonly project?: string | undefined;
  readonly location?: string | undefined;
  readonly credentials_file?: string | undefined;
  readonly credentials_json?: string | undefined;
}

type KeyName = keyof Keys;

/** The types whose service speaks one dialect of its own. */
const ownDialect: Readonly<Partial<Record<ProviderType, string>>> = {
  anthropic: "anthropic",
  google: "gemini",
  gemini: "gemini",
  bedrock: "Converse",
  vertex: "gemini, and anthropic for claude-*",
};

const isKeyName = (name: string): name is KeyName =>
  Object.hasOwn(bedrockKeys, name) || Object.hasOwn(vertexKeys, name);

/** The keys that only one type knows. */
const ofOneType: readonly (readonly [ProviderType, readonly KeyName[]])[] = [
  ["azure", ["api_version", "deployments"]],
  ["bedrock", Object.keys(bedrockKeys).filter(isKeyName)],
  ["vertex", Object.keys(vertexKeys).filter(isKeyName)],
];

/** The keys that say nothing for this type, each with the reason. */
const irrelevant = (keys: Keys): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  const own = ownDialect[keys.type];
  if (own !== undefined && keys.dialects !== undefined) {
    const advice = "remove it, or use type openai with a base_url for a server of your own";
    found.set("dialects", `a provider of type ${keys.type} speaks ${own}; ${advice}`);
  }
  for (const [type, names] of ofOneType) {
    if (type === keys.type) continue;
    for (const name of names) {
      if (keys[name] !== undefined) found.set(name, `is only for a provider of type ${type}; remove it`);
    }
  }
  if (keys.type === "vertex" && keys.api_key !== undefined) {
    const advice = "credentials_file or credentials_json, or neither for Application Default Credentials";
    found.set("api_key", `is nothing that a provider of type vertex takes; write ${advice}`);
  }
  return found;
};

const isGiven = (text: string | undefined): boolean => text !== undefined && text !== "";

const awsKeys = ["api_key", "access_key_id"] as const;
/** Where the keys of AWS may come from instead. */
const awsPlaces = ["profile", "credentials"] as const;

/** What is wrong among the credentials of a cloud: halves of what belongs together, or two of what there is one of. */
const unpaired = (keys: Keys): readonly string[] => {
  const hasId = isGiven(keys.access_key_id);
  if (hasId !== isGiven(keys.secret_access_key)) {
    const [has, lacks] = hasId ? ["access_key_id", "secret_access_key"] : ["secret_access_key", "access_key_id"];
    return [`has ${has} without ${lacks}: write both, or neither to take them from the environment`];
  }
  if (!hasId && isGiven(keys.session_token)) {
    return ["has a session_token without access_key_id and secret_access_key, which it belongs to"];
  }
  const places = awsPlaces.filter((name) => isGiven(keys[name]));
  const sources = [...awsKeys.filter((name) => isGiven(keys[name])), ...places];
  if (places.length > 0 && sources.length > 1) return [`has ${sources.join(" and ")}: keep one of them`];
  if (isGiven(keys.credentials_file) && isGiven(keys.credentials_json)) {
    return ["has credentials_file and credentials_json: remove one"];
  }
  return keys.type === "vertex" && keys.project === undefined
    ? ["needs a project: the id of your project at Google, such as my-project-123"]
    : [];
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
  for (const message of [...missing(value), ...unpaired(value)]) issues.push({ code: "custom", message, input: value });
  for (const model of unserved(value)) {
    const message = "is the deployment of a model that is not in models; add it there or remove it here";
    issues.push({ code: "custom", message, path: ["deployments", model], input: value });
  }
});
