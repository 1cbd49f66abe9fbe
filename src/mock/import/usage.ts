import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import { finishWords } from "../responses/finish-words.ts";
import { usageSchema } from "../responses/usage-schema.ts";
import type { Entry } from "./entry.ts";
import type { Tell } from "./report.ts";

const ofGemini: Readonly<Record<string, string>> = {
  promptTokenCount: "prompt_tokens",
  candidatesTokenCount: "completion_tokens",
  totalTokenCount: "total_tokens",
  cachedContentTokenCount: "cached_input_tokens",
  thoughtsTokenCount: "reasoning_tokens",
};

/** `usage` in our words; what there are none for is told. */
export const toUsage = (entry: Entry, key: string, tell: Tell): JsonObject | undefined => {
  const written = entry.take(key);
  if (!isObject(written)) return undefined;
  const usage: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(written)) {
    const own = { [ofGemini[name] ?? name]: value };
    if (value !== null && usageSchema.safeParse(own, { jitless: true }).success) Object.assign(usage, own);
    else if (value !== null) {
      tell(
        "partly",
        [...entry.path, key, name],
        "is a count qlite has no word for",
        "answer it with `raw` if a test looks at it",
      );
    }
  }
  return Object.keys(usage).length === 0 ? undefined : usage;
};

/** A reason to finish that is known in some dialect; another is told. */
export const toFinish = (written: string | undefined, entry: Entry, key: string, tell: Tell): string | undefined => {
  if (written === undefined || finishWords.some((word) => word === written)) return written;
  tell(
    "partly",
    entry.at(key),
    `the reason ${JSON.stringify(written)} is one of no dialect`,
    `write one of ${finishWords.join(", ")}`,
  );
  return undefined;
};
