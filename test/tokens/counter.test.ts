import { describe, expect, test } from "bun:test";
import { ProxyError } from "../../src/errors.ts";
import { createTokenCounter, type TokenCounter, type TokenCounterOptions } from "../../src/tokens/counter.ts";
import { estimateTokens } from "../../src/tokens/estimate.ts";
import { rejectionOf } from "../support/until.ts";
import { countByTiktoken } from "./oracle.ts";
import { base64Signs, bombs, pick, scripts } from "./texts.ts";

const urlOf = (path: string): string => new URL(path, import.meta.url).href;
const workerUrl = urlOf("../../src/tokens/worker.ts");
const dying = urlOf("workers/dies.ts");
const frail = urlOf("workers/frail.ts");

const open = (options: Partial<TokenCounterOptions> = {}): TokenCounter & Disposable => {
  const counter = createTokenCounter({ workerUrl, ...options });
  return { ...counter, [Symbol.dispose]: counter.close };
};

/** So long that a test which passes did not wait for it. */
const patient = { timeLimitMs: 60_000 };

const toBody = (request: object): Uint8Array<ArrayBuffer> => new TextEncoder().encode(JSON.stringify(request));

const text = "The train left at seven in the morning. 火车早上七点开走了。";
const estimated = { tokens: estimateTokens(text), isExact: false };
const exact = { tokens: countByTiktoken("o200k_base", text), isExact: true };

/** Counts how often a timer of 5 ms fires while something is under way. */
const ticksDuring = async (work: () => Promise<unknown>): Promise<{ readonly ticks: number; readonly ms: number }> => {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 5);
  const startedAt = performance.now();
  await work();
  clearInterval(timer);
  return { ticks, ms: performance.now() - startedAt };
};

test("a text is counted by the encoding of its model, as js-tiktoken counts it", async () => {
  using counter = open();
  for (const sample of Object.values(scripts)) {
    const tokens = { o200k: countByTiktoken("o200k_base", sample), cl100k: countByTiktoken("cl100k_base", sample) };
    expect(await counter.count("gpt-5.4", sample)).toEqual({ tokens: tokens.o200k, isExact: true });
    expect(await counter.count("gpt-4", sample)).toEqual({ tokens: tokens.cl100k, isExact: true });
    expect(await counter.count("claude-opus-4-1", sample)).toEqual({ tokens: tokens.o200k, isExact: false });
  }
});

test("a text with a piece so long that it is cut says that its count is not exact", async () => {
  using counter = open();
  expect(await counter.count("gpt-4o", "a".repeat(16_000))).toEqual({ tokens: 2000, isExact: true });
  const { tokens, isExact } = await counter.count("gpt-4o", "a".repeat(160_000));
  expect(isExact).toBe(false);
  expect(Math.abs(tokens - 20_000)).toBeLessThanOrEqual(27);
});

test("counts asked at once are each answered with their own", async () => {
  using counter = open();
  const words = Array.from({ length: 200 }, (_, index) => pick(index * 7, "abc déf 中\n"));
  const counts = await Promise.all(words.map((word) => counter.count("gpt-4o", word)));
  expect(counts).toEqual(words.map((word) => ({ tokens: countByTiktoken("o200k_base", word), isExact: true })));
});

test("a short count does not wait for a long one before it", async () => {
  using counter = open();
  await counter.count("gpt-4o", text);
  const order: string[] = [];
  const long = counter.count("gpt-4o", "a".repeat(3_000_000)).then(() => order.push("long"));
  const short = counter.count("gpt-4o", text).then(() => order.push("short"));
  await Promise.all([long, short]);
  expect(order).toEqual(["short", "long"]);
});

