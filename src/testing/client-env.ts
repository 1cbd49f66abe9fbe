import { clientEnv } from "../mock/client-env.ts";

/** Sets the variables of the mock's clients; gives the function that puts back what was there. */
export const setEnv = (env: Record<string, string | undefined>, url: string): (() => void) => {
  const set = clientEnv(env, url);
  const before = Object.keys(set).map((name) => [name, env[name]] as const);
  Object.assign(env, set);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
  };
};
