import type { LogConfig } from "../config/schema.ts";
import { createLog, type Log } from "../log.ts";

/** The log on stdout: text for people on a terminal, JSON lines elsewhere, unless the config says which. */
export const createStdoutLog = ({ level, format }: LogConfig, secrets: readonly string[]): Log =>
  createLog({
    level,
    format: format === "auto" ? (process.stdout.isTTY ? "text" : "json") : format,
    // Unlike `console.log`, this does not block while a pipe is full.
    sink: (text, taken) => {
      process.stdout.write(text, () => taken());
    },
    now: Date.now,
    secrets,
  });
