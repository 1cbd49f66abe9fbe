import type { CacheHint, JsonObject } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import { maybeObject, maybeOneOf, needText, wrongValue } from "../fields.ts";
import type { CacheControl } from "./wire.ts";

const seconds = { "5m": 300, "1h": 3600 } as const;
const known = new Set(["type", "ttl"]);

/** Reads the `cache_control` of a block, a tool or the request itself. */
export const readCacheControl = (owner: JsonObject, path: string, drops: Drops): CacheHint | null => {
  const at = path === "" ? "cache_control" : `${path}.cache_control`;
  const control = maybeObject(owner["cache_control"], at);
  if (control === null) return null;
  const type = needText(control["type"], `${at}.type`);
  if (type !== "ephemeral") throw wrongValue(`${at}.type`, type, ["ephemeral"]);
  const ttl = maybeOneOf(control["ttl"], ["5m", "1h"], `${at}.ttl`);
  dropUnknown(control, known, "cache_control.", drops);
  return { ttlSeconds: ttl === null ? null : seconds[ttl] };
};

/** Gives the field to spread into a block; there are two lives, and another is said as the nearer of them. */
export const writeCacheControl = (cache: CacheHint | null): { readonly cache_control?: CacheControl } => {
  if (cache === null) return {};
  const { ttlSeconds } = cache;
  if (ttlSeconds === null) return { cache_control: { type: "ephemeral" } };
  const isShort = ttlSeconds - seconds["5m"] <= seconds["1h"] - ttlSeconds;
  return { cache_control: { type: "ephemeral", ttl: isShort ? "5m" : "1h" } };
};
