import { describe, expect, test } from "bun:test";
import { createAlike } from "../../src/wire/alike.ts";

const differing = {
  texts: ['"text"', '"thought"'],
  padding: ['"pad"'],
  counts: ['"number"', '"usage"'],
  unless: ['"name"'],
};
const eventOf = (text: string, { number = 1, pad = "ab", usage = '{"in":12,"all":[{"of":"2x","n":3.5}]}' } = {}) =>
  `data: {"number":${number},"delta":{"text": "${text}"},"usage":${usage},"pad":"${pad}"}\n\n`;

const learned = (event = eventOf("Hello"), text = "Hello") => {
  const alike = createAlike(differing);
  expect(alike.learn(event, text)).toBe(true);
  return alike;
};

describe("an event is alike", () => {
  test.each([
    ["with the same text", eventOf("Hello"), "Hello"],
    ["with another", eventOf(" 世界, naïve"), " 世界, naïve"],
    ["with escapes in it", eventOf('a\\n\\"b\\\\ \\u00e9'), 'a\n"b\\ é'],
    ["with an escaped backslash at its end", eventOf("a\\\\"), "a\\"],
    ["with what looks like a key in it", eventOf('\\"pad\\":\\"x'), '"pad":"x'],
    ["with half of a pair", eventOf("\\ud83d"), "\ud83d"],
    ["with other counts", eventOf("x", { number: 1234, usage: '{"in":9,"all":[{"of":"34x","n":10.25}]}' }), "x"],
    ["with a count of zero", eventOf("x", { number: 0 }), "x"],
    ["with other padding, or none", eventOf("x", { pad: "" }), "x"],
  ])("%s", (_, event, text) => {
    expect(learned().textOf(event)).toBe(text);
  });

  test("when its text stands behind another of the keys", () => {
    const alike = learned('{"thought":"a","text":null}', "a");
    expect(alike.textOf('{"thought":"b","text":null}')).toBe("b");
  });
});

describe("an event is not alike", () => {
  test.each([
    ["with no text: that may be no delta", eventOf("")],
    ["that is shorter", eventOf("x").slice(0, -1)],
    ["that is longer", `${eventOf("x")}\n`],
    ["that ends in its text", eventOf("x").slice(0, 42)],
    ["with another field", eventOf("x").replace('"delta"', '"other"')],
    ["with a text that is no JSON", eventOf("a\tb")],
    ["with an escape that is none", eventOf("a\\x")],
    ["with a zero before a count", eventOf("x").replace('"number":1', '"number":01')],
    ["without a count", eventOf("x").replace('"number":1', '"number":')],
    ["with counts of another form", eventOf("x", { usage: '{"in":12}' })],
    ["with a text among its counts", eventOf("x", { usage: '{"in":"a","all":[{"of":"2x","n":3.5}]}' })],
    ["with a byte order mark", `\ufeff${eventOf("x")}`],
  ])("%s", (_, event) => {
    expect(learned().textOf(event)).toBeNull();
  });
});

describe("an event is not remembered", () => {
  test.each([
    ["whose text stands nowhere", '{"text":"a"}', "b"],
    ["whose text stands behind another key", '{"delta":"a"}', "a"],
    ["with the key twice", '{"text":"a","more":{"text":"a"}}', "a"],
    ["with a key that holds no string", '{"text":["a"]}', "a"],
    ["where a key is a word", '{"kind":"text","delta":"a"}', "a"],
    ["with what makes it like no other", '{"text":"a","name":"b"}', "a"],
    ["whose places lie in each other", '{"usage":{"text":"a","n":1}}', "a"],
    ["that is cut off", '{"text":"a', "a"],
  ])("%s", (_, event, text) => {
    const alike = createAlike(differing);
    expect([alike.learn(event, text), alike.textOf(event)]).toEqual([false, null]);
  });

  test("after sixteen of which none was of use", () => {
    const alike = createAlike(differing);
    const learns = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => alike.learn(`{"id":"${from + at}","text":"a"}`, "a"));
    expect(learns(0, 16)).not.toContain(false);
    expect(alike.textOf('{"id":"15","text":"b"}')).toBe("b");
    expect(learns(16, 17)).toEqual([...Array.from({ length: 16 }, () => true), false]);
  });
});

const putOff = (alike: ReturnType<typeof createAlike>, ...events: readonly string[]): void => {
  for (const event of events) {
    expect(alike.textOf(event)).not.toBeNull();
    alike.putOff();
  }
};

describe("events that are put off", () => {
  test("come back as one: their texts as they were spelled, all else as in the last", () => {
    const alike = learned();
    const last = { number: 34, pad: "last", usage: '{"in":99,"all":[{"of":"2x","n":4.5}]}' };
    putOff(alike, eventOf("a\\n", { number: 2 }), eventOf("\\ud83d", { number: 3 }), eventOf("\\ude00c", last));
    expect(alike.together()).toBe(eventOf("a\\n\\ud83d\\ude00c", last));
    expect(alike.together()).toBeNull();
  });

  test("are full at 64 Ki characters of events, and are not once they came back", () => {
    const alike = learned();
    const event = eventOf("x".repeat(1000));
    const most = Math.ceil(65_536 / event.length);
    putOff(alike, ...Array.from({ length: most - 1 }, () => event));
    expect(alike.isFull()).toBe(false);
    putOff(alike, event);
    expect(alike.isFull()).toBe(true);
    expect(alike.together()).toBe(eventOf("x".repeat(1000 * most)));
    expect(alike.isFull()).toBe(false);
  });
});
