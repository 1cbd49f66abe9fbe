import { expect, test } from "bun:test";
import type { Framing } from "../../../src/mock/said.ts";
import { connectRaw } from "../../support/raw-client.ts";
import { until } from "../../support/until.ts";
import { serveFaults, streamOf } from "./serve-faults.ts";

const request = "GET /v1/x HTTP/1.1\r\nhost: mock\r\n\r\n";
const names = ["one", "two", "drei €", "four", "five"];

interface Stream {
  readonly framing: Framing;
  /** Each a whole event as it goes out. */
  readonly events: readonly string[];
  readonly tail: string;
}

const streams: Readonly<Record<string, Stream>> = {
  LF: { framing: "sse", events: names.map((name) => `data: {"name":"${name}"}\n\n`), tail: "" },
  CRLF: { framing: "sse", events: names.map((name) => `event: x\r\ndata: ${name}\r\n\r\n`), tail: "" },
  CR: { framing: "sse", events: names.map((name) => `: note\rdata: ${name}\rdata: more\r\r`), tail: "" },
  "LF with comments between": {
    framing: "sse",
    events: names.map((name, at) => `${at === 0 ? "\uFEFF" : ": keep-alive\n\n\n"}id: 1\ndata:${name}\n\n`),
    tail: ": the end\n\n",
  },
  "JSON array": {
    framing: "json-array",
    events: names.map((name, at) => `${at === 0 ? "[" : ",\r\n"}{"name":["}]${name}\\"{"]}`),
    tail: "\n]",
  },
};

const encode = (text: string): Buffer => Buffer.from(text);

/** The bytes in pieces of so many, which cut events and characters anywhere. */
const inPieces = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

const cuts = { fin: "close=fin", reset: "close=reset", stall: "stall=forever" } as const;

for (const [name, { framing, events, tail }] of Object.entries(streams)) {
  for (const [how, effect] of Object.entries(cuts)) {
    test(`${name}: the client receives exactly N whole events before ${how}, for N from 0 to the end`, async () => {
      const whole = encode(events.join("") + tail);
      for (const size of [7, whole.length]) {
        for (let count = 0; count <= events.length; count += 1) {
          // A paused socket of Bun's or Node's drops what it holds when a reset comes; see the test with `bash` for those.
          for (const isSlow of how === "reset" ? [false] : [false, true]) {
            const faults = `${effect}; after=${count} events`;
            await using server = serveFaults({ faults, said: () => streamOf(inPieces(whole, size), framing) });
            using client = await connectRaw(server.url);
            if (isSlow) client.pause();
            await client.send(request);
            // Bun sends no head before a first byte, so something that says nothing stands in front of nothing.
            const filler = framing === "sse" ? ":\n\n" : "\n";
            const wanted = encode(count === 0 ? filler : events.slice(0, count).join(""));
            if (isSlow) {
              await until(() => (server.told[0]?.events ?? 0) >= count);
              await Bun.sleep(20);
              client.resume();
            }
            await until(() => (client.peek()?.body.length ?? -1) >= wanted.length);
            if (how === "stall") {
              await Bun.sleep(20);
              expect(client.isClosed()).toBe(false);
            } else expect(await client.closed).toBe(how === "fin" ? "end" : "error");
            expect(client.peek()?.body.toString()).toBe(wanted.toString());
            expect(client.peek()?.isWhole).toBe(false);
            if (how === "stall") client.end();
            await until(() => server.told[0]?.ended.length === 1);
            expect(server.told[0]).toEqual({
              events: count,
              bytes: count === 0 ? 0 : wanted.length,
              ended: [how === "stall" ? "aborted" : "cut"],
              missed: [],
            });
          }
        }
      }
    });
  }
}

