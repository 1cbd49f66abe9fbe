import type { Config, ProviderConfig, RouteConfig } from "../config/schema.ts";
import { toMatcher } from "../wire/glob.ts";

const shown = (models: readonly string[]): string =>
  models.length > 6 ? `${models.slice(0, 6).join(", ")} and ${models.length - 6} more` : models.join(", ");

const reasonOf = ({ bedrock, vertex }: ProviderConfig): string => {
  if (bedrock !== null) return "there are no credentials of AWS";
  return vertex === null ? "its api_key is empty" : "its project or its credentials are empty";
};

const describeProvider = (provider: ProviderConfig, width: number): string => {
  const name = provider.name.padEnd(width);
  return provider.enabled ? `  on   ${name}  ${shown(provider.models)}` : `  off  ${name}  ${reasonOf(provider)}`;
};

/** What is no fault of a route, and yet may be a slip. */
const remarkOn = ({ provider, model }: RouteConfig, providers: readonly ProviderConfig[]): string => {
  const found = providers.find(({ name }) => name === provider);
  if (found?.enabled !== true) return ", which is off";
  return found.models.some((pattern) => toMatcher(pattern)(model)) ? "" : ", which is not among its models";
};

/** Says in plain lines what a config serves; no key, and no URL that could hold one, is in it. */
export const describeConfig = (config: Config): string => {
  const width = Math.max(0, ...config.providers.map((provider) => provider.name.length));
  const lines = config.providers.map((provider) => describeProvider(provider, width));
  for (const route of config.routes) {
    lines.push(`  route ${route.name} -> ${route.provider}/${route.model}${remarkOn(route, config.providers)}`);
  }
  return lines.join("\n");
};

/** A streamed request to paste into a terminal. */
export const curlFor = (url: string, model: string): string =>
  `curl -N ${url}/v1/chat/completions -H 'content-type: application/json' \\
  -d '{"model":"${model}","stream":true,"messages":[{"role":"user","content":"Hello"}]}'`;
