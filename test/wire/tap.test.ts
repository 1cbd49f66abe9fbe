import { describe, expect, test } from "bun:test";
import { toReader } from "../../src/wire/outlet.ts";
import { tap, type Failure, type TapObserver } from "../../src/wire/tap.ts";
import { bytesOf, createSource, drain, settle } from "./streams.ts";

interface Seen {
  pulls: number;
  readonly chunks: Uint8Array[];
  readonly ends: (Failure | null)[];
}

const createObserver = (): { readonly seen: Seen; readonly observer: TapObserver } => {
  const seen: Seen = { pulls: 0, chunks: [], ends: [] };
  const observer: TapObserver = {
    pull: () => {
      seen.pulls += 1;
    },
    chunk: (bytes) => {
      seen.chunks.push(bytes);
    },
    end: (failure) => {
      seen.ends.push(failure);
    },
  };
  return { seen, observer };
};

const three = [bytesOf("one"), bytesOf(""), bytesOf("three")].filter((chunk) => chunk.length > 0);
const broken = new Error("connection reset");

const recorded = bytesOf(
  [
    "\uFEFF: a comment\r\n\r\n",
    'data: {"choices":[{"delta":{"content":"Hé 😀"}}],"n":9007199254740993}\n\n',
    'event: response.delta\r\nid: 1\r\ndata: {"a":1.0}\r\ndata:{"a":2}\r\n\r\n',
    "\n\n\ndata\n\ndata:  two spaces \r\rretry: 10\n\n",
    "data: [DONE]\n\n",
  ].join(""),
);

describe("tap", () => {
  test("gives the very chunks of its source in their order, shows each to the observer, and then its end once", async () => {
    const { seen, observer } = createObserver();
    const { chunks, broke } = await drain(toReader(tap(createSource(three).stream, observer)));
    expect([chunks.length, seen.chunks.length, broke]).toEqual([three.length, three.length, null]);
    for (const [index, chunk] of three.entries()) {
      expect(chunks[index]).toBe(chunk);
      expect(seen.chunks[index]).toBe(chunk);
    }
    expect(seen).toMatchObject({ pulls: three.length + 1, ends: [null] });
  });

  test("an empty body ends whole, with no chunk", async () => {
    const { seen, observer } = createObserver();
    expect(await drain(toReader(tap(createSource([]).stream, observer)))).toEqual({ chunks: [], broke: null });
    expect(seen).toMatchObject({ chunks: [], ends: [null] });
  });

  test("a recorded event stream cut in two at any byte passes with the same cut", async () => {
    for (let at = 1; at < recorded.length; at += 1) {
      const { seen, observer } = createObserver();
      const { chunks } = await drain(
        toReader(tap(createSource([recorded.slice(0, at), recorded.slice(at)]).stream, observer)),
      );
      expect(chunks.map((chunk) => chunk.length)).toEqual([at, recorded.length - at]);
      expect(Buffer.concat(chunks).equals(recorded)).toBe(true);
      expect(Buffer.concat(seen.chunks).equals(recorded)).toBe(true);
    }
  });

  test("a recorded event stream passes byte by byte", async () => {
    const single = Array.from(recorded, (byte) => Uint8Array.of(byte));
    const { chunks } = await drain(toReader(tap(createSource(single).stream, createObserver().observer)));
    expect(chunks).toEqual(single);
  });

  test("reads nothing without a reader, and one chunk for each read", async () => {
    const { seen, observer } = createObserver();
    const source = createSource(Array.from({ length: 100 }, () => bytesOf("x")));
    const tapped = toReader(tap(source.stream, observer));
    await settle();
    expect([source.seen.pulls, seen.pulls]).toEqual([0, 0]);
    const reader = tapped.getReader();
    for (const reads of [1, 2, 3]) {
      await reader.read();
      await settle();
      expect([source.seen.pulls, seen.pulls, seen.chunks.length]).toEqual([reads, reads, reads]);
    }
    await reader.cancel();
  });

  test("tells of the pull before it waits for the source", async () => {
    const { seen, observer } = createObserver();
    const tapped = toReader(tap(createSource([], "silence").stream, observer));
    void tapped.getReader().read();
    await settle();
    expect(seen).toEqual({ pulls: 1, chunks: [], ends: [] });
  });

  test("a source that breaks breaks the result with the same reason, after the chunks that came", async () => {
    const { seen, observer } = createObserver();
    const { chunks, broke } = await drain(toReader(tap(createSource(three, broken).stream, observer)));
    expect(chunks).toEqual(three);
    expect(broke).toBe(broken);
    expect(seen.ends).toEqual([{ by: "source", reason: broken }]);
  });

  test("a source that is broken from the start breaks the result", async () => {
    const { seen, observer } = createObserver();
    expect((await drain(toReader(tap(createSource([], broken).stream, observer)))).broke).toBe(broken);
    expect(seen).toMatchObject({ chunks: [], ends: [{ by: "source", reason: broken }] });
  });
});

describe("a cancelled tap cancels its source with the same reason and ends once:", () => {
  const cancelWith = { gone: "client" };

  test.each([
    ["before the first read", 0, false],
    ["between two reads", 1, false],
    ["while a read waits for the source", 0, true],
    ["while a later read waits for the source", 2, true],
  ])("%s", async (_, reads, isWaiting) => {
    const { seen, observer } = createObserver();
    const source = createSource(isWaiting ? three.slice(0, reads) : [...three, ...three], "silence");
    const reader = toReader(tap(source.stream, observer)).getReader();
    for (let read = 0; read < reads; read += 1) await reader.read();
    const waiting = isWaiting ? reader.read() : null;
    await settle();
    await reader.cancel(cancelWith);
    await settle();
    expect(source.seen.cancelled).toEqual([cancelWith]);
    expect(seen.ends).toEqual([{ by: "reader", reason: cancelWith }]);
    if (waiting !== null) expect(await waiting).toMatchObject({ done: true });
  });

  test("when the source breaks because it was cancelled, as a fetch does whose signal is aborted", async () => {
    const { seen, observer } = createObserver();
    const { promise, reject } = Promise.withResolvers<void>();
    const source = new ReadableStream<Uint8Array>(
      { pull: () => promise, cancel: () => reject(broken) },
      { highWaterMark: 0 },
    );
    const reader = toReader(tap(source, observer)).getReader();
    void reader.read();
    await settle();
    await reader.cancel(cancelWith);
    await settle();
    expect(seen.ends).toEqual([{ by: "reader", reason: cancelWith }]);
  });

  test("when the reader cancels after the end, nothing is added", async () => {
    const { seen, observer } = createObserver();
    const reader = toReader(tap(createSource(three).stream, observer)).getReader();
    while (!(await reader.read()).done);
    await reader.cancel(cancelWith);
    expect(seen.ends).toEqual([null]);
  });

  test("when the source broke before, the first failure stands alone", async () => {
    const { seen, observer } = createObserver();
    const reader = toReader(tap(createSource([], broken).stream, observer)).getReader();
    await reader.read().catch(() => {});
    await reader.cancel(cancelWith).catch(() => {});
    expect(seen.ends).toEqual([{ by: "source", reason: broken }]);
  });
});
