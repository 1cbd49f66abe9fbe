import { nearest } from "../wire/nearest.ts";
import type { Path } from "./faults.ts";
import type { Complaint } from "./messages.ts";
import { regionPattern, type Environment } from "./provider-aws.ts";
import { isSwitchedOff, regionOf } from "./provider-config.ts";
import { mockKeys, type Provider } from "./provider-schema.ts";
import { providerTypes } from "./provider-types.ts";

/** What the checks look at: also of a faulty config, so that all its faults come out at once. */
export interface Checked {
  /** The entries of `providers` whose keys can be checked against each other, under their index. */
  readonly providers: ReadonlyMap<number, Provider>;
  /** The names of all entries of `providers`, under their index, also of those that are not well-formed. */
  readonly names: ReadonlyMap<number, string>;
  /** The lists of models of all entries that are not switched off, as they are written, under their index. */
  readonly models: ReadonlyMap<number, readonly unknown[]>;
  /** Whose prices the entries of `prices` are, under their index. */
  readonly priced: ReadonlyMap<number, string>;
  /** Public name and `provider/model`. */
  readonly routes: readonly (readonly [name: string, target: string])[];
  /** The line of a value and its text in the file, in which no secret from the environment stands. */
  readonly locate: (path: Path) => { readonly line: number; readonly source: string };
  /** Where credentials and the region of AWS may be. */
  readonly env: Environment;
}

const value = (path: Path, message: string): Complaint => ({ path, about: "value", message });
const key = (path: Path, message: string): Complaint => ({ path, about: "key", message });

const checkNames = ({ names, locate }: Checked): readonly Complaint[] => {
  const first = new Map<string, number>();
  const found: Complaint[] = [];
  for (const [index, name] of names) {
    const earlier = first.get(name);
    first.set(name, earlier ?? index);
    if (earlier === undefined) continue;
    const line = locate(["providers", earlier, "name"]).line;
    const path = ["providers", index, "name"];
    found.push(
      value(path, `the provider in line ${line} has the same name ${locate(path).source}; rename one of them`),
    );
  }
  return found;
};

const checkModels = ({ models, names, locate }: Checked): readonly Complaint[] => {
  const first = new Map<string, readonly [provider: number, model: number]>();
  const found: Complaint[] = [];
  const nameOf = (index: number): string | null =>
    names.has(index) ? locate(["providers", index, "name"]).source : null;
  const check = (model: string, index: number, position: number): void => {
    const earlier = first.get(model);
    if (earlier === undefined) {
      first.set(model, [index, position]);
      return;
    }
    const path = ["providers", index, "models", position];
    const { line } = locate(["providers", earlier[0], "models", earlier[1]]);
    const source = locate(path).source;
    if (earlier[0] === index) {
      found.push(value(path, `${source} is in this list already, in line ${line}; remove one`));
      return;
    }
    const [own, other] = [nameOf(index), nameOf(earlier[0])];
    const by = other === null ? "another provider" : `provider ${other}`;
    const advice =
      own === null || model.includes("*")
        ? "remove one"
        : `remove one, and give it a public name under routes, such as "${source}-2: ${own}/${source}"`;
    found.push(value(path, `${source} is served by ${by} already, in line ${line}; ${advice}`));
  };
  for (const [index, list] of models) {
    for (const [position, model] of list.entries()) if (typeof model === "string") check(model, index, position);
  }
  return found;
};

const ownCredentials = [
  "api_key",
  "access_key_id",
  "profile",
  "credentials",
  "credentials_file",
  "credentials_json",
] as const;

const checkKey = (index: number, provider: Provider): readonly Complaint[] => {
  const { baseUrl, env } = providerTypes[provider.type];
  const own = ownCredentials.find((name) => provider[name] !== undefined);
  if (provider.forward_client_key && own !== undefined) {
    const message = `excludes ${own}: either the client's key goes to this provider or ours; remove one`;
    return [key(["providers", index, "forward_client_key"], message)];
  }
  const hasOwnServer = provider.base_url !== undefined && provider.base_url !== baseUrl;
  if (baseUrl === null || hasOwnServer || provider.forward_client_key || provider.api_key !== undefined) return [];
  const name = env[0];
  const message =
    `needs an api_key: write api_key: "\${${name}}", or "\${${name}:-}" to switch the provider off while the variable ` +
    "is not set, or forward_client_key: true; a server of your own that needs no key is given by base_url";
  return [value(["providers", index], message)];
};

const checkKind = (index: number, provider: Provider): readonly Complaint[] => {
  if (provider.type !== "mock") {
    return mockKeys
      .filter((name) => provider[name] !== undefined)
      .map((name) => key(["providers", index, name], "is only for a provider of type mock; remove it"));
  }
  if (provider.base_url === undefined) return [];
  return [key(["providers", index, "base_url"], "a provider of type mock answers inside this process; remove it")];
};

const checkRegion = (index: number, provider: Provider, env: Environment): readonly Complaint[] => {
  if (provider.type !== "bedrock" || isSwitchedOff(provider, env)) return [];
  const region = regionOf(provider, env);
  if (region !== "" && regionPattern.test(region)) return [];
  const state = region === "" ? "needs a region" : "is in a region that AWS_REGION does not name rightly";
  return [value(["providers", index], `${state}: write region: eu-west-1, or set AWS_REGION to such a name`)];
};

const checkRoutes = ({ names, routes, locate }: Checked): readonly Complaint[] => {
  const indexes = new Map([...names].map(([index, name]) => [name, index]));
  return routes.flatMap(([name, target]) => {
    const path = ["routes", name];
    const found = /^[^\s*]+$/.test(name) ? [] : [key(path, "a public name holds no spaces and no *")];
    const slash = target.indexOf("/");
    const provider = target.slice(0, slash);
    if (slash < 1 || indexes.has(provider)) return found;
    const index = indexes.get(nearest(provider, indexes.keys()) ?? "");
    const advice = index === undefined ? "" : `; did you mean ${locate(["providers", index, "name"]).source}?`;
    return [...found, value(path, `names a provider that is not in this file${advice}`)];
  });
};

/** A row for nobody would leave the cost it was written for unknown. */
const checkPrices = ({ names, priced, locate }: Checked): readonly Complaint[] => {
  const own = new Map([...names].map(([index, name]) => [name, index]));
  const known = new Set([...Object.keys(providerTypes), ...own.keys()]);
  return [...priced].flatMap(([index, provider]) => {
    if (known.has(provider)) return [];
    const near = nearest(provider, known) ?? null;
    const at = own.get(near ?? "");
    const shown = at === undefined ? near : locate(["providers", at, "name"]).source;
    const advice = shown === null ? "" : `; did you mean ${shown}?`;
    return [
      value(["prices", index, "provider"], `is neither a type of provider nor the name of one in this file${advice}`),
    ];
  });
};

/** Finds what is wrong between parts of a config. */
export const checkConfig = (checked: Checked): readonly Complaint[] => {
  const providers = [...checked.providers];
  return [
    ...checkNames(checked),
    ...checkModels(checked),
    ...providers.flatMap(([index, provider]) => checkKey(index, provider)),
    ...providers.flatMap(([index, provider]) => checkKind(index, provider)),
    ...providers.flatMap(([index, provider]) => checkRegion(index, provider, checked.env)),
    ...checkPrices(checked),
    ...checkRoutes(checked),
  ];
};