describe("10 MB", () => {
  const length = 10_000_000;
  const limit = { timeLimitMs: 2000 };
  const ofA = "a".repeat(length);
  test.each([
    ["the letter a", () => ofA],
    ["spaces", () => " ".repeat(length)],
    ["Han", () => (bombs["random Han"]?.(length / 300) ?? "").repeat(100)],
    ["base64", () => pick(length / 10, base64Signs).repeat(10)],
    ["words", () => "The train left at seven. ".repeat(length / 25)],
  ])("of %s are counted or estimated while a timer on the event loop goes on", async (_kind, make) => {
    using counter = open(limit);
    const large = make();
    // On the loop itself there would be one tick, or none.
    const { ticks, ms } = await ticksDuring(() => counter.count("gpt-4o", large));
    expect(ticks).toBeGreaterThan(ms / 5 / 4);
  });

  test("of a request are read, and counted or estimated, while a timer on the event loop goes on", async () => {
    using counter = open(limit);
    const body = toBody({ model: "gpt-4o", messages: [{ role: "user", content: ofA }] });
    const { ticks, ms } = await ticksDuring(() => counter.countRequest(body));
    expect(ticks).toBeGreaterThan(ms / 5 / 4);
  });
});

/** Runs a program with a counter, and gives the lines it prints. */
const run = async (program: string): Promise<readonly string[]> => {
  const script = `
    import { createTokenCounter } from "${urlOf("../../src/tokens/counter.ts")}";
    import { readdirSync } from "node:fs";
    let [started, ended] = [0, 0];
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        started += 1;
        this.addEventListener("close", () => (ended += 1));
      }
    };
    const counter = createTokenCounter({ workerUrl: "${workerUrl}", idleMs: 1 });
    const loaded = () => Object.keys(require.cache).filter((path) => path.includes("/node_modules/js-tiktoken/")).length;
    ${program}`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  const printed = await new Response(child.stdout).text();
  expect(await child.exited).toBe(0);
  return printed.trim().split("\n");
};

describe("the worker", () => {
  test("is not there before the first count, and loads js-tiktoken's tables into itself alone", async () => {
    const printed = await run(`
      console.log(started, loaded());
      await counter.count("gpt-4o", "hello");
      console.log(started, loaded());`);
    expect(printed).toEqual(["0 0", "1 0"]);
  });

  test("ends when nothing was counted for a while, and the next count starts another", async () => {
    const printed = await run(`
      await counter.count("gpt-4o", "hello");
      while (ended === 0) await Bun.sleep(1);
      console.log(JSON.stringify(await counter.count("gpt-4o", "hello")), started);`);
    expect(printed).toEqual(['{"tokens":1,"isExact":true} 2']);
  });

  test("keeps no process alive that has nothing else to do", async () => {
    const printed = await run(`
      const idle = createTokenCounter({ workerUrl: "${workerUrl}" });
      console.log((await idle.count("gpt-4o", "hello")).tokens);`);
    expect(printed).toEqual(["1"]);
  });
});

