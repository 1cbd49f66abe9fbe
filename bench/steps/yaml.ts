// Also reads the config as YAML.
import { LineCounter } from "yaml";
import { readYaml } from "../../src/config/yaml.ts";
import { answerLivez, readArguments } from "./livez.ts";

const { port, text } = readArguments();
if (readYaml(text, process.env, new LineCounter()).kind !== "ok") process.exit(1);
answerLivez(port);
