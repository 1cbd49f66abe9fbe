import { describe, expect, test } from "bun:test";
import { createLog, type LogFields, type LogOptions } from "../src/log.ts";

const now = (): number => Date.UTC(2026, 10, 22, 8, 30, 15, 123);

/** A log into a sink that takes text at once, or only when told to. */
const open = (options: Partial<LogOptions> = {}, isStalled = false) => {
  const texts: string[] = [];
  const held: (() => void)[] = [];
  const log = createLog({
    level: "info",
    format: "json",
    sink: (text, taken) => {
      texts.push(text);
      if (isStalled) held.push(taken);
      else taken();
    },
    now,
    ...options,
  });
  return { log, texts, takeOne: () => held.shift()?.() };
};

const lineOf = async (fields: LogFields, options: Partial<LogOptions> = {}): Promise<string> => {
  const { log, texts } = open(options);
  log.write("warn", "said", fields);
  await log.flush();
  return texts.join("");
};

describe("a line", () => {
  test("is one JSON object with time, level, message and the fields that are not undefined", async () => {
    const line = await lineOf({ id: "a", none: undefined, count: 2, yes: true, half: 0.5, empty: "" });
    const head = '{"time":"2026-11-22T08:30:15.123Z","level":"warn","msg":"said"';
    expect(line).toBe(`${head},"id":"a","count":2,"yes":true,"half":0.5,"empty":""}\n`);
  });

  test("for people has the time of day, the level, the message and the fields", async () => {
    const line = await lineOf({ id: "a/b:c", none: undefined, count: 2, said: "two words" }, { format: "text" });
    expect(Bun.stripANSI(line)).toBe('08:30:15.123 warn  said id=a/b:c count=2 said="two words"\n');
  });

  test("for people has no escapes where no terminal shows it", async () => {
    const line = await lineOf({ id: "a", steered: "\u001b[2J" }, { format: "text", hasColours: false });
    expect(line).toBe('08:30:15.123 warn  said id=a steered="\\u001b[2J"\n');
  });

  test("has the instant it was written at, to the millisecond, also when the clock is set back", async () => {
    const instants = [0.9, 999, 1000, 1999.99, 1_795_336_215_007, 1_795_336_215_999, 1_795_336_215_000, 59_999, 60_000];
    const left = [...instants];
    const { log, texts } = open({ now: () => left.shift() ?? 0 });
    for (const _ of instants) log.write("info", "tick");
    await log.flush();
    const times = texts
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).time);
    expect(times).toEqual(instants.map((instant) => new Date(instant).toISOString()));
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e21])("with the number %p stays JSON", async (value) => {
    expect(JSON.parse(await lineOf({ value, after: 1 }))).toMatchObject({ after: 1 });
  });

  test.each([
    ["a newline", "a\nb"],
    ["a line of its own", 'a"}\n{"time":"1970-01-01T00:00:00.000Z","msg":"forged"}'],
    ["a carriage return", "a\rb"],
    ["a colour", "\u001b[35mpurple\u001b[1m"],
    ["a title", "\u001b]0;owned\u0007"],
    ["a colour in one character of eight bits", "\u009b31mred"],
    ["a backspace and a delete", "ab\b\u007f"],
    ["nothing at all", "\u0000"],
    ["quotes and backslashes", '"\\'],
  ])("with %s in a value stays one line that steers no terminal", async (_, value) => {
    const json = await lineOf({ value, after: 1 });
    expect(JSON.parse(json)).toMatchObject({ value, after: 1 });
    expect(json.split("\n").length).toBe(2);
    const text = await lineOf({ value, after: 1 }, { format: "text" });
    // The log's own colours: of the level, of a key, and back.
    const plain = ["31", "33", "36", "2", "0"].reduce((left, own) => left.replaceAll(`\u001b[${own}m`, ""), text);
    expect(plain).toMatch(/^[^\p{Cc}]+ after=1\n$/u);
  });
});

describe("the level", () => {
  const levels = ["debug", "info", "warn", "error"] as const;

  test.each([...levels, "off"] as const)("%s writes its own lines and those that matter more", async (level) => {
    const { log, texts } = open({ level });
    const written = level === "off" ? [] : levels.slice(levels.indexOf(level));
    for (const asked of levels) log.write(asked, asked);
    await log.flush();
    const said = [...texts.join("").matchAll(/"msg":"(\w+)"/g)].map(([, name]) => name);
    expect(said).toEqual([...written]);
    expect(levels.filter((asked) => log.enabled(asked))).toEqual(written);
  });
});