/** What a client gets that leaves all in the system's queue for a while, and how its connection ends. */
const readLate = async (url: string): Promise<{ readonly body: string; readonly error: string }> => {
  const script = `exec 3<>/dev/tcp/127.0.0.1/$PORT; printf 'GET /v1/x HTTP/1.1\\r\\nhost: mock\\r\\n\\r\\n' >&3; sleep 0.15; cat <&3`;
  const client = Bun.spawn(["bash", "-c", script], {
    env: { ...process.env, PORT: new URL(url).port },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [body, error] = await Promise.all([
    Bun.readableStreamToText(client.stdout),
    Bun.readableStreamToText(client.stderr),
  ]);
  return { body, error };
};

test.skipIf(Bun.which("bash") === null)("a client that reads late has all before a reset", async () => {
  for (const [name, { framing, events, tail }] of Object.entries(streams)) {
    await Promise.all(
      Array.from({ length: events.length + 1 }, async (_, count) => {
        const faults = `close=reset; after=${count} events`;
        await using server = serveFaults({ faults, said: () => streamOf([...events, tail], framing) });
        const { body, error } = await readLate(server.url);
        expect(error).toContain("reset");
        const chunks = body
          .slice(body.indexOf("\r\n\r\n") + 4)
          .replaceAll(/[0-9a-f]+\r\n([^]*?)\r\n(?=[0-9a-f]+\r\n|$)/g, "$1");
        if (name !== "CRLF" && count > 0) expect(chunks).toBe(events.slice(0, count).join(""));
        expect(server.told[0]).toMatchObject({ events: count, ended: ["cut"] });
      }),
    );
  }
});

test.skipIf(Bun.which("bash") === null || process.platform !== "linux")(
  "a client that reads late has all of a stream that is larger than its queue before a reset",
  async () => {
    const events = Array.from({ length: 15 }, () => `data: ${"z".repeat(200_000)}\n\n`);
    await using server = serveFaults({ faults: "close=reset; at=end", said: () => streamOf(events) });
    const { body } = await readLate(server.url);
    expect(body.match(/z/g)?.length).toBe(15 * 200_000);
  },
);

test("a cut behind so many bytes is exact, inside an event and inside a character", async () => {
  const { events } = streams["LF"] ?? { events: [] };
  const whole = encode(events.join(""));
  for (const how of ["fin", "reset"] as const) {
    for (const count of [1, 10, 51, 52, whole.length - 1, whole.length]) {
      const faults = { close: how, after: { bytes: count } };
      await using server = serveFaults({ faults, said: () => streamOf(inPieces(whole, 16)) });
      using client = await connectRaw(server.url);
      await client.send(request);
      expect(await client.closed).toBe(how === "fin" ? "end" : "error");
      expect(client.peek()?.body).toEqual(whole.subarray(0, count));
      expect(client.peek()?.isWhole).toBe(false);
    }
  }
});

test("a client that reads slowly gets all of a large stream before a reset", async () => {
  const event = `data: ${"x".repeat(200_000)}\n\n`;
  const events = Array.from({ length: 60 }, () => event);
  for (const how of ["reset", "fin"] as const) {
    const faults = { close: how, after: { events: 50 } };
    await using server = serveFaults({ faults, said: () => streamOf(events) });
    using client = await connectRaw(server.url);
    client.pause();
    await client.send(request);
    await Bun.sleep(50);
    expect(client.isClosed()).toBe(false);
    for (let turn = 0; turn < 10 && !client.isClosed(); turn += 1) {
      client.resume();
      await Bun.sleep(1);
      client.pause();
      await Bun.sleep(5);
    }
    client.resume();
    expect(await client.closed).toBe(how === "fin" ? "end" : "error");
    expect(client.peek()?.body.length).toBe(50 * event.length);
  }
});

test("fifty clients at once, each cut by a reset behind its own number of events, get just these", async () => {
  const events = Array.from({ length: 60 }, (_, at) => `data: ${at}\n\n`);
  const servers = Array.from({ length: 50 }, (_, count) =>
    serveFaults({ faults: { close: "reset", after: { events: count } }, said: () => streamOf(events) }),
  );
  const received = await Promise.all(
    servers.map(async (server) => {
      using client = await connectRaw(server.url);
      await client.send(request);
      await client.closed;
      return client.peek()?.body.toString();
    }),
  );
  expect(received).toEqual(servers.map((_, count) => events.slice(0, count).join("") || ":\n\n"));
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
});

test("before the head a close leaves nothing at all: a FIN, or a reset", async () => {
  for (const how of ["fin", "reset"] as const) {
    for (const said of [() => streamOf(["data: 1\n\n"]), undefined]) {
      await using server = serveFaults({ faults: { close: how }, ...(said === undefined ? {} : { said }) });
      using client = await connectRaw(server.url);
      const body = '{"model":"m","messages":[{"role":"user","content":"Hi"}]}';
      await client.send(
        `POST /v1/chat/completions HTTP/1.1\r\nhost: mock\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      expect(await client.closed).toBe(how === "fin" ? "end" : "error");
      expect(client.received().length).toBe(0);
      await until(() => server.pending() === 0);
      expect(server.told[0]?.ended).toEqual(["cut"]);
    }
  }
});

test("at the head a close leaves the head alone, and at the end everything but the end", async () => {
  for (const how of ["fin", "reset"] as const) {
    for (const at of ["head", "end"] as const) {
      await using server = serveFaults({
        faults: { close: how, at },
        said: () => streamOf(["data: 1\n\n", "data: 2\n\n"]),
      });
      using client = await connectRaw(server.url);
      await client.send(request);
      await client.closed;
      expect(client.peek()?.status).toBe(200);
      expect(client.peek()?.body.toString()).toBe(at === "head" ? ":\n\n" : "data: 1\n\ndata: 2\n\n");
      expect(client.peek()?.isWhole).toBe(false);
    }
  }
});
