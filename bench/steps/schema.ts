// Also checks the config with the schema.
import { parseConfig } from "../../src/config/load.ts";
import { answerLivez, readArguments } from "./livez.ts";

const { port, file, text } = readArguments();
if (parseConfig(text, file, process.env).kind !== "ok") process.exit(1);
answerLivez(port);
