import { expect, test } from "bun:test";
import { array, assert, asyncProperty, constantFrom, integer, property, uint8Array } from "fast-check";
import { deliver } from "../../../src/mock/faults/deliver.ts";
import type { Delivery } from "../../../src/mock/faults/delivery.ts";
import { parseFaults } from "../../../src/mock/faults/fault-schema.ts";
import { createEventCounter } from "../../../src/mock/faults/scan.ts";
import { toItems } from "../../../src/mock/faults/items.ts";
import type { Framing, Said, Write } from "../../../src/mock/said.ts";
import { createVirtualClock } from "../../../src/mock/clocks/virtual-clock.ts";
import { createSseParser } from "../../../src/wire/sse.ts";
import { rejectionOf, until } from "../../support/until.ts";
import { streamOf, type Told } from "./serve-faults.ts";

/** Delivers without a server and tells what became of it. */
const run = async (said: Said, faults: unknown, more: Partial<Delivery> = {}) => {
  const told: Told = { events: 0, bytes: 0, ended: [], missed: [] };
  const response = await deliver(
    said,
    {},
    {
      clock: createVirtualClock(),
      signal: new AbortController().signal,
      waitMs: 0,
      faults: parseFaults(faults),
      progress: {
        handed: (events, bytes) => {
          told.events += events;
          told.bytes += bytes;
        },
        ended: (how) => told.ended.push(how),
        missed: (warning) => told.missed.push(warning),
      },
      ...more,
    },
  );
  return { response, told };
};

const textOf = async (said: Said, faults: unknown): Promise<string> => (await run(said, faults)).response.text();

const whole = (bytes: string | Uint8Array<ArrayBuffer>): Said => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: { kind: "whole", bytes },
});

const one = 'data: {"n":1,"finish_reason":null}\n\n';
const two = 'data: {"n":2,"finish_reason":"stop"}\n\n';
const three = "data: [DONE]\n\n";
const sse = (): Said => streamOf([one, two, three]);
const list = (): Said => streamOf(['[{"n":1}', ',\r\n{"n":2}', ',\r\n{"n":3}\n]'], "json-array");

test("each change of an event is that and nothing else, in SSE", async () => {
  const cases: readonly (readonly [faults: string, wanted: string])[] = [
    ["drop=1", two + three],
    ["drop=done", one + two],
    ["drop=finish", one + three],
    ["duplicate=2", one + two + two + three],
    ["reorder=1", two + one + three],
    ["reorder=2", one + three + two],
    ["truncate=1 event", one],
    ["truncate=0 events", ""],
    ["truncate=40 bytes", (one + two).slice(0, 40)],
    ["truncate=0.5 fraction", (one + two + three).slice(0, Math.floor((one + two + three).length / 2))],
    ["malformed=json", one.replace("}", "") + two + three],
    ["malformed=json; after=1 event", one + two.replace("}", "") + three],
    ["malformed=sse; after=1 event", one + two.slice(0, -1) + three],
    ["split=crlf", (one + two + three).replaceAll("\n", "\r\n")],
    ["split=concat", one + two + three],
    ["split=every_byte", one + two + three],
    ["drop=1, duplicate=1", two + two + three],
    ["reorder=1, truncate=1 event", two],
    ["slow=1s 1s", one + two + three],
    ["stall=5s; after=1 event", one + two + three],
    ["empty_body", ""],
  ];
  for (const [faults, wanted] of cases) expect([faults, await textOf(sse(), faults)]).toEqual([faults, wanted]);
});

const n = (...values: readonly number[]) => values.map((value) => ({ n: value }));

test("what is left of a JSON array is one", async () => {
  const cases: readonly (readonly [faults: string, wanted: unknown])[] = [
    ["drop=1", n(2, 3)],
    ["drop=3", n(1, 2)],
    ["drop=1, drop=1, drop=1", []],
    ["duplicate=1", n(1, 1, 2, 3)],
    ["reorder=1", n(2, 1, 3)],
    ["reorder=2", n(1, 3, 2)],
    ["split=every_byte", n(1, 2, 3)],
    ["split=concat", n(1, 2, 3)],
  ];
  for (const [faults, wanted] of cases) {
    expect([faults, JSON.parse(await textOf(list(), faults))]).toEqual([faults, wanted]);
  }
  const { response } = await run(list(), "error_event; after=1 event", { dialect: "gemini" });
  expect(await response.json()).toMatchObject([{ n: 1 }, { error: { code: 500, status: "INTERNAL" } }]);
  const { response: first } = await run(list(), "error_event", { dialect: "gemini" });
  expect(await first.json()).toMatchObject([{ error: { code: 500 } }]);
});

