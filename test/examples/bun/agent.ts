// The program under test.
import type OpenAI from "openai";

const model = "gpt-5.4-mini";
const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: "function",
    function: {
      name: "get_weather",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

export type Weather = (city: string) => string;

/** Answers a question, looking up the weather as often as the model asks for it. */
export const answer = async (openai: OpenAI, question: string, weather: Weather): Promise<string> => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: question }];
  for (;;) {
    const { choices } = await openai.chat.completions.create({ model, messages, tools });
    const message = choices[0]!.message;
    if (message.tool_calls === undefined) return message.content ?? "";
    messages.push(message);
    for (const call of message.tool_calls) {
      if (call.type !== "function") continue;
      const { city } = JSON.parse(call.function.arguments);
      messages.push({ role: "tool", tool_call_id: call.id, content: weather(city) });
    }
  }
};

/** Tells a story, a piece at a time. */
export async function* tell(openai: OpenAI): AsyncGenerator<string> {
  const messages = [{ role: "user" as const, content: "Tell me a story" }];
  for await (const { choices } of await openai.chat.completions.create({ model, messages, stream: true })) {
    yield choices[0]?.delta.content ?? "";
  }
}
