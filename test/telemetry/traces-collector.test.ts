import { expect, test } from "bun:test";
import { join } from "node:path";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { until } from "../support/until.ts";
import { toRecord } from "./traces-record.ts";
import { closedPort, startTraces } from "./traces-start.ts";

/** One exchange is a batch, and a batch is given up soon. */
const hasty = { batchSpans: 2, delayMs: 10, timeoutMs: 300, closeMs: 500 };

const unavailable = (retryAfter: string): Response =>
  new Response("canary-of-the-collector", { status: 503, headers: { "retry-after": retryAfter } });

const hang = (): Promise<never> => new Promise(() => {});

test("a batch that a collector answers with 503 is sent again after its Retry-After", async () => {
  const at: number[] = [];
  await using receiver = startOtlpReceiver((nth) => {
    at.push(performance.now());
    return nth === 0 ? unavailable("1") : null;
  });
  await using traces = startTraces(receiver.url, { limits: { ...hasty, timeoutMs: 3000 } });
  traces.add(toRecord());
  await until(() => receiver.spans.length === 2, 4000);
  expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(990);
  expect([traces.dropped(), traces.errors.length]).toEqual([0, 0]);
});

test("a batch whose Retry-After lies beyond the timeout is lost and counted, and the next one goes", async () => {
  await using receiver = startOtlpReceiver((nth) => (nth === 0 ? unavailable("60") : null));
  await using traces = startTraces(receiver.url, { limits: hasty });
  traces.add(toRecord());
  await until(() => traces.dropped() === 2);
  traces.add(toRecord());
  await until(() => receiver.spans.length === 2);
  expect(traces.errors).toEqual(["2 spans of traces are lost: the collector takes nothing for the time being"]);
});

test.each([400, 401, 404, 500])(
  "a batch that is answered with %d is lost at once, and the status is told",
  async (status) => {
    await using receiver = startOtlpReceiver(() => new Response("canary-of-the-collector", { status }));
    await using traces = startTraces(receiver.url, { limits: hasty });
    traces.add(toRecord());
    await until(() => traces.dropped() === 2);
    expect(traces.errors).toEqual([`2 spans of traces are lost: the collector answered with status ${status}`]);
    expect(receiver.exports).toHaveLength(1);
  },
);

test("a collector that hangs costs a batch each time the timeout is over, and its connection", async () => {
  let broken = 0;
  await using receiver = startOtlpReceiver((nth, request) => {
    request.signal.addEventListener("abort", () => (broken += 1));
    return nth === 0 ? hang() : null;
  });
  await using traces = startTraces(receiver.url, { limits: hasty });
  traces.add(toRecord());
  await until(() => receiver.exports.length === 1);
  traces.add(toRecord());
  await until(() => receiver.spans.length === 2);
  expect(traces.dropped()).toBe(2);
  expect(traces.errors).toEqual(["2 spans of traces are lost: the collector did not answer within 300 ms"]);
  await until(() => broken === 1);
});

test("a collector that answers a byte at a time is cut off after the timeout", async () => {
  let isCut = false;
  const drip = (): Response =>
    new Response(
      new ReadableStream({
        pull: async (controller) => {
          await Bun.sleep(50);
          controller.enqueue(new Uint8Array([32]));
        },
        cancel: () => {
          isCut = true;
        },
      }),
      { status: 500 },
    );
  await using receiver = startOtlpReceiver((nth) => (nth === 0 ? drip() : null));
  await using traces = startTraces(receiver.url, { limits: hasty });
  traces.add(toRecord());
  await until(() => traces.dropped() === 2, 4000);
  await until(() => isCut);
  traces.add(toRecord());
  await until(() => receiver.spans.length === 2);
});

