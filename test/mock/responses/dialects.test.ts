// One response, said in every dialect, judged by the official clients, whole and streamed.
import { describe, expect, test } from "bun:test";
import { geminiAsker, messagesAsker } from "../ask-others.ts";
import { chatAsker, responsesAsker } from "../ask-openai.ts";
import type { Asker } from "../asker.ts";
import { rejectionOf } from "../serve-mock.ts";
import { withResponses } from "./serve-response.ts";

const askers: readonly Asker[] = [chatAsker, responsesAsker, messagesAsker, geminiAsker];
const usage = { input_tokens: 7, output_tokens: 11, reasoning_tokens: 4 };

for (const { ask, finishes, isThoughtBeside, noReasoning, name } of askers) {
  describe.each([
    { form: "whole", isStream: false },
    { form: "streamed", isStream: true },
  ])(`${name}, $form`, ({ isStream }) => {
    test("a bare string is the text, its usage an estimate", () =>
      withResponses(["Hi there"], async (mock) => {
        expect((await ask(mock, { isStream })).said).toMatchObject({
          text: "Hi there",
          thoughts: "",
          calls: [],
          finish: finishes.stop,
          usage: { input: 3, output: 2, reasoning: noReasoning },
        });
      }));

    test("a written usage and reason are told", () =>
      withResponses([{ text: "Hi", usage, finish_reason: "length" }], async (mock) => {
        expect((await ask(mock, { isStream })).said).toMatchObject({
          text: "Hi",
          finish: finishes.length,
          usage: { input: 7, output: isThoughtBeside ? 7 : 11, reasoning: 4 },
        });
      }));

    test("a limit and a stop sequence of the request do not cut a written answer", () =>
      withResponses(["one two three four five"], async (mock) => {
        const { said } = await ask(mock, { isStream, most: 2, stop: "three" });
        expect(said).toMatchObject({ text: "one two three four five", finish: finishes.stop });
      }));

    test("tool calls are made, and their results answered by the next turn", () =>
      withResponses(
        [{ tool_calls: [{ name: "add", arguments: { a: 5, b: "x" } }] }, { text: "Sum it is" }],
        async (mock) => {
          const turn = await ask(mock, { isStream, force: "add" });
          expect(turn.said).toMatchObject({
            calls: [{ name: "add", input: { a: 5, b: "x" } }],
            finish: finishes.calls,
          });
          expect((await turn.next()).said).toMatchObject({ text: "Sum it is", finish: finishes.stop });
        },
      ));

    test("text, two calls and thinking go together, and the turn can be gone on with", () =>
      withResponses(
        [
          {
            blocks: [
              { reasoning: "I need both." },
              { text: "Let me see." },
              { tool_call: { name: "add", arguments: { a: 3, b: "y" } } },
              { tool_call: { name: "other", arguments: { a: 4, b: "z" } } },
            ],
          },
          "Done",
        ],
        async (mock) => {
          const turn = await ask(mock, { isStream, force: "any", thinks: "shown" });
          expect(turn.said).toMatchObject({
            text: "Let me see.",
            thoughts: "I need both.",
            calls: [
              { name: "add", input: { a: 3, b: "y" } },
              { name: "other", input: { a: 4, b: "z" } },
            ],
          });
          expect((await turn.next()).said.text).toBe("Done");
        },
      ));

    test("thinking in front of words is sealed as the mock's own", () =>
      withResponses([{ reasoning: "Thoughtful", text: "42" }, "Then 43"], async (mock) => {
        const turn = await ask(mock, { isStream, thinks: "shown" });
        expect(turn.said).toMatchObject({ text: "42", thoughts: "Thoughtful", usage: { reasoning: 3 } });
        expect((await turn.next()).said.text).toBe("Then 43");
        if (name === "gemini") return;
        const changed = ask(mock, { isStream, thinks: "shown" }).then(() =>
          turn.next((json) => json.replaceAll("Thoughtful", "Thoughtless")),
        );
        expect(await rejectionOf(changed)).toMatchObject({ status: 400 });
      }));

    test("JSON is answered as text that fits the request's schema", () =>
      withResponses([{ json: { a: 9, b: "z" } }], async (mock) => {
        const { said } = await ask(mock, { isStream, hasSchema: true });
        expect(JSON.parse(said.text)).toEqual({ a: 9, b: "z" });
      }));

    test("JSON against the request's schema is the fixture's fault, and said so", () =>
      withResponses([{ json: { a: "nine", b: "z" } }], async (mock) => {
        const thrown = await rejectionOf(ask(mock, { isStream, hasSchema: true }));
        expect(thrown).toMatchObject({ status: 400 });
        expect(String(thrown)).toContain("tested");
        expect(String(thrown)).toContain("$.a is a string, the request's schema wants an integer");
      }));

    test("values of the request are filled in", () =>
      withResponses([{ text: "{{ request.model }} says: {{ user }}" }], async (mock) => {
        const { said } = await ask(mock, { isStream });
        expect(said.text).toEndWith(" says: Hello, mock!");
        expect(said.text).not.toContain("{");
      }));

    test("auto answers by itself, and takes what is written beside it", () =>
      withResponses([{ auto: true, usage: { output_tokens: 77 } }], async (mock) => {
        const { said } = await ask(mock, { isStream, hasSchema: true });
        expect(JSON.parse(said.text)).toEqual({ a: 3, b: "lorem" });
        expect(said.usage.output).toBe(77);
      }));
  });

  test.each([
    [{ status: 429, code: "rate_limit_exceeded", retry_after: 7 }, 429],
    [{ type: "overloaded_error", message: "Busy" }, name === "anthropic" ? 529 : 503],
    [{ status: 401, type: "authentication_error" }, 401],
    [{ code: "context_length_exceeded", type: "invalid_request_error", param: "messages" }, 400],
    [{}, 500],
  ])(`${name}: an error %j raises the error the service's would`, (error, status) =>
    withResponses([{ error }], async (mock) => {
      for (const isStream of [false, true]) {
        const thrown = await rejectionOf(ask(mock, { isStream }));
        expect(thrown).toMatchObject({ status });
        if ("message" in error) expect(String(thrown)).toContain("Busy");
      }
    }),
  );
}
