// Bun alone: reads the arguments and the file, and answers.
import { answerLivez, readArguments } from "./livez.ts";

const { port } = readArguments();
answerLivez(port);
