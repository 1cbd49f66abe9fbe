import type { ServiceTier } from "./wire.ts";

/** OpenAI's word for a tier of the service: `standard` is its `default`; null for none. */
export const readTier = (tier: string | null): string | null => {
  const word = tier?.toLowerCase() ?? null;
  if (word === null || word === "unspecified") return null;
  return word === "standard" ? "default" : word;
};

/** The service's own word, null for a tier it does not have; `auto` says nothing. */
export const writeTier = (tier: string | null): ServiceTier | null => {
  if (tier === "default") return "standard";
  return tier === "flex" || tier === "priority" ? tier : null;
};
