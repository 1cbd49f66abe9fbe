import { secretsOf } from "./provider-config.ts";
import type { Config } from "./schema.ts";

/** The password of an address, as written and as it is meant. */
const passwordOf = (url: string): readonly string[] => {
  const { password } = new URL(url);
  if (password === "") return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
};

/** Gives what of a config must never stand in a log, a trace, an answer or anywhere else. */
export const secretsIn = ({ providers, admin, traces, ledger }: Config): readonly string[] => [
  ...providers.flatMap(secretsOf),
  ...(admin.key === null ? [] : [admin.key]),
  ...Object.values(traces?.headers ?? {}).flatMap((value) => [value, value.replace(/^\S+\s+/, "")]),
  ...(ledger === null || ledger.url === null ? [] : passwordOf(ledger.url)),
];
