// Rules of mock-llm.
// @see https://github.com/dwmkerr/mock-llm, README.md and src/server.ts (read 2026-11-22)
import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import type { Draft, Step } from "./draft.ts";
import { CannotCarry, convertAll, tellRest, toEntry, type Convert, type Entry } from "./entry.ts";
import { mockLlmResponse } from "./mock-llm-response.ts";
import type { Tell } from "./report.ts";
import { compact, toName, toPiece } from "./words.ts";

/** A path of theirs is a regular expression that need not reach from end to end. */
const toPath = (entry: Entry, written: string): string | undefined => {
  const [, start = "", middle = "", end = ""] = /^(\^?)(.*?)(\$?)$/s.exec(written) ?? [];
  const plain = middle
    .replaceAll(String.raw`\.`, ".")
    .replaceAll(String.raw`\/`, "/")
    .replaceAll(".*", "*");
  if (/[\\^$+?()[\]{}|]/.test(plain)) {
    throw new CannotCarry(
      entry.at("path"),
      "is a regular expression that is no plain path",
      "write `match: { path: … }` by hand, * for any characters",
    );
  }
  const pattern = `${start === "" ? "*" : ""}${plain}${end === "" ? "*" : ""}`.replaceAll(/\*+/g, "*");
  return pattern === "*" ? undefined : pattern;
};

const quoted = String.raw`(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`;
const field = String.raw`(?:request\.)?(?:body\.)?`;
const rules: readonly (readonly [RegExp, (text: string) => JsonObject])[] = [
  [
    new RegExp(String.raw`^contains\(\s*${field}messages\[-1\]\.content\s*,\s*${quoted}\s*\)$`),
    (text) => ({ user: toPiece(text) }),
  ],
  [new RegExp(String.raw`^${field}messages\[-1\]\.content\s*==\s*${quoted}$`), (text) => ({ user: { exact: text } })],
  [
    new RegExp(String.raw`^contains\(\s*${field}model\s*,\s*${quoted}\s*\)$`),
    (text) => ({ model: { contains: text } }),
  ],
  [new RegExp(String.raw`^${field}model\s*==\s*${quoted}$`), (text) => ({ model: toName(text) })],
];

/** The conditions of a JMESPath that is one of those everybody writes, several with `&&` between them. */
const toConditions = (entry: Entry): JsonObject => {
  const written = entry.text("match")?.trim() ?? "@";
  const match: Record<string, unknown> = {};
  for (const part of written.split("&&").map((piece) => piece.trim())) {
    if (part === "@") continue;
    const found = rules.flatMap(([pattern, make]) => {
      const hit = pattern.exec(part);
      return hit === null ? [] : [make((hit[1] ?? hit[2] ?? "").replaceAll(/\\(.)/g, "$1"))];
    });
    const [made] = found;
    if (made === undefined || Object.keys(made).some((key) => Object.hasOwn(match, key))) {
      throw new CannotCarry(
        entry.at("match"),
        "is a JMESPath that qlite has no words for",
        "write the fixture by hand, with `match: { where: <JSONPath> }`",
      );
    }
    Object.assign(match, made);
  }
  return match;
};

/** Whether all rules of a path that count have the same condition: then the count is that of a sequence. */
const isOneSequence = (entry: Entry, siblings: readonly unknown[]): boolean => {
  const frame = JSON.stringify([entry.take("match") ?? "@", entry.take("method")]);
  return siblings
    .filter(isObject)
    .filter((rule) => rule["path"] === entry.take("path") && rule["sequence"] !== undefined)
    .every((rule) => JSON.stringify([rule["match"] ?? "@", rule["method"]]) === frame);
};

const fixed = /\/(?:models|health|ready)\b/;

const toDraft = (entry: Entry, all: readonly unknown[], tell: Tell): Draft | null => {
  const path = entry.text("path") ?? "";
  const method = entry.text("method")?.toUpperCase() ?? "POST";
  if (fixed.test(path)) {
    tell(
      "left_out",
      entry.path,
      "is a path that qlite answers by itself",
      "take it out, or name your models in the config",
    );
    return null;
  }
  if (method !== "POST")
    throw new CannotCarry(entry.at("method"), `is ${method}; fixtures answer POST`, "keep mock-llm for it");
  const pattern = toPath(entry, path);
  const match = compact({ path: pattern, ...toConditions(entry) });
  const sequence = entry.number("sequence");
  const response = toEntry(entry.take("response"), entry.at("response"));
  const answer = mockLlmResponse(response, tell);
  tellRest(response, tell);
  tellRest(entry, tell);
  const isSequence = sequence !== undefined && isOneSequence(entry, all);
  const step: Step | null = isSequence ? { group: JSON.stringify(match), index: sequence, repeats: false } : null;
  if (sequence === undefined || isSequence) return { path: entry.path, match, response: answer, more: {}, step };
  const what = "the count is shared with other rules of the path; here each counts the requests that fit it";
  tell("partly", entry.at("sequence"), what, "check `nth`, or write `turns`");
  return { path: entry.path, match: { ...match, nth: sequence + 1 }, response: answer, more: {}, step: null };
};

const toDefaults = (file: Entry, tell: Tell): JsonObject => {
  const streaming = file.map("streaming");
  if (streaming === undefined) return {};
  const size = streaming.number("chunkSize");
  const ms = streaming.number("chunkIntervalMs");
  tellRest(streaming, tell);
  const gap = ms === undefined || ms <= 0 ? undefined : `${Math.round(ms)}ms`;
  const stream = compact({ chunk: size === undefined || size < 1 ? undefined : { by: "char", size }, gap });
  return Object.keys(stream).length === 0 ? {} : { stream };
};

/** Reads a config of mock-llm: YAML or JSON with a list `rules`, of which the last that fits wins. */
export const convertMockLlm: Convert = (value, tell) => {
  if (!isObject(value) || !Array.isArray(value["rules"]))
    return { kind: "other", why: "holds no list `rules`, as mock-llm.yaml does" };
  const file = toEntry(value, []);
  const rulesOfFile = file.list("rules") ?? [];
  let defaults: JsonObject = {};
  try {
    defaults = toDefaults(file, tell);
  } catch (thrown) {
    if (!(thrown instanceof CannotCarry)) throw thrown;
    tell("left_out", thrown.path, thrown.message, thrown.todo);
  }
  for (const key of ["oauth", "mcp", "a2a"]) {
    if (file.take(key) !== undefined) tell("left_out", [key], "is nothing that qlite mocks", "keep mock-llm for it");
  }
  tellRest(file, tell);
  const drafts = convertAll(rulesOfFile, ["rules"], tell, (entry) => toDraft(entry, rulesOfFile, tell));
  // The rules without a place in a sequence come behind those with one, which they stand in for.
  return { kind: "ok", drafts: drafts.toReversed(), defaults };
};