test("bytes that are no UTF-8 stand inside a text of the event", async () => {
  const { response } = await run(sse(), "malformed=utf8; after=1 event");
  const bytes = Buffer.from(await response.bytes());
  expect(bytes.indexOf(0xff)).toBe((one + two).lastIndexOf('"'));
  expect(bytes.length).toBe((one + two + three).length + 1);
});

const writesOf = async (faults: string): Promise<number[]> => {
  const { response } = await run(streamOf(["data: €😀\n\n"]), faults);
  const sizes: number[] = [];
  for await (const chunk of response.body ?? []) sizes.push(chunk.length);
  return sizes;
};

test("a split makes writes of their own, of single bytes or of halves of characters", async () => {
  expect(await writesOf("split=every_byte")).toEqual(Array(15).fill(1));
  expect(await writesOf("split=inside_utf8")).toEqual([7, 1, 2, 1, 1, 3]);
  expect(await writesOf("split=crlf")).toEqual([14, 2, 1]);
});

test("on a whole body a fault does what can be done, and else tells that it found nothing", async () => {
  const body = '{"text":"Hello"}';
  const cases: readonly (readonly [faults: string, wanted: string, missed: number])[] = [
    ["truncate=3 bytes", '{"t', 0],
    ["truncate=0.5 fraction", '{"text":', 0],
    ["malformed=json", '{"text":"Hello"', 0],
    ["split=every_byte", body, 0],
    ["stall=5s; after=4 bytes", body, 0],
    ["empty_body", "", 0],
    ["drop=1", body, 1],
    ["reorder=1", body, 1],
    ["error_event", body, 1],
    ["malformed=sse", body, 1],
    ["close=reset; after=3 events", body, 1],
    ["close=reset; after=10 ms", body, 1],
    ["truncate=99 bytes", body, 1],
  ];
  for (const [faults, wanted, missed] of cases) {
    const { response, told } = await run(whole(body), faults);
    expect([faults, await response.text(), told.missed.length]).toEqual([faults, wanted, missed]);
    expect(told.ended).toEqual([faults.startsWith("truncate") && missed === 0 ? "cut" : "whole"]);
  }
  const { response } = await run(whole(body), "malformed=utf8");
  expect(Buffer.from(await response.bytes()).indexOf(0xff)).toBe(14);
});

test("a fault that a stream is over before is told of, and one without events to count too", async () => {
  for (const [said, faults, missed] of [
    [sse(), "close=reset; after=4 events", "reset after 4 events: the stream was over before it could strike"],
    [sse(), "drop=9", "drop event 9: the stream was over before it could strike"],
    [streamOf(["abc"], "none"), "drop=1", "drop event 1: nothing of the kind tells the events of this reply apart"],
    [list(), "malformed=sse", "malformed sse: nothing of the kind tells the events of this reply apart"],
  ] as const) {
    const { response, told } = await run(said, faults);
    await response.text();
    expect(told).toMatchObject({ missed: [missed], ended: ["whole"] });
  }
});

test("the head says another content type, and a page stands in place of the answer", async () => {
  const { response } = await run(sse(), "wrong_content_type=text/html");
  expect([response.headers.get("content-type"), await response.text()]).toEqual(["text/html", one + two + three]);
  const { response: page } = await run(sse(), "html_502");
  expect([page.status, page.headers.get("content-type")]).toEqual([502, "text/html"]);
  expect(await page.text()).toStartWith("<html>");
});

test("without a socket a close is what fetch makes of one: a rejection, or a body that breaks", async () => {
  for (const how of ["fin", "reset"]) {
    expect(await rejectionOf(run(sse(), `close=${how}`))).toMatchObject({ name: "TypeError", code: "ECONNRESET" });
    for (const count of [0, 1, 2, 3]) {
      const { response, told } = await run(sse(), `close=${how}; after=${count} events`);
      let text = "";
      const read = async (): Promise<void> => {
        for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
      };
      expect(await rejectionOf(read())).toMatchObject({ name: "TypeError", code: "ECONNRESET" });
      expect(text).toBe([one, two, three].slice(0, count).join(""));
      expect(told).toMatchObject({ events: count, ended: ["cut"] });
    }
  }
});

