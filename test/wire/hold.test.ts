import { describe, expect, test } from "bun:test";
import { createAllowance } from "../../src/wire/allowance.ts";
import { handOn, holdBody } from "../../src/wire/hold.ts";

const chunk = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(120);
const streamOf = (chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const bytes of chunks) controller.enqueue(bytes);
      controller.close();
    },
  });
const lengthOf = async (stream: ReadableStream<Uint8Array>): Promise<number> =>
  (await new Response(stream).bytes()).length;
const nothing = (): void => {};

/** How much of an allowance is left. */
const left = (allowance: ReturnType<typeof createAllowance>): number => {
  const share = allowance.open();
  let size = 0;
  for (let step = 1_048_576; step >= 1; step /= 2) while (share.take(step)) size += step;
  share.close();
  return size;
};

describe("an allowance", () => {
  test("is that of all its shares together, to the last of it", () => {
    const [first, second] = ((allowance) => [allowance.open(), allowance.open()] as const)(createAllowance(10));
    expect([first.take(6), second.take(5), second.take(4), first.take(1)]).toEqual([true, false, true, false]);
    first.give(2);
    expect([second.take(3), second.take(2)]).toEqual([false, true]);
  });

  test("gets back what a share took, no more and not twice", () => {
    const allowance = createAllowance(10);
    const share = allowance.open();
    share.take(8);
    share.give(100);
    share.close();
    share.close();
    expect([left(allowance), share.take(1)]).toEqual([10, false]);
  });
});

describe("a body that is held", () => {
  test("is whole up to the limit, and its share has it until it is closed", async () => {
    const allowance = createAllowance(10_000);
    const share = allowance.open();
    const held = await holdBody(streamOf([chunk(1000), chunk(2000)]), 3000, share, nothing);
    expect([held.kind, held.kind === "whole" && held.bytes.length]).toEqual(["whole", 3000]);
    expect(left(allowance)).toBeLessThanOrEqual(7000);
    share.close();
    expect(left(allowance)).toBe(10_000);
  });

  test.each([
    ["longer than the limit", 2999, 10_000],
    ["more than the share takes", 5000, 2500],
  ])("%s is a stream of the same bytes, and all of it is given back", async (_, limit, together) => {
    const allowance = createAllowance(together);
    const held = await holdBody(streamOf([chunk(1000), chunk(1000), chunk(1000)]), limit, allowance.open(), nothing);
    expect(left(allowance)).toBeLessThan(together - 1000);
    expect(held.kind === "long" && (await lengthOf(held.stream))).toBe(3000);
    expect(left(allowance)).toBe(together);
  });

  test("as a stream that nobody reads on is given back", async () => {
    const allowance = createAllowance(2500);
    const held = await holdBody(streamOf([chunk(1000), chunk(1000), chunk(1000)]), 5000, allowance.open(), nothing);
    if (held.kind === "long") await held.stream.cancel();
    expect(left(allowance)).toBe(2500);
  });

  test("in very small chunks counts for more than its bytes", async () => {
    const chunks = Array.from({ length: 1000 }, () => chunk(1));
    const held = await holdBody(streamOf(chunks), 5000, createAllowance(5000).open(), nothing);
    expect(held.kind === "long" && (await lengthOf(held.stream))).toBe(1000);
  });
});

describe("bytes that are handed on", () => {
  const bytes = chunk(1_000_000);

  test("come whole and in order, and are let go behind the last of them", async () => {
    let isDone = false;
    const reader = handOn(
      Uint8Array.from(bytes, (_, at) => at),
      () => (isDone = true),
    ).getReader();
    let at = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      expect([isDone, read.value[0], read.value.length <= 262_144]).toEqual([false, at % 256, true]);
      at += read.value.length;
    }
    expect([at, isDone]).toEqual([1_000_000, true]);
  });

  test("are let go where their reader leaves", async () => {
    let isDone = false;
    const reader = handOn(bytes, () => (isDone = true)).getReader();
    await reader.read();
    await reader.cancel();
    expect(isDone).toBe(true);
  });
});
