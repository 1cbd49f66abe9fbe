// Cells of the contract that do not hold yet, each with its finding; a fixed one turns its `test.failing` red: delete it.
import { test } from "bun:test";

export const gaps: Readonly<Record<string, string>> = {
  "openai-chat: a request nested 100,000 levels deep is refused": "G19",
  "openai-responses: a request nested 100,000 levels deep is refused": "G19",
  "anthropic: a request nested 100,000 levels deep is refused": "G19",
  "gemini: a request nested 100,000 levels deep is refused": "G19",
};

/** A test that is expected to fail as long as its name stands in `gaps`. */
export const cell = (name: string, run: () => void | Promise<void>): void => {
  if (Object.hasOwn(gaps, name)) test.failing(`${name} (${gaps[name]})`, run);
  else test(name, run);
};