/** Five events, 100 ms before each. */
const paced = (): Said => {
  let place = 0;
  return {
    status: 200,
    headers: {},
    body: {
      kind: "stream",
      framing: "sse",
      writes: {
        next: () => {
          place += 1;
          return place > 5 ? null : { bytes: `data: ${place}\n\n`, afterMs: 100 };
        },
      },
    },
  };
};

test("a cut by time comes when it is due: before the head, between two events, or never", async () => {
  for (const [ms, events] of [
    [50, 0],
    [100, 1],
    [250, 2],
    [499, 4],
  ] as const) {
    const clock = createVirtualClock();
    const { response, told } = await run(paced(), { close: "reset", after: { ms } }, { clock });
    expect(await rejectionOf(response.text())).toMatchObject({ code: "ECONNRESET" });
    expect([ms, told.events, clock.now()]).toEqual([ms, events, ms]);
  }
  const { response, told } = await run(paced(), { close: "reset", after: { ms: 501 } });
  expect((await response.text()).length).toBe(45);
  expect(told.missed).toHaveLength(1);
  const late = run(whole("{}"), { close: "reset", after: { ms: 99 } }, { waitMs: 100 });
  expect(await rejectionOf(late)).toMatchObject({ code: "ECONNRESET" });
  const stalled = createVirtualClock();
  const { response: resumed } = await run(paced(), { stall: "1h", after: { ms: 250 } }, { clock: stalled });
  expect((await resumed.text()).length).toBe(45);
  expect(stalled.now()).toBe(3_600_500);
});

test("slow has its own waits, before a whole answer and before each piece", async () => {
  const clock = createVirtualClock();
  await (await run(sse(), "slow=10s 1s", { clock })).response.text();
  expect(clock.now()).toBe(12_000);
  await (await run(whole("{}"), "slow=10s 1s", { clock, waitMs: 7 })).response.text();
  expect(clock.now()).toBe(22_000);
});

/** A source that says nothing until it is told to, and knows whether it was cancelled. */
const heldSource = () => {
  const asked: PromiseWithResolvers<Write | null>[] = [];
  let cancels = 0;
  const said: Said = {
    status: 200,
    headers: {},
    body: {
      kind: "stream",
      framing: "sse",
      writes: {
        next: () => {
          const next = Promise.withResolvers<Write | null>();
          asked.push(next);
          return next.promise;
        },
        cancel: () => {
          cancels += 1;
        },
      },
    },
  };
  return {
    said,
    give: async (write: Write | null): Promise<void> => {
      await until(() => asked.length > 0);
      asked.shift()?.resolve(write);
    },
    fail: (reason: unknown): void => asked.shift()?.reject(reason),
    cancels: () => cancels,
  };
};

test("a source that is waited for is cancelled once, by a cancel, an abort, or a fault that needs no more of it", async () => {
  for (const faults of [[], [{ drop: 9 }]]) {
    for (const by of ["cancel", "abort"] as const) {
      const source = heldSource();
      const abort = new AbortController();
      const { response, told } = await run(source.said, faults, { signal: abort.signal });
      const reader = response.body?.getReader();
      const first = reader?.read();
      await source.give({ bytes: one, afterMs: 0 });
      expect((await first)?.value).toEqual(Buffer.from(one));
      const second = reader?.read();
      await Bun.sleep(1);
      const reason = new Error("left");
      if (by === "cancel") {
        await reader?.cancel();
        expect((await second)?.done).toBe(true);
      } else {
        abort.abort(reason);
        expect(await rejectionOf(second ?? Promise.resolve())).toBe(reason);
      }
      expect([source.cancels(), told.ended]).toEqual([1, ["aborted"]]);
    }
  }
  const source = heldSource();
  const { response } = await run(source.said, "truncate=1 event");
  const text = response.text();
  await source.give({ bytes: one + two, afterMs: 0 });
  expect(await text).toBe(one);
  expect(source.cancels()).toBe(1);
});

