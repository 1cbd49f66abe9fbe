/** Bun's `fetch` runs 256 requests at a time in a process; only this variable, read at its start, changes that. */
const variable = "BUN_CONFIG_MAX_HTTP_REQUESTS";
const cap = "65535";

/** Commands that answer at once and need no upstream, and those that record one test suite. */
const brief = new Set([
  "check",
  "exec",
  "record",
  "tail",
  "usage",
  "help",
  "version",
  "--help",
  "-h",
  "--version",
  "-V",
]);

/** Behind `--` stands another program's command line. */
const isBrief = (args: readonly string[]): boolean => {
  const end = args.indexOf("--");
  return (end === -1 ? args : args.slice(0, end)).some((arg) => brief.has(arg));
};

/**
 * Starts this program again with Bun's cap of 256 concurrent `fetch` requests lifted, unless it is lifted already.
 *
 * On POSIX the process is replaced: same pid, same files, about 10 ms. On Windows, which cannot do that, a child runs
 * in its place and its exit code is handed on. The 257th stream would wait for one to end, without a word.
 *
 * @see Bun 1.4.5, `docs/runtime/networking/fetch.mdx`
 */
export const liftFetchCap = (args: readonly string[]): void => {
  if (process.env[variable] !== undefined || isBrief(args)) return;
  const script = process.argv[1];
  const again = [process.execPath, ...(Bun.isStandaloneExecutable || script === undefined ? [] : [script]), ...args];
  const env = { ...process.env, [variable]: cap };
  if (process.platform !== "win32" && process.execve !== undefined) {
    const defined = Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    process.execve(process.execPath, again, Object.fromEntries(defined));
  }
  const child = Bun.spawnSync(again, { env, stdin: "inherit", stdout: "inherit", stderr: "inherit" });
  process.exit(child.exitCode);
};
