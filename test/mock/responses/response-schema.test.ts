import { expect, test } from "bun:test";
import * as z from "zod/mini";
import { describeIssue, toComplaints } from "../../../src/config/messages.ts";
import { responseSchema } from "../../../src/mock/responses/response-schema.ts";

/** Faults as a reader of fixtures tells them, one a line. */
const formatFaults = (error: z.core.$ZodError | undefined): string =>
  (error?.issues ?? [])
    .flatMap((issue) => toComplaints(issue))
    .map(({ path, message }) => `${path.join(".")}: ${message}`)
    .join("\n");

const cases: readonly (readonly [written: unknown, told: string])[] = [
  [{ txt: "Hi" }, "txt: unknown key; did you mean text?"],
  [{}, "needs an answer: one of text,"],
  [{ usage: { prompt_tokens: 1 } }, "needs an answer"],
  [{ text: "a", json: {} }, "has json and text, which do not go together"],
  [{ text: "a", blocks: [{ text: "b" }] }, "has blocks and text, which do not go together"],
  [{ error: { status: 200 } }, "error.status: must be at least 400"],
  [{ error: { stauts: 500 } }, "error.stauts: unknown key; did you mean status?"],
  [{ blocks: [{ text: "a", refusal: "b" }] }, "blocks.0: needs exactly one of text"],
  [{ blocks: [{ toolcall: {} }] }, "blocks.0.toolcall: unknown key; did you mean tool_call?"],
  [{ text: "a", usage: { promt_tokens: 1 } }, "usage.promt_tokens: unknown key; did you mean prompt_tokens?"],
  [{ text: "a", finish_reason: "done" }, "finish_reason: must be one of stop, length"],
  [{ text: 5 }, "text: must be text"],
  [{ moderation: ["hat"] }, "moderation.0: must be one of harassment"],
  [{ moderation: { flagged: true } }, "moderation: must be a list of categories, such as [violence]; [] flags nothing"],
  [{ image: "generated" }, "image: must be auto, a map with file or base64, or a list of these"],
  [{ raw: { body: "a", base64: "AA==" } }, "raw: needs at most one of body"],
  [{ image: { file: "a.png", base64: "AA==" } }, "image: needs file or base64"],
  [{ headers: { "a b": "c" }, text: "x" }, "headers: has a name that no header can have"],
  [{ choices: ["a", 5] }, "choices.1: must be text or a map of keys"],
  [5, "must be text or a map of keys"],
];

test.each(cases)("%j is refused: %s", (written, told) => {
  const parsed = responseSchema.safeParse(written, { error: describeIssue, jitless: true });
  expect(parsed.success).toBe(false);
  expect(formatFaults(parsed.error)).toContain(told);
});

test("editors are told every key and what it means", () => {
  const schema = JSON.stringify(z.toJSONSchema(responseSchema, { io: "input" }));
  for (const key of ["text_file", "tool_calls", "retry_after_ms", "embedding", "sse", "cached_tokens", "seed"]) {
    expect(schema).toContain(`"${key}":{`);
  }
  const missing = JSON.parse(schema).anyOf[1].properties;
  const undescribed = Object.keys(missing).filter((key) => missing[key].description === undefined);
  expect(undescribed).toEqual([]);
});
