import { clientEnv } from "../mock/client-env.ts";

/** What a test command finds the mock by. */
export interface ChildEnv {
  readonly url: string;
  /** A key that it takes, set where there is none; null sets none, and without it the mock takes any. */
  readonly key?: string | null;
  /** `NAME=template`, with `{url}` and `{port}` in it. */
  readonly extra: readonly string[];
}

/** Gives the environment of a test command: its own, with every official client pointed at the mock. */
export const toChildEnv = (
  env: Readonly<Record<string, string | undefined>>,
  { url, key, extra }: ChildEnv,
): Record<string, string | undefined> => {
  const set: Record<string, string | undefined> = { ...env, ...clientEnv(env, url, key) };
  const { port } = new URL(url);
  for (const entry of extra) {
    const at = entry.indexOf("=");
    set[entry.slice(0, at)] = entry
      .slice(at + 1)
      .replaceAll("{url}", url)
      .replaceAll("{port}", port);
  }
  return set;
};
