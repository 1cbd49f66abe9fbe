import { expect, test } from "bun:test";
import { expand } from "../../src/config/expand.ts";

const env = { KEY: "s3cret", EMPTY: "", TRICKY: "a: [b] ${KEY} $$", _x1: "y" };

test.each([
  ["plain", "plain"],
  ["${KEY}", "s3cret"],
  ["a-${KEY}-${_x1}-b", "a-s3cret-y-b"],
  ["${KEY:-other}", "s3cret"],
  ["${MISSING:-other}", "other"],
  ["${EMPTY:-other}", "other"],
  ["${EMPTY}", ""],
  ["${MISSING:-}", ""],
  ["${MISSING:-http://h:1/v1?a=$b}", "http://h:1/v1?a=$b"],
  ["$$", "$"],
  ["$$KEY and $${KEY}", "$KEY and ${KEY}"],
  ["$$$$", "$$"],
  ["5$ or $5 or $", "5$ or $5 or $"],
  ["${TRICKY}", "a: [b] ${KEY} $$"],
])("%j becomes %j", (text, value) => {
  expect(expand(text, env)).toEqual({ kind: "ok", value });
});

test.each([
  ["${MISSING}", "environment variable MISSING is not set"],
  ["${toString}", "environment variable toString is not set"],
  ["$KEY", "write ${KEY} for the environment variable, or $$KEY for the text"],
  ["${KEY", "a reference is written ${NAME} or ${NAME:-default}"],
  ["${}", "a reference is written ${NAME} or ${NAME:-default}"],
  ["${KEY-x}", "a reference is written ${NAME} or ${NAME:-default}"],
  ["${KEY:?x}", "a reference is written ${NAME} or ${NAME:-default}"],
  ["${9}", "a reference is written ${NAME} or ${NAME:-default}"],
])("%j is refused with a hint", (text, message) => {
  const expanded = expand(text, env);
  expect(expanded.kind === "faulty" && expanded.messages.join()).toStartWith(message);
});

test("every reference that cannot be followed is told, and none of the values that can", () => {
  const expanded = expand("${A}${KEY}${B}", env);
  expect(expanded.kind === "faulty" && expanded.messages.map((message) => message.slice(0, 22))).toEqual([
    "environment variable A",
    "environment variable B",
  ]);
  expect(JSON.stringify(expanded)).not.toContain("s3cret");
});
