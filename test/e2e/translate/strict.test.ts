import { expectResults, forms, startMatrix } from "./matrix.ts";

const forEach = await startMatrix();

const plain = [
  ["a text", {}, "text"],
  ["an image and a PDF", { hasMedia: true }, "text"],
  ["a schema", { hasSchema: true }, "json"],
  ["reasoning", { thinks: true }, "thought"],
] as const;

for (const [what, asked, answer] of plain) {
  for (const { isStream, form } of forms) {
    forEach(`strict translation has nothing against ${what}, ${form}`, async ({ askStrictly }) => {
      await askStrictly({ isStream, ...asked }, answer);
    });
  }
}

for (const { isStream, form } of forms) {
  forEach(`strict translation has nothing against tools, ${form}`, async (cell) => {
    await cell.askStrictly({ isStream, hasTool: true }, "calls", "text");
    expectResults(cell);
  });
}
