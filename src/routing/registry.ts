import type { RouteConfig } from "../config/schema.ts";
import type { DialectName } from "../dialects/conversation.ts";
import type { Provider } from "../providers/provider.ts";
import { toMatcher } from "../wire/glob.ts";
import { nearest } from "../wire/nearest.ts";

/** One provider and the model to ask it for. */
export interface Target {
  readonly provider: Provider;
  readonly model: string;
  /** How it was found, for people: `route smart`, `listed by openai`, `glob gpt-*`. */
  readonly found: string;
}

/** Finds the target for a public model name; frozen at startup. */
export interface Registry {
  readonly find: (model: string) => Target | null;
  /** The provider of that name, null when there is none or it is switched off. */
  readonly provider: (name: string) => Provider | null;
  /** Where requests go that name no model: the first provider of the config that has such endpoints, else the first. */
  readonly first: Provider | null;
  /** The first provider that has the other endpoints of a dialect. */
  readonly firstOf: (dialect: DialectName) => Provider | null;
  /** A known name that looks like the given one, null when none does. */
  readonly suggest: (model: string) => string | null;
  /** Every model with a name of its own (a glob has none), in the order of the config. */
  readonly list: () => readonly { readonly name: string; readonly provider: string }[];
}

interface Glob {
  readonly matches: (model: string) => boolean;
  readonly provider: Provider;
  /** Characters that are not `*`: the more, the more it says. */
  readonly weight: number;
  readonly found: string;
}

const toGlob = (pattern: string, provider: Provider): Glob => ({
  matches: toMatcher(pattern),
  provider,
  weight: pattern.replaceAll("*", "").length,
  found: `glob ${pattern} of ${provider.name}`,
});

const byWeight = (a: Glob, b: Glob): number => b.weight - a.weight;

/**
 * Builds the registry. A name is looked up as a route, then as a model that a provider lists, then as
 * `provider/model`, then among the globs, the one that says most first and the order of the config between equals.
 */
export const createRegistry = (providers: readonly Provider[], routes: readonly RouteConfig[]): Registry => {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  const exact = new Map<string, Target>();
  const globs: Glob[] = [];
  for (const route of routes) {
    const provider = byName.get(route.provider);
    if (provider !== undefined) exact.set(route.name, { provider, model: route.model, found: `route ${route.name}` });
  }
  for (const provider of providers) {
    for (const model of provider.models) {
      if (model.includes("*")) globs.push(toGlob(model, provider));
      else if (!exact.has(model)) exact.set(model, { provider, model, found: `listed by ${provider.name}` });
    }
  }
  globs.sort(byWeight);

  const findQualified = (name: string): Target | null => {
    const slash = name.indexOf("/");
    if (slash < 1) return null;
    const provider = byName.get(name.slice(0, slash));
    const model = name.slice(slash + 1);
    if (provider === undefined || model === "") return null;
    const serves =
      provider.models.includes(model) || globs.some((glob) => glob.provider === provider && glob.matches(model));
    return serves ? { provider, model, found: `named with its provider ${provider.name}` } : null;
  };
  const findGlob = (model: string): Target | null => {
    const glob = globs.find((candidate) => candidate.matches(model));
    return glob === undefined ? null : { provider: glob.provider, model, found: glob.found };
  };

  return {
    find: (model) => exact.get(model) ?? findQualified(model) ?? findGlob(model),
    provider: (name) => byName.get(name) ?? null,
    first: providers.find(({ endpointDialects }) => endpointDialects.length > 0) ?? providers[0] ?? null,
    firstOf: (dialect) => providers.find((provider) => provider.endpointDialects.includes(dialect)) ?? null,
    suggest: (model) => nearest(model, [...exact.keys()]) ?? null,
    list: () => [...exact].map(([name, target]) => ({ name, provider: target.provider.name })),
  };
};
