import { expect } from "bun:test";
import { said } from "../../support/dialects/scripted.ts";
import { expectResults, forms, startMatrix } from "./matrix.ts";

const forEach = await startMatrix();

for (const { isStream, form } of forms) {
  forEach(`two parallel calls and their results make two turns, ${form}`, async (cell) => {
    const seen = await cell.ask({ isStream, hasTool: true }, "calls", "text");
    expect(seen.text).toBe(said.text);
    expectResults(cell);
  });
}
