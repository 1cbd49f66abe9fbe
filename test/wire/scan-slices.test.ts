import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { ProxyError } from "../../src/errors.ts";
import { checkBody, readCall } from "../../src/stages/receive.ts";
import { beginJson, createClosers, readJson } from "../../src/wire/json-text.ts";
import { checkJson, checkJsonInSlices, scanCall, scanCallInSlices, sliceBytes } from "../../src/wire/scan.ts";
import { rejectedBy } from "./thrown.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole = 10_000_000;
const around = (value: string): string => `{"stream":true,"x":${value},"model":"m"}`;
const fill = (sign: string, before = "", behind = ""): string =>
  before + sign.repeat(Math.floor((whole - before.length - behind.length - 50) / sign.length)) + behind;

/** What keeps a scanner busy inside one thing for as long as a body may be. */
const bodies: readonly (readonly [name: string, text: string])[] = [
  ["open braces", fill("{")],
  ["open brackets", around(fill("["))],
  ["objects never closed", fill('{"a":')],
  ["one string", around(fill("a", '"', '"'))],
  ["escaped quotes", around(fill('\\"', '"', '"'))],
  ["escaped backslashes", around(fill("\\\\", '"', '"'))],
  ["code points", around(fill("\\u0041", '"', '"'))],
  ["a string never closed", around(fill("a", '"'))],
  ["a key", `{${fill("k", '"', '":0')},"model":"m"}`],
  ["white space inside", around(fill(" ", "", "0"))],
  ["white space in front", fill("\n", "", around("0"))],
  ["white space behind", fill(" \t", around("0"))],
  ["white space before a colon", `{"model"${fill(" ")}:"m"}`],
  ["a number", around(fill("9"))],
  ["a fraction", around(fill("0", "0."))],
  ["an exponent", around(fill("1", "-1e-"))],
  ["a model", `{"model":${fill("m", '"', '"')}}`],
  ["500 levels again and again", around(`[${fill(`${"[".repeat(500)}${"]".repeat(500)},`, "", "0")}]`)],
  ["keys, the model behind them", `{${fill('"\\u0073tream2":0,')}"model":"m"}`],
  ["an array", `[${fill("0,", "", "0")}]`],
];

/** Reads a body slice by slice as far as it goes; gives the longest slice in bytes. */
const longestSlice = (bytes: Uint8Array): number => {
  const text = beginJson(bytes, 0, createClosers());
  let longest = 0;
  try {
    for (let until = sliceBytes, from = 0; ; until += sliceBytes, from = text.at) {
      let found = readJson(text, until);
      while (found === "value") found = readJson(text, until);
      longest = Math.max(longest, text.at - from);
      if (found === "end") return longest;
    }
  } catch (thrown) {
    if (thrown instanceof ProxyError) return longest;
    throw thrown;
  }
};

/** What comes of it: a result, or an error's code and message. */
const outcomeOf = async (run: () => unknown): Promise<unknown> => {
  try {
    return await run();
  } catch (thrown) {
    if (thrown instanceof ProxyError) return [thrown.code, thrown.message];
    throw thrown;
  }
};

const atOnce = (): Promise<void> => Promise.resolve();

describe("of 10 MB", () => {
  test.each(bodies)("%s no slice is longer than it may be", (_, text) => {
    const longest = longestSlice(bytesOf(text));
    // An escape that begins in a slice ends in it.
    expect(longest).toBeLessThanOrEqual(sliceBytes + 5);
  });

  test.each(bodies)("%s the scan in slices comes to the same as the one in one go", async (_, text) => {
    const bytes = bytesOf(text);
    expect(await outcomeOf(() => scanCallInSlices(bytes, atOnce))).toEqual(await outcomeOf(() => scanCall(bytes)));
  });
});

test("a text cut into slices of any size is read as in one go, or refused with the same words", async () => {
  const sign = fc.constantFrom(...'{{{}}}[[]]"""",,,:::\\/u0041-1.5e+nulltrue \n'.split(""), "é");
  const text = fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc.json({ maxDepth: 3 }).map((value) => ` { "stream" : true , "x" : ${value} , "mod\\u0065l" : "a\\n\\"" } `),
    fc.json({ maxDepth: 3 }).map((value) => `{"x":[${value},-10.25e+7,0,0.5E-3],"model":"m","model":${value}}`),
    fc.array(sign, { maxLength: 12 }).map((signs) => `{"model":"m","x":${signs.join("")}}`),
  );
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (given, size) => {
      const bytes = bytesOf(given);
      expect(await outcomeOf(() => scanCallInSlices(bytes, atOnce, size))).toEqual(
        await outcomeOf(() => scanCall(bytes)),
      );
      expect(await outcomeOf(() => checkJsonInSlices(bytes, atOnce, size))).toEqual(
        await outcomeOf(() => checkJson(bytes)),
      );
    }),
    { numRuns: 5000 },
  );
});

const chatOf = (length: number): Uint8Array => bytesOf(`{"model":"m","x":"${"a".repeat(length - 20)}"}`);

describe("a body of a call", () => {
  test("as long as a slice is scanned at once, and so is it checked", () => {
    expect(readCall(chatOf(sliceBytes))).toMatchObject({ model: "m" });
    expect(checkBody(chatOf(sliceBytes))).toBeUndefined();
  });

  test("of several large ones, one has a slice in each turn of the event loop", async () => {
    const large = chatOf(10 * sliceBytes);
    let turns = 0;
    const count = (): void => {
      turns += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    await Promise.all([readCall(large), checkBody(large), readCall(large)]);
    clearImmediate(timer);
    expect(turns).toBeGreaterThanOrEqual(30);
  });

  test("that is large and no JSON leaves those behind it their turn", async () => {
    const broken = readCall(bytesOf(`{"model":"m","x":"${"a".repeat(2 * sliceBytes)}`));
    const good = readCall(chatOf(2 * sliceBytes));
    expect((await rejectedBy(Promise.resolve(broken))).code).toBe("invalid_json");
    expect(await good).toMatchObject({ model: "m" });
  });
});
