import { expect } from "bun:test";
import { said, understoodBy } from "../../support/dialects/scripted.ts";
import { expectResults, forms, startMatrix } from "./matrix.ts";

const forEach = await startMatrix();

for (const { isStream, form } of forms) {
  forEach(`reasoning is shown, ${form}`, async ({ ask }) => {
    const seen = await ask({ isStream, thinks: true }, "thought");
    expect(seen).toMatchObject({ text: said.text, thoughts: said.thought });
  });

  forEach(`the seal of the reasoning comes back, ${form}`, async ({ ask, upstream, side }) => {
    await ask({ isStream, thinks: true, isTwice: true }, "thought", "text");
    expect(understoodBy(upstream, side).seals).toEqual([...side.seals.thought]);
  });

  forEach(`reasoning before calls is shown, ${form}`, async (cell) => {
    const seen = await cell.ask({ isStream, thinks: true, hasTool: true }, "thoughtCalls", "text");
    expect(seen).toMatchObject({ text: said.text, thoughts: said.thought });
    expectResults(cell);
  });

  forEach(`the seal of reasoning before calls comes back with their results, ${form}`, async (cell) => {
    await cell.ask({ isStream, thinks: true, hasTool: true }, "thoughtCalls", "text");
    expectResults(cell);
    expect(understoodBy(cell.upstream, cell.side).seals).toEqual([...cell.side.seals.thoughtCalls]);
  });

  forEach(
    `the seal of reasoning nobody may see comes back with the results, ${form}`,
    async (cell) => {
      const seen = await cell.ask({ isStream, thinks: true, hasTool: true }, "hiddenCalls", "text");
      expect(seen).toMatchObject({ text: said.text, thoughts: "" });
      expectResults(cell);
      expect(understoodBy(cell.upstream, cell.side).seals).toEqual([...cell.side.seals.hiddenCalls]);
    },
    (_, { seals }) => seals.hiddenCalls.length > 0,
  );
}