test("a collector that answers without end is told as such, without what it says", async () => {
  const huge = new Uint8Array(5_000_000).fill(120);
  await using receiver = startOtlpReceiver(() => new Response(huge));
  await using traces = startTraces(receiver.url, { limits: { ...hasty, timeoutMs: 3000 } });
  traces.add(toRecord());
  await until(() => traces.dropped() === 2, 4000);
  expect(traces.errors).toEqual(["2 spans of traces are lost: the collector gave no usable answer"]);
});

test("a collector that breaks the connection is told as such, without its address", async () => {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket) => socket.terminate() },
  });
  await using traces = startTraces(`http://127.0.0.1:${listener.port}`, { limits: hasty });
  traces.add(toRecord());
  await until(() => traces.dropped() === 2);
  expect(traces.errors).toEqual(["2 spans of traces are lost: the collector cannot be reached (ECONNRESET)"]);
  listener.stop(true);
});

test("a collector that is not there is told as such; once it is there, spans arrive", async () => {
  const port = closedPort();
  await using traces = startTraces(`http://127.0.0.1:${port}`, { limits: hasty });
  traces.add(toRecord());
  await until(() => traces.dropped() === 2);
  expect(traces.errors).toEqual(["2 spans of traces are lost: the collector cannot be reached (ECONNREFUSED)"]);
  await using receiver = startOtlpReceiver(undefined, port);
  traces.add(toRecord());
  await until(() => receiver.spans.length === 2);
});

test("no message tells the address, a header or what the collector said", async () => {
  const secret = "canary-of-the-config";
  await using receiver = startOtlpReceiver((nth) =>
    nth === 0 ? unavailable("60") : new Response("canary-of-the-collector", { status: 403 }),
  );
  await using traces = startTraces(receiver.url, { limits: hasty, headers: { authorization: secret } });
  for (const count of [2, 4]) {
    traces.add(toRecord());
    await until(() => traces.dropped() === count);
    traces.setNow(count * 60_000);
  }
  expect(traces.errors).toHaveLength(2);
  expect(traces.errors.join(" ")).not.toMatch(/canary|127\.0\.0\.1|http/);
});

test("losses are told at most once a minute, with how many there were", async () => {
  await using receiver = startOtlpReceiver(() => new Response(null, { status: 400 }));
  await using traces = startTraces(receiver.url, { limits: hasty });
  const lose = async (soFar: number): Promise<void> => {
    traces.add(toRecord());
    await until(() => traces.dropped() === soFar);
  };
  await lose(2);
  traces.setNow(59_999);
  await lose(4);
  expect(traces.errors).toHaveLength(1);
  traces.setNow(60_000);
  await lose(6);
  const reason = "the collector answered with status 400";
  expect(traces.errors).toEqual([`2 spans of traces are lost: ${reason}`, `6 spans of traces are lost: ${reason}`]);
});

test("with a queue of 2 spans one exchange is under way, one waits and a third is dropped whole", async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<null>();
  await using receiver = startOtlpReceiver(() => opened);
  await using traces = startTraces(receiver.url, {
    limits: { ...hasty, queueSpans: 2, timeoutMs: 3000, closeMs: 3000 },
  });
  traces.add(toRecord({ id: "under-way" }));
  await until(() => receiver.exports.length === 1);
  traces.add(toRecord({ id: "waits" }));
  traces.add(toRecord({ id: "dropped" }));
  traces.add(toRecord({ id: "dropped, too", attempts: 0 }));
  expect(traces.dropped()).toBe(3);
  expect(traces.errors).toEqual(["2 spans of traces are lost: 2 spans wait for the collector, the limit is 2"]);
  open(null);
  await until(() => receiver.spans.length === 4);
  const ids = receiver.spans.flatMap(({ attributes }) => attributes["qlite.request_id"] ?? []);
  expect(ids).toEqual(["under-way", "waits"]);
});