describe("no line holds", () => {
  const secrets = ["hunter2-and-more", "s3cr3t", "abc"];

  test.each([
    ["a known secret", "xhunter2-and-morex", "x[redacted]x"],
    ["a known secret twice", "s3cr3t s3cr3t", "[redacted] [redacted]"],
    ["an OpenAI key", "key sk-proj-abcDEF_123456789", "key [redacted]"],
    ["an Anthropic key", "sk-ant-api03-abcdefgh", "[redacted]"],
    ["a Groq key", "gsk_abcdefghijkl", "[redacted]"],
    ["an xAI key", "xai-abcdefghijkl", "[redacted]"],
    ["a Google key", "AIzaSyA0123456789abcdefghij", "[redacted]"],
    ["a bearer token", "said Bearer abc.def", "said [redacted]"],
    ["a key on a line of its own", "got:\nsk-proj-abcDEF123456", "got:\n[redacted]"],
    ["a key behind a tab", "got:\tsk-proj-abcDEF123456", "got:\t[redacted]"],
  ])("%s, in JSON and for people, and what stands beside it stays", async (_, value, wanted) => {
    expect(JSON.parse(await lineOf({ value, after: 1 }, { secrets }))).toMatchObject({ value: wanted, after: 1 });
    const text = Bun.stripANSI(await lineOf({ value, after: 1 }, { secrets, format: "text" }));
    expect(text.replaceAll('"', "")).toEndWith(` value=${JSON.stringify(wanted).slice(1, -1)} after=1\n`);
  });

  test("a known secret in its message", async () => {
    const { log, texts } = open({ secrets });
    log.write("error", "could not use hunter2-and-more");
    await log.flush();
    expect(texts.join("")).toContain("could not use [redacted]");
  });

  test.each(["gpt-5.4", "sk-short", "abc", "task-force-of-twelve", "a sketch of keys", "Bearer"])(
    "a redaction of %j, which is no key",
    async (value) => {
      expect(JSON.parse(await lineOf({ value, after: 1 }, { secrets }))).toMatchObject({ value, after: 1 });
      const text = Bun.stripANSI(await lineOf({ value, after: "x" }, { secrets, format: "text" }));
      expect(text).toEndWith(` after=x\n`);
    },
  );

  test.each(["true", "1234", "msg", "level", '":"', "\n"])("half a line, when the secret is %j", async (secret) => {
    const line = await lineOf({ stream: true, bytes: 512_349 }, { secrets: [secret] });
    expect(JSON.parse(line)).toMatchObject({ level: "warn", msg: "said", stream: true, bytes: 512_349 });
  });
});

describe("the sink", () => {
  test("gets the lines of 50 ms at once, in order", async () => {
    const { log, texts } = open();
    for (let count = 0; count < 100; count += 1) log.write("info", "line", { count });
    expect(texts).toEqual([]);
    await Bun.sleep(120);
    expect(texts.length).toBe(1);
    const counts = texts[0]?.trimEnd().split("\n");
    expect(counts?.map((line) => JSON.parse(line).count)).toEqual(Array.from({ length: 100 }, (_, count) => count));
  });

  test("is given nothing more while it is stalled, and what waited once it takes text again", async () => {
    const { log, texts, takeOne } = open({}, true);
    log.write("info", "first");
    await Bun.sleep(80);
    log.write("info", "second");
    await Bun.sleep(80);
    log.write("info", "third");
    await Bun.sleep(80);
    expect(texts.length).toBe(1);
    takeOne();
    expect(texts.length).toBe(2);
    expect(texts[1]?.match(/second|third/g)).toEqual(["second", "third"]);
  });

  test("that is stalled costs a bounded amount, blocks nobody, and is told how many lines were dropped", async () => {
    const { log, texts, takeOne } = open({}, true);
    log.write("info", "first");
    await Bun.sleep(80);
    const lines = 100_000;
    const startedAt = performance.now();
    for (let count = 0; count < lines; count += 1) log.write("info", "line", { text: "x".repeat(100) });
    expect(performance.now() - startedAt).toBeLessThan(1000);
    await Bun.sleep(80);
    takeOne();
    const kept = texts[1] ?? "";
    expect(kept.length).toBeLessThan(1_100_000);
    const whole = kept.trimEnd().split("\n");
    const last = JSON.parse(whole.pop() ?? "");
    expect(last).toMatchObject({ level: "warn", msg: "log lines dropped", count: lines - whole.length });
    takeOne();
    log.write("info", "after");
    await Bun.sleep(80);
    expect(texts[2]?.trimEnd().split("\n").length).toBe(1);
  });
});

describe("flush", () => {
  test("resolves at once when nothing waits, and any number of times", async () => {
    const { log, texts } = open();
    await Promise.all([log.flush(), log.flush()]);
    await log.flush();
    expect(texts).toEqual([]);
  });

  test("gives what waits to the sink and resolves when it is taken, not before", async () => {
    const { log, texts, takeOne } = open({}, true);
    log.write("info", "first");
    let isOver = false;
    const flushed = log.flush().then(() => (isOver = true));
    expect(texts.length).toBe(1);
    await Bun.sleep(20);
    expect(isOver).toBe(false);
    takeOne();
    await flushed;
  });

  test("resolves after a second when the sink is stalled", async () => {
    const { log } = open({}, true);
    log.write("info", "first");
    const startedAt = performance.now();
    await log.flush();
    expect(performance.now() - startedAt).toBeWithin(900, 1500);
  });
});
