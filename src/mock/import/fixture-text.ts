// The file that is written: fixtures that load, and nothing that looks like a key.
import type { JsonObject } from "../../dialects/conversation.ts";
import { writeBlock, writeFlow } from "../../cassette/file/write-yaml.ts";
import { isObject } from "../../dialects/fields.ts";
import { parseFixtures } from "../fixtures/parse-fixtures.ts";
import { joinSteps, type Made } from "./draft.ts";
import type { Converted } from "./entry.ts";
import type { Tell } from "./report.ts";

export interface FixtureText {
  readonly text: string;
  readonly count: number;
}

/** What kind of secret is in a text, null for none. */
export type FindSecret = (text: string) => string | null;

const toFaults = (fixture: unknown): readonly string[] => {
  const parsed = parseFixtures([fixture], "import", { allowFunctions: false });
  return parsed.kind === "ok"
    ? []
    : parsed.faults.map(({ path, message }) => `${path.replace(/^\[0\]\.?/, "")} ${message}`.trim());
};

const isFit = ({ path, fixture }: Made, findSecret: FindSecret, tell: Tell): boolean => {
  const secret = findSecret(writeBlock(fixture, 2));
  if (secret !== null) {
    tell(
      "left_out",
      path,
      `holds ${secret}`,
      "take it out of the file, have it revoked if it was one, and import again",
    );
    return false;
  }
  const [fault] = toFaults(fixture);
  if (fault !== undefined) tell("left_out", path, `makes no fixture: ${fault}`, "write it by hand");
  return fault === undefined;
};

const writeField = (key: string, value: unknown): string => writeBlock({ [key]: value }, 4).slice(1);

/** A fixture as an item of its list; a vector of thousands of numbers stands in one line. */
const writeItem = (fixture: JsonObject): string => {
  const fields = Object.entries(fixture).map(([key, value]) => {
    const isVector = key === "response" && isObject(value) && Object.keys(value).join() === "embedding";
    return isVector ? `    response:\n      embedding: ${writeFlow(value["embedding"])}\n` : writeField(key, value);
  });
  return `  - ${fields.join("").slice(4)}`;
};

const writeDefaults = (defaults: JsonObject): string =>
  Object.keys(defaults).length === 0 ? "" : `defaults:${writeBlock(defaults, 2)}\n`;

/** Writes the fixtures of one file; what cannot be one is told. null when none is left. */
export const writeFixtures = (
  { drafts, defaults }: Extract<Converted, { kind: "ok" }>,
  { from, format }: { readonly from: string; readonly format: string },
  findSecret: FindSecret,
  tell: Tell,
): FixtureText | null => {
  const { made, broken } = joinSteps(drafts);
  for (const { members, why } of broken) {
    for (const { path } of members) tell("left_out", path, why, "write the answers as `turns` of one fixture");
  }
  const fit = made.filter((one) => isFit(one, findSecret, tell));
  if (fit.length === 0) return null;
  const items = fit.map(({ fixture }) => writeItem(fixture));
  // oxlint-disable-next-line no-control-regex -- a name of a file may hold a line end
  const name = from.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "?");
  const text = `# Imported from ${format}: ${name}\n${writeDefaults(defaults)}fixtures:\n${items.join("\n")}`;
  return { text, count: fit.length };
};
