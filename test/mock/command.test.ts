import { expect, test } from "bun:test";
import OpenAI from "openai";
import { startProgram } from "../support/program.ts";
import { hello, rejectionOf } from "./serve-mock.ts";

test("qlite mock --error-after ends streams in an error after so many chunks", async () => {
  await using program = await startProgram(["mock", "--port", "0", "--chunks", "5", "--error-after", "4"]);
  const openai = new OpenAI({ baseURL: `${program.url}/v1`, apiKey: "sk-any", maxRetries: 0 });
  const seen: string[] = [];
  const read = async (): Promise<void> => {
    const stream = await openai.chat.completions.create({ model: "m", messages: hello, stream: true });
    for await (const { choices } of stream) seen.push(choices[0]?.delta.content ?? "");
  };
  expect(String(await rejectionOf(read()))).toContain("asked to end this stream in an error");
  expect(seen.filter((text) => text !== "")).toHaveLength(4);
});
