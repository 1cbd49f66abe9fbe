// Writes node.js anew, the library as Node loads it; run it after a change of this folder, and the formatter after it.
import { writeFileSync } from "node:fs";

/** The text of node.js, before the formatter. */
export const bundleForNode = async (): Promise<string> => {
  const entry = new URL("node.ts", import.meta.url).pathname;
  const { outputs } = await Bun.build({ entrypoints: [entry], target: "node", format: "esm" });
  const text = (await outputs[0]?.text()) ?? "";
  return `// Made of node.ts by write-node.ts; do not edit.\n/* oxlint-disable */\n${text}`;
};

if (import.meta.main) writeFileSync(new URL("node.js", import.meta.url), await bundleForNode());
