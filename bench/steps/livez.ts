import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

/** What every step is started with: the command line of `qlite serve`. */
export const readArguments = (): { readonly port: number; readonly file: string; readonly text: string } => {
  const options = { config: { type: "string" }, port: { type: "string" } } as const;
  const { values } = parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
  const file = values.config ?? "";
  return { port: Number(values.port), file, text: readFileSync(file, "utf8") };
};

/** Answers every request with 200, as a proxy would that does nothing. */
export const answerLivez = (port: number): void => {
  Bun.serve({ port, hostname: "127.0.0.1", development: false, fetch: () => new Response("ok\n") });
};
