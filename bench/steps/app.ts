// The gateway itself, without the command line.
import { startApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/load.ts";
import { createLog } from "../../src/log.ts";
import { readArguments } from "./livez.ts";

const { file, text } = readArguments();
const loaded = parseConfig(text, file, process.env);
if (loaded.kind !== "ok") process.exit(1);
const sink = (_text: string, taken: () => void) => taken();
startApp(loaded.config, { log: createLog({ level: "off", format: "json", sink, now: Date.now }) });