test("a source that breaks breaks the body, with and without faults", async () => {
  for (const faults of [[], [{ drop: 9 }], [{ close: "reset", after: { ms: 1000 } }]]) {
    const source = heldSource();
    const { response, told } = await run(source.said, faults, {
      clock: { now: () => 0, sleep: () => new Promise(() => {}) },
    });
    const text = response.text();
    await source.give({ bytes: one, afterMs: 0 });
    await Bun.sleep(2);
    const reason = new Error("broken");
    source.fail(reason);
    expect(await rejectionOf(text)).toBe(reason);
    expect(told).toMatchObject({ events: 1, ended: ["broken"] });
  }
});

test("without faults a whole body is one Response at once, and what was handed over is told", async () => {
  const told: unknown[] = [];
  const progress = {
    handed: (events: number, bytes: number) => told.push([events, bytes]),
    ended: (how: string) => told.push(how),
    missed: () => {},
  };
  const plain = { clock: createVirtualClock(), signal: new AbortController().signal, waitMs: 0, progress };
  const response = deliver(whole("{€}"), { "x-a": "b" }, plain);
  expect(response).toBeInstanceOf(Response);
  expect(told).toEqual([[0, 5], "whole"]);
  await (await deliver(streamOf([one + two, ": note\n\n", three]), {}, plain)).text();
  expect(told.slice(2)).toEqual([[2, (one + two).length], [0, 8], [1, three.length], "whole"]);
});

const alphabet = constantFrom(
  "data: x",
  "data",
  ": note",
  "id: 1",
  "dat",
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  "\r\r",
  "\r\n\r\n",
);
const split = (bytes: Uint8Array, at: readonly number[]): Uint8Array[] => {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
};
const cutsOf = array(integer({ min: 0, max: 200 }), { maxLength: 6 });

test("events are told apart as the SSE parser does, wherever the bytes are cut, and no byte is lost", async () => {
  await assert(
    asyncProperty(array(alphabet, { maxLength: 30 }), cutsOf, async (words, cuts) => {
      const bytes = Buffer.from(words.join(""));
      const chunks = split(bytes, cuts);
      let wanted = 0;
      const parser = createSseParser(() => (wanted += 1));
      parser.push(bytes);
      let at = 0;
      const next = () => {
        const chunk = chunks[at++];
        return chunk === undefined ? null : { bytes: chunk, afterMs: 1 };
      };
      const joined: Uint8Array[] = [];
      let events = 0;
      let waitedMs = 0;
      for await (const item of toItems({ next }, "sse")) {
        if (item.kind !== "bytes") continue;
        joined.push(item.lead, item.bytes);
        events += item.events;
        waitedMs += item.afterMs;
      }
      expect(Buffer.concat(joined)).toEqual(bytes);
      if (bytes.length > 0 && joined.length > 0) expect(waitedMs).toBe(chunks.length);
      // A last blank line of a single CR may be followed by its LF, which nobody knows yet.
      const isOpen = words.join("").endsWith("\r");
      expect(isOpen ? wanted - events <= 1 : events === wanted).toBe(true);
      const count = createEventCounter("sse");
      const counted = chunks.reduce((sum, chunk) => sum + count(chunk), 0);
      expect(counted).toBe(events);
    }),
    { numRuns: 500 },
  );
});

test("members of an array are told apart wherever the bytes are cut, and no byte is lost", async () => {
  const text = '[{"a":"}]\\"{","b":[1,{"c":[]}]}\n,\r\n{"€":"😀"},{}\n]';
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)];
    const members: unknown[] = [];
    const joined: Uint8Array[] = [];
    let at = 0;
    const next = () => {
      const chunk = chunks[at++];
      return chunk === undefined ? null : { bytes: chunk, afterMs: 0 };
    };
    for await (const item of toItems({ next }, "json-array")) {
      if (item.kind !== "bytes") continue;
      joined.push(item.lead, item.bytes);
      if (item.events > 0) members.push(JSON.parse(Buffer.from(item.bytes).toString()));
    }
    expect(Buffer.concat(joined).toString()).toBe(text);
    expect(members).toEqual(JSON.parse(text));
  }
});

test("bytes that are nobody's events pass as they are", () => {
  assert(
    property(uint8Array({ maxLength: 50 }), constantFrom<Framing>("sse", "json-array", "none"), (bytes, framing) => {
      const count = createEventCounter(framing)(bytes);
      expect(count).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
