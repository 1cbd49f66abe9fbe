import { isatty } from "node:tty";
import type { LogConfig } from "../config/schema.ts";
import { createLog, type Log, type LogSink } from "../log.ts";
import { wantsColour } from "./wants-colour.ts";

/**
 * Hands text to stdout without ever blocking on a full pipe, as `console.log` would: what the system does not take
 * at once waits in Bun's writer, and `taken` is called when it is gone.
 */
const createStdoutSink = (): LogSink => {
  const writer = Bun.stdout.writer();
  return (text, taken) => {
    void writer.write(text);
    const flushed = writer.flush();
    if (flushed instanceof Promise) flushed.then(taken, taken);
    else taken();
  };
};

/** The log on stdout: text for people on a terminal, JSON lines elsewhere, unless the config says which. */
export const createStdoutLog = ({ level, format }: LogConfig, secrets: readonly string[]): Log => {
  const isTerminal = isatty(1);
  return createLog({
    level,
    format: format === "auto" ? (isTerminal ? "text" : "json") : format,
    hasColours: wantsColour(isTerminal),
    sink: createStdoutSink(),
    now: Date.now,
    secrets,
  });
};
