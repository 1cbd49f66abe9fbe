// What the mock decides is the same in every dialect, judged by the official client of each, whole and streamed.
import { describe, expect, test } from "bun:test";
import { geminiAsker, messagesAsker } from "./ask-others.ts";
import { chatAsker, responsesAsker } from "./ask-openai.ts";
import { addInput, withMock, type Asker } from "./asker.ts";
import { rejectionOf, tenWords } from "./serve-mock.ts";

const askers: readonly Asker[] = [chatAsker, responsesAsker, messagesAsker, geminiAsker];
const thought = "I am a mock: I look at the request, weigh nothing, and answer in lorem ipsum.";
const thoughtTokens = 16;

/** The seals of the mock, which are base64 of `mock:`. */
const seal = /bW9jazpy[\w+/]+=*/g;

for (const asker of askers) {
  const { ask, finishes, noReasoning, isThoughtBeside, hasStop, name } = asker;
  const output = (tokens: number, thoughts = 0): number => (isThoughtBeside ? tokens : tokens + thoughts);

  describe.each([
    { form: "whole", isStream: false },
    { form: "streamed", isStream: true },
  ])(`${name}, $form`, ({ isStream }) => {
    test("a question is answered with ten words and their usage", () =>
      withMock({}, async (mock) => {
        expect((await ask(mock, { isStream })).said).toMatchObject({
          text: tenWords,
          thoughts: "",
          calls: [],
          finish: finishes.stop,
          usage: { input: 3, output: 10, reasoning: noReasoning },
        });
      }));

    test.each(["any", "add"] as const)(
      "a forced call (%s) has arguments of its schema, and its result is answered in words",
      (force) =>
        withMock({}, async (mock) => {
          const turn = await ask(mock, { isStream, force });
          expect(turn.said).toMatchObject({ text: "", finish: finishes.calls });
          expect(turn.said.calls).toEqual([{ name: force === "any" ? "other" : "add", input: addInput }]);
          expect((await turn.next()).said).toMatchObject({ text: tenWords, calls: [], finish: finishes.stop });
        }),
    );

    test("a schema is answered with JSON that fits it", () =>
      withMock({}, async (mock) => {
        const { said } = await ask(mock, { isStream, hasSchema: true });
        expect(JSON.parse(said.text)).toEqual(addInput);
        expect(said).toMatchObject({ finish: finishes.stop, usage: { output: 5 } });
      }));

    test("thinking is shown when it is asked for, and counted", () =>
      withMock({}, async (mock) => {
        expect((await ask(mock, { isStream, thinks: "shown" })).said).toMatchObject({
          text: tenWords,
          thoughts: thought,
          finish: finishes.stop,
          usage: { output: output(10, thoughtTokens), reasoning: thoughtTokens },
        });
      }));

    test("thinking that is not to be shown is counted all the same", () =>
      withMock({}, async (mock) => {
        expect((await ask(mock, { isStream, thinks: "hidden" })).said).toMatchObject({
          text: tenWords,
          thoughts: "",
          usage: { output: output(10, thoughtTokens), reasoning: thoughtTokens },
        });
      }));

    test("thinking that is switched off costs nothing", () =>
      withMock({}, async (mock) => {
        expect((await ask(mock, { isStream, thinks: "off" })).said).toMatchObject({
          thoughts: "",
          usage: { output: 10, reasoning: noReasoning },
        });
      }));

    test.each(["shown", "hidden"] as const)(
      "a turn with its %s thinking can be gone on with, by calls and by words",
      (thinks) =>
        withMock({}, async (mock) => {
          const words = await ask(mock, { isStream, thinks });
          expect((await words.next()).said.text).toBe(tenWords);
          const calls = await ask(mock, { isStream, thinks, force: "add" });
          expect((await calls.next()).said.text).toBe(tenWords);
        }),
    );

    test.each(["shown", "hidden"] as const)("a changed seal of %s thinking is a 400", (thinks) =>
      withMock({}, async (mock) => {
        if (name === "openai-chat" && thinks === "hidden") return;
        for (const question of [
          { isStream, thinks },
          { isStream, thinks, force: "add" as const },
        ]) {
          const turn = await ask(mock, question);
          let seals = 0;
          const change = (json: string): string =>
            json.replaceAll(seal, (found) => {
              seals += 1;
              return `${found.slice(0, 20)}${found[20] === "A" ? "B" : "A"}${found.slice(21)}`;
            });
          expect(await rejectionOf(turn.next(change))).toMatchObject({ status: 400 });
          expect(seals).toBeGreaterThan(0);
        }
      }),
    );

    test("a seal of somebody else's is a 400", () =>
      withMock({}, async (mock) => {
        const turn = await ask(mock, { isStream, thinks: "shown" });
        const thrown = await rejectionOf(turn.next((json) => json.replaceAll(seal, "RXFNQkNrZ0lDaEFCR0FJcQ==")));
        expect(thrown).toMatchObject({ status: 400 });
      }));

    test("sealed thinking whose words were changed is a 400", () =>
      withMock({}, async (mock) => {
        // Gemini seals the answer, and shows a summary that it does not look at again.
        if (name === "gemini") return;
        const turn = await ask(mock, { isStream, thinks: "shown" });
        const thrown = await rejectionOf(turn.next((json) => json.replaceAll("weigh nothing", "weigh everything")));
        expect(thrown).toMatchObject({ status: 400 });
      }));

    test("a stop sequence ends the text before it", () =>
      withMock({}, async (mock) => {
        if (!hasStop) return;
        const { said } = await ask(mock, { isStream, stop: "sit" });
        expect(said).toMatchObject({ text: "Lorem ipsum dolor ", finish: finishes.cut, usage: { output: 3 } });
        if (name === "anthropic") expect(said.stopSequence).toBe("sit");
        expect((await ask(mock, { isStream, stop: "nowhere" })).said.text).toBe(tenWords);
      }));

    test("a limit cuts the answer, and thinking counts towards it", () =>
      withMock({}, async (mock) => {
        expect((await ask(mock, { isStream, most: 2 })).said).toMatchObject({
          text: "Lorem ipsum",
          finish: finishes.length,
          usage: { output: 2 },
        });
        expect((await ask(mock, { isStream, most: 18, thinks: "shown" })).said).toMatchObject({
          text: "Lorem ipsum",
          thoughts: thought,
          finish: finishes.length,
          usage: { output: output(2, 16), reasoning: 16 },
        });
        expect((await ask(mock, { isStream, most: 4, thinks: "shown" })).said).toMatchObject({
          text: "",
          thoughts: "I am a mock:",
          finish: finishes.length,
          usage: { output: output(0, 4), reasoning: 4 },
        });
      }));
  });

  test.each([1, 2, 7, 63])(`${name}: a stream of %i pieces is exactly as many`, (chunks) =>
    withMock({ chunks }, async (mock) => {
      const seen: string[] = [];
      await asker.pieces(mock, seen);
      expect([seen.length, seen.join("")]).toEqual([chunks, tenWords]);
    }),
  );

  test(`${name}: more pieces than the text has characters make it longer, whole and streamed`, () =>
    withMock({ chunks: 200 }, async (mock) => {
      const seen: string[] = [];
      await asker.pieces(mock, seen);
      expect(seen).toHaveLength(200);
      expect((await ask(mock, { isStream: false })).said.text).toBe(seen.join(""));
    }));

  test.each([0, 2, 3, 9])(`${name}: errorAfter %i ends a stream in an error, and no whole answer`, (errorAfter) =>
    withMock({ chunks: 3, errorAfter }, async (mock) => {
      const seen: string[] = [];
      expect(String(await rejectionOf(asker.pieces(mock, seen)))).toContain("asked to end this stream in an error");
      expect(seen).toHaveLength(Math.min(3, errorAfter));
      expect((await ask(mock, { isStream: false })).said.text).toBe(tenWords);
    }),
  );
}