describe("an estimate is given", () => {
  test("when the worker dies; the next count starts a new one and is exact", async () => {
    using counter = open({ workerUrl: frail, ...patient });
    for (let round = 0; round < 3; round += 1) {
      expect(await counter.count("gpt-4o", text)).toEqual(exact);
      const long = "a".repeat(1_000_000);
      const [poisoned, beside] = await Promise.all([counter.count("gpt-4o", "poison"), counter.count("gpt-4o", long)]);
      expect(poisoned).toEqual({ tokens: estimateTokens("poison"), isExact: false });
      expect(beside).toEqual({ tokens: estimateTokens(long), isExact: false });
    }
  });

  test("when there is no worker at its address", async () => {
    using counter = open({ workerUrl: urlOf("workers/nothing-here.ts"), ...patient });
    expect(await counter.count("gpt-4o", text)).toEqual(estimated);
  });

  test("when the time limit is over; the worker goes on with other counts", async () => {
    using counter = open({ timeLimitMs: 700 });
    await counter.count("gpt-4o", text);
    const long = "a".repeat(20_000_000);
    const late = counter.count("gpt-4o", long);
    expect(await counter.count("gpt-4o", text)).toEqual(exact);
    expect(await late).toEqual({ tokens: estimateTokens(long), isExact: false });
    expect(await counter.count("gpt-4o", text)).toEqual(exact);
  });

  test("when the worker hangs, to all that wait for it; the next count starts a new one and is exact", async () => {
    using counter = open({ workerUrl: frail, timeLimitMs: 3000 });
    const [lost, beside] = await Promise.all([counter.count("gpt-4o", "maze"), counter.count("gpt-4o", text)]);
    expect([lost, beside]).toEqual([{ tokens: estimateTokens("maze"), isExact: false }, estimated]);
    expect(await counter.count("gpt-4o", text)).toEqual(exact);
  });

  test("to one count too many, and to what is too large for the queue", async () => {
    using counter = open({ maxPending: 2, maxPendingBytes: 200 });
    const counts = [1, 2, 3].map(() => counter.count("gpt-4o", text));
    expect(await Promise.all(counts)).toEqual([exact, exact, estimated]);
    const large = text.repeat(10);
    for (let round = 0; round < 5; round += 1) {
      expect(await counter.count("gpt-4o", large)).toEqual({ tokens: estimateTokens(large), isExact: false });
      expect(await counter.count("gpt-4o", text)).toEqual(exact);
    }
  });

  test("once the counter is closed, to the counts under way and to later ones", async () => {
    using counter = open();
    const underWay = counter.count("gpt-4o", text);
    counter.close();
    expect([await underWay, await counter.count("gpt-4o", text)]).toEqual([estimated, estimated]);
  });
});

describe("a request", () => {
  const request = { model: "gpt-4o", input: ["hello world", text] };
  const counts = request.input.map((input) => countByTiktoken("o200k_base", input));

  test("is read and counted", async () => {
    using counter = open();
    expect(await counter.countRequest(toBody(request))).toEqual({
      model: "gpt-4o",
      encoding: "o200k_base",
      tokens: (counts[0] ?? 0) + (counts[1] ?? 0),
      counts,
      isExact: true,
    });
  });

  test.each([
    ["with the worker", workerUrl],
    ["without", dying],
  ])("that is wrong is refused %s", async (_how, url) => {
    using counter = open({ workerUrl: url });
    const thrown = await rejectionOf(counter.countRequest(toBody({ model: "gpt-4o", input: 5 })));
    expect(thrown).toBeInstanceOf(ProxyError);
    expect(thrown).toMatchObject({
      code: "invalid_request",
      param: "input",
      message: "Invalid type for 'input': wanted a string or an array of strings, got a number",
    });
  });

  test("is estimated text by text when the worker dies", async () => {
    using counter = open({ workerUrl: dying, ...patient });
    const [first, second] = request.input.map(estimateTokens);
    expect(await counter.countRequest(toBody(request))).toEqual({
      model: "gpt-4o",
      encoding: "o200k_base",
      tokens: (first ?? 0) + (second ?? 0),
      counts: [first ?? 0, second ?? 0],
      isExact: false,
    });
  });

  test("that is large is estimated unread when the worker dies", async () => {
    using counter = open({ workerUrl: dying, ...patient });
    const words = "The train left at seven. ".repeat(100_000);
    const { tokens, ...rest } = await counter.countRequest(toBody({ model: "gpt-4o", input: words }));
    expect(rest).toEqual({ model: null, encoding: null, counts: null, isExact: false });
    expect(Math.abs(tokens / estimateTokens(words) - 1)).toBeLessThan(0.05);
  });

  test("300,000 empty messages are counted while the event loop goes on", async () => {
    using counter = open(patient);
    const messages = Array.from({ length: 300_000 }, () => ({ role: "user", content: "" }));
    const body = toBody({ model: "gpt-4o", messages });
    const { ticks, ms } = await ticksDuring(async () => {
      expect((await counter.countRequest(body)).tokens).toBe(300_000 * 4 + 3);
    });
    expect(ticks).toBeGreaterThan(ms / 5 / 4);
  });
});
