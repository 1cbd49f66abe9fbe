import { toHead } from "../support/http-bytes.ts";
import { json } from "../support/upstream-scripts.ts";

export const prices = [
  { provider: "up", models: ["gpt-5.4"], input: 2.5, output: 15, date: "2026-11-22", source: "a contract" },
];

export const ask = '{"model":"gpt-5.4","messages":[{"role":"user","content":"How is the weather in Paris today?"}]}';
export const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
export const whole = JSON.stringify({
  id: "c",
  object: "chat.completion",
  model: "gpt-5.4-2026-03-05",
  choices: [{ index: 0, message: { role: "assistant", content: "It is raining." }, finish_reason: "stop" }],
  usage,
});
export const chunkedHead = toHead(200, { ...json, "transfer-encoding": "chunked" });
/** A whole reply with a text of so many halves of a MiB, in as many pieces. */
export const longReply = (halves: number): readonly string[] => {
  const [before = "", after = ""] = whole.split("It is raining.");
  return [before, ...Array.from({ length: halves }, () => "x".repeat(524_288)), after];
};
