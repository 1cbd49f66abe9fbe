import { afterEach, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { toReader, toSocket, type Outlet } from "../../src/wire/outlet.ts";
import { tap, type Failure, type TapObserver } from "../../src/wire/tap.ts";
import { bytesOf, createSource, drain, settle } from "./streams.ts";

const broken = new Error("connection reset");

const servers: Bun.Server<undefined>[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) await server.stop(true);
});

const serve = (body: () => ReadableStream<Uint8Array>): Bun.Server<undefined> => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", development: false, fetch: () => new Response(body()) });
  servers.push(server);
  return server;
};

const watch = (): {
  readonly ends: (Failure | null)[];
  readonly seen: { bytes: number };
  readonly observer: TapObserver;
} => {
  const ends: (Failure | null)[] = [];
  const seen = { bytes: 0 };
  const chunk = (bytes: Uint8Array): void => {
    seen.bytes += bytes.length;
  };
  return { ends, seen, observer: { pull: () => {}, chunk, end: (failure) => void ends.push(failure) } };
};

const until = async (isSo: () => boolean): Promise<void> => {
  for (let wait = 0; wait < 400 && !isSo(); wait += 1) await settle();
  expect(isSo()).toBe(true);
};

/** Gives each text when it is asked for, after a pause. */
const createSlow = (texts: readonly string[], last: Error | null = null): ReadableStream<Uint8Array> => {
  const rest = [...texts];
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        await settle();
        const text = rest.shift();
        if (text === undefined) controller.close();
        else controller.enqueue(bytesOf(text));
        if (rest.length === 0 && last !== null) controller.error(last);
      },
    },
    { highWaterMark: 0 },
  );
};

const outlets: readonly (readonly [string, Outlet])[] = [
  ["toReader", toReader],
  ["toSocket", toSocket],
];

describe.each(outlets)("%s, as the body of a reply over a socket,", (_, outlet) => {
  test("hands each chunk on at once, and ends whole", async () => {
    const { ends, observer } = watch();
    const server = serve(() => outlet(tap(createSlow(["one", "two", "three"]), observer)));
    const { chunks, broke } = await drain((await fetch(server.url)).body ?? new ReadableStream());
    expect(chunks.map((chunk) => Buffer.from(chunk).toString())).toEqual(["one", "two", "three"]);
    expect([broke, ends]).toEqual([null, [null]]);
  });

  test("delivers an empty body", async () => {
    const { ends, observer } = watch();
    const server = serve(() => outlet(tap(createSource([]).stream, observer)));
    expect([await (await fetch(server.url)).text(), ends]).toEqual(["", [null]]);
  });

  test("delivers megabytes byte for byte", async () => {
    const chunks = Array.from({ length: 300 }, (__, at) => new Uint8Array(20_000).fill(at));
    const server = serve(() => outlet(tap(createSource(chunks).stream, watch().observer)));
    const got = Buffer.from(await (await fetch(server.url)).arrayBuffer());
    expect(got.equals(Buffer.concat(chunks))).toBe(true);
  });

  test("delivers the chunk that comes right before the source breaks, and then the break", async () => {
    const { ends, observer } = watch();
    const server = serve(() => outlet(tap(createSlow(["one", "two"], broken), observer)));
    const { chunks, broke } = await drain((await fetch(server.url)).body ?? new ReadableStream());
    expect(Buffer.concat(chunks).toString()).toBe("onetwo");
    expect(broke).toMatchObject({ code: "ECONNRESET" });
    expect(ends).toEqual([{ by: "source", reason: broken }]);
  });

  test("says the last words of what is recast in place of the break", async () => {
    const { ends, observer } = watch();
    const recast = {
      chunk: (bytes: Uint8Array) => bytes,
      last: () => bytesOf(""),
      broken: () => bytesOf("!"),
      isOver: () => false,
    };
    const server = serve(() => outlet(tap(createSlow(["one", "two"], broken), observer, recast)));
    expect(await (await fetch(server.url)).text()).toBe("onetwo!");
    expect(ends).toEqual([null]);
  });

  test("a client that leaves ends it once, by the reader, and cancels the source", async () => {
    const { ends, observer } = watch();
    const source = createSource([bytesOf("one"), bytesOf("two")], "silence");
    const server = serve(() => outlet(tap(source.stream, observer)));
    const reader = (await fetch(server.url)).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await until(() => ends.length > 0);
    await settle();
    expect(ends.map((end) => end?.by)).toEqual(["reader"]);
    expect(source.seen.cancelled.length).toBe(1);
  });

  test("a client that does not read pauses the source, and when it leaves the source is cancelled", async () => {
    const { ends, seen, observer } = watch();
    let cancelled = 0;
    const endless = new ReadableStream<Uint8Array>(
      { pull: (controller) => controller.enqueue(new Uint8Array(65_536)), cancel: () => void (cancelled += 1) },
      { highWaterMark: 0 },
    );
    const server = serve(() => outlet(tap(endless, observer)));
    const socket = connect(server.port ?? 0, "127.0.0.1", () => {
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    sockets.push(socket);
    socket.pause();
    let before = -1;
    await until(() => {
      const isStill = seen.bytes === before && before > 0;
      before = seen.bytes;
      return isStill;
    });
    // What the kernel's two buffers take, and ours.
    expect(seen.bytes).toBeLessThan(16_777_216);
    expect(ends).toEqual([]);
    socket.destroy();
    await until(() => ends.length > 0);
    expect([ends[0]?.by, cancelled]).toEqual(["reader", 1]);
  });

  test("a source that breaks while the client does not read ends the exchange, not the process", async () => {
    const { ends, observer } = watch();
    const server = serve(() => outlet(tap(createSlow(["x".repeat(8_000_000)], broken), observer)));
    const socket = connect(server.port ?? 0, "127.0.0.1", () => {
      socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    });
    sockets.push(socket);
    socket.pause();
    socket.on("error", () => {});
    await settle();
    socket.destroy();
    await until(() => ends.length > 0);
    expect(ends.length).toBe(1);
    expect(
      await (await fetch(serve(() => outlet(tap(createSource([bytesOf("on")]).stream, watch().observer))).url)).text(),
    ).toBe("on");
  });
});
