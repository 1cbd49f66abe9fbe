// The helpers of the official SDKs that make turns and read JSON by themselves.
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import { FunctionCallingConfigMode, type CallableTool } from "@google/genai";
import { expect, test } from "bun:test";
import { zodFunction, zodResponsesFunction, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { withMock } from "./asker.ts";
import { hello, tenWords } from "./serve-mock.ts";

const Place = z.object({ city: z.string(), days: z.number().int().min(2), unit: z.enum(["C", "F"]).nullable() });
const place = { city: "lorem", days: 2, unit: "C" as const };

test("the tool runner of chat completions calls the required tool once and ends with words", () =>
  withMock({}, async (mock) => {
    for (const isStream of [false, true]) {
      const inputs: unknown[] = [];
      const tool = zodFunction({ name: "weather", parameters: Place, function: (input) => inputs.push(input) });
      const ask = { model: "m", messages: hello, tools: [tool], tool_choice: "required" as const };
      const { completions } = mock.openai.chat;
      const run = isStream ? completions.runTools({ ...ask, stream: true }) : completions.runTools(ask);
      expect(await run.finalContent()).toBe(tenWords);
      expect(inputs).toEqual([place]);
    }
  }));

test("the tool runner of Anthropic calls the forced tool once and ends with words", () =>
  withMock({}, async (mock) => {
    for (const isStream of [false, true]) {
      const inputs: unknown[] = [];
      const run = (input: unknown): string => String(inputs.push(input));
      const tool = betaZodTool({ name: "weather", description: "", inputSchema: Place, run });
      const ask = { model: "m", max_tokens: 99, messages: hello, tools: [tool], tool_choice: { type: "any" as const } };
      const runner = isStream
        ? mock.anthropic.beta.messages.toolRunner({ ...ask, stream: true })
        : mock.anthropic.beta.messages.toolRunner({ ...ask, stream: false });
      const last = await runner.runUntilDone();
      expect(last.content.map((block) => (block.type === "text" ? block.text : block.type))).toEqual([tenWords]);
      expect(inputs).toEqual([place]);
    }
  }));

test("the SDK of Gemini calls the forced function by itself and ends with words", () =>
  withMock({}, async (mock) => {
    const inputs: unknown[] = [];
    const tool: CallableTool = {
      tool: async () => ({ functionDeclarations: [{ name: "weather", parametersJsonSchema: z.toJSONSchema(Place) }] }),
      callTool: async (calls) =>
        calls.map(({ id, name, args }) => {
          inputs.push(args);
          return { functionResponse: { id: id ?? "", name: name ?? "", response: { output: "rain" } } };
        }),
    };
    const functionCallingConfig = { mode: FunctionCallingConfigMode.ANY };
    const config = { tools: [tool], toolConfig: { functionCallingConfig } };
    const reply = await mock.gemini.models.generateContent({ model: "m", contents: "Hello", config });
    expect(reply.text).toBe(tenWords);
    expect(inputs).toEqual([place]);
  }));

test("responses.parse and its stream give the arguments and the output of a zod schema", () =>
  withMock({}, async (mock) => {
    const text = { format: zodTextFormat(Place, "place") };
    const parsed = await mock.openai.responses.parse({ model: "m", input: "Hello", text });
    expect(parsed.output_parsed).toEqual(place);
    const streamed = await mock.openai.responses.stream({ model: "m", input: "Hello", text }).finalResponse();
    expect(streamed.output_parsed).toEqual(place);
    const tools = [zodResponsesFunction({ name: "weather", parameters: Place })];
    const called = await mock.openai.responses.parse({ model: "m", input: "Hello", tools, tool_choice: "required" });
    expect(called.output[0]).toMatchObject({ type: "function_call", parsed_arguments: place });
  }));

test("messages.parse and its stream give the output of a zod schema", () =>
  withMock({}, async (mock) => {
    // The helper tells the bounds of a number in words, which the mock does not read.
    const format = zodOutputFormat(Place.extend({ days: z.number().int() }));
    const ask = { model: "m", max_tokens: 99, messages: hello, output_config: { format } };
    const output = { ...place, days: 1 };
    expect((await mock.anthropic.messages.parse(ask)).parsed_output).toEqual(output);
    expect((await mock.anthropic.messages.stream(ask).finalMessage()).parsed_output).toEqual(output);
  }));