test("records that come before the exporter is loaded wait for it, as many as the queue takes", async () => {
  await using receiver = startOtlpReceiver();
  await using traces = startTraces(receiver.url, { limits: { ...hasty, queueSpans: 4 } });
  for (let count = 0; count < 3; count += 1) traces.add(toRecord());
  expect(traces.dropped()).toBe(2);
  await until(() => receiver.spans.length === 4);
});

test("100,000 exchanges during an outage keep 2,048 spans and count the others", async () => {
  await using receiver = startOtlpReceiver(hang);
  await using traces = startTraces(receiver.url, { limits: { delayMs: 10, timeoutMs: 3000, closeMs: 50 } });
  traces.add(toRecord());
  await until(() => receiver.exports.length > 0, 4000);
  for (let count = 0; count < 100_000; count += 1) traces.add(toRecord());
  // Of one export, already under way, and of the queue nothing is dropped yet.
  expect(traces.dropped()).toBe(200_000 - 2048);
  await traces.close();
  expect(traces.dropped()).toBe(200_002);
});

test("close sends what waits", async () => {
  await using receiver = startOtlpReceiver();
  const traces = startTraces(receiver.url);
  for (let count = 0; count < 300; count += 1) traces.add(toRecord());
  await traces.close();
  expect(receiver.spans).toHaveLength(600);
  expect(traces.dropped()).toBe(0);
});

test("close waits for no more than its limit, counts what is left, and later records are not taken", async () => {
  let broken = 0;
  await using receiver = startOtlpReceiver((_, request) => {
    request.signal.addEventListener("abort", () => (broken += 1));
    return hang();
  });
  const traces = startTraces(receiver.url, { limits: { ...hasty, timeoutMs: 700, closeMs: 200 } });
  for (let count = 0; count < 3; count += 1) traces.add(toRecord());
  await until(() => receiver.exports.length === 1);
  const before = performance.now();
  await Promise.all([traces.close(), traces.close()]);
  expect(performance.now() - before).toBeLessThan(1500);
  expect(traces.dropped()).toBe(6);
  for (let count = 0; count < 2000; count += 1) traces.add(toRecord());
  await until(() => broken === receiver.exports.length);
  expect(traces.dropped()).toBe(6);
});

/** Loads the traces in a process of its own; it says what of their library is there, and ends by itself. */
const script = `
import { createTraces } from "${join(import.meta.dir, "../../src/telemetry/traces.ts")}";
const loaded = () => Object.keys(require.cache).some((path) => path.includes("/node_modules/@opentelemetry/"));
const seen = [loaded()];
const traces = createTraces(
  { url: process.argv[1] + "/v1/traces", headers: {}, sample: 1, serviceName: "x" },
  { version: "1", randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    onError: () => {}, now: () => performance.now(), limits: { closeMs: 300, timeoutMs: Number(process.argv[2]), batchSpans: 2 } },
);
while (!loaded()) await Bun.sleep(5);
traces.sink({ ...${JSON.stringify(toRecord())}, trace: traces.begin(new Headers()) });
await Bun.sleep(100);
await traces.close();
console.log(JSON.stringify([...seen, loaded(), traces.dropped()]));
`;

test.each([
  ["answers", 0, 3000, () => null],
  ["hangs", 2, 1000, hang],
])(
  "OpenTelemetry is loaded with the first traces, and the process ends soon after them when the collector %s",
  async (_, lost, timeoutMs, answer) => {
    await using receiver = startOtlpReceiver(answer);
    const child = Bun.spawn([process.execPath, "-e", script, receiver.url, String(timeoutMs)], {
      stdout: "pipe",
      stderr: "pipe",
    });
    let out = "";
    let saidAt = 0;
    for await (const bytes of child.stdout) {
      out += new TextDecoder().decode(bytes);
      saidAt = performance.now();
    }
    const errors = await new Response(child.stderr).text();
    expect(errors).toBe("");
    expect(JSON.parse(out)).toEqual([false, true, lost]);
    await child.exited;
    expect(performance.now() - saidAt).toBeLessThan(2000);
  },
);
