import type { StartOptions } from "./library.ts";

const names = ["fixtures", "cassettes", "mode", "fallback", "profile", "seed", "clock", "timing", "env", "failUnused"];

/** The files, folders and globs of fixtures. */
export const toFiles = ({ fixtures = [] }: StartOptions): readonly string[] =>
  typeof fixtures === "string" ? [fixtures] : fixtures;

/** @throws {Error} a name there is not, or a fixture in place of its file */
const check = (options: StartOptions): void => {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`startMock has no option ${unknown}; there are ${names.join(", ")}`);
  // Without types anything may be given.
  const files: readonly unknown[] = [options.fixtures ?? []].flat();
  if (files.every((file) => typeof file === "string")) return;
  throw new Error(
    "startMock takes files, folders and globs as fixtures; those written in a test are for on(…) and scope(name, { fixtures })",
  );
};

const written = ["cassettes", "mode", "fallback", "seed", "clock", "timing"] as const;

const given = (options: StartOptions): readonly (readonly [string, string | number])[] =>
  written.flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [[name, value] as const];
  });

/** The options as the `mock` block of a config. @throws {Error} a name there is not */
export const toBlock = (options: StartOptions): Readonly<Record<string, unknown>> => {
  check(options);
  const { profile, mode, cassettes } = options;
  // As the flags have it.
  const wantsFolder = mode !== undefined && mode !== "live" && cassettes === undefined;
  return {
    ...Object.fromEntries(given(options)),
    ...(wantsFolder && { cassettes: "mock/cassettes" }),
    ...(profile !== undefined && { match: { profile } }),
  };
};

/** The options as arguments of `qlite mock`. @throws {Error} a name there is not */
export const toArguments = (options: StartOptions): readonly string[] => {
  check(options);
  const { profile } = options;
  const flags = [...given(options), ...(profile === undefined ? [] : [["profile", profile] as const])];
  return [...flags.map(([name, value]) => `--${name}=${value}`), ...toFiles(options)];
};
