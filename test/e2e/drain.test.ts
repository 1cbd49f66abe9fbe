import { describe, expect, test } from "bun:test";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { startProgram, type Program } from "../support/program.ts";
import { connectRaw, requestRaw } from "../support/raw-client.ts";
import { startServing } from "../support/serving.ts";
import { openSwarm, type SwarmStream } from "../support/swarm.ts";
import { rejectionOf, until } from "../support/until.ts";

const executable = await buildExecutable();

const startMock = (latency: string, chunks: number): Promise<Program> =>
  startProgram(["mock", "--port", "0", "--latency", latency, "--chunks", String(chunks)], { executable });

const startGateway = (mock: Program, server: object = {}): Promise<Program> =>
  startServing(mock, { executable, server });

const openStarted = async (program: Program, count: number): Promise<readonly SwarmStream[]> => {
  const streams = openSwarm(program.url, count);
  await until(() => streams.every((stream) => stream.hasStarted()), 8000, `${count} streams have started`);
  return streams;
};

type Line = Readonly<Record<string, unknown>>;
const linesOf = (program: Program): readonly Line[] =>
  program
    .stdout()
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));
const exchangesOf = (program: Program): readonly Line[] => linesOf(program).filter(({ msg }) => msg === "exchange");

// Windows has no signals: a process there is ended, not asked to end.
describe.skipIf(process.platform === "win32")("a signal that asks the executable to end", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s lets 50 streams in flight finish whole, takes no connection, and exits 0",
    async (signal) => {
      await using mock = await startMock("300ms", 6);
      await using program = await startGateway(mock);
      const streams = await openStarted(program, 50);
      program.signal(signal);
      await until(() => program.stdout().includes('"draining"'), 5000, "the log says draining");
      expect(await rejectionOf(connectRaw(program.url))).toMatchObject({ code: "ECONNREFUSED" });
      expect(streams.filter((stream) => stream.isOver())).toBeEmpty();
      expect(linesOf(program).find(({ msg }) => msg === "draining")).toMatchObject({ signal, in_flight: 50 });
      await Promise.all(streams.map((stream) => stream.over));
      expect(streams.filter((stream) => stream.isWhole() && stream.text().includes("data: [DONE]"))).toHaveLength(50);
      expect(await program.exited).toBe(0);
      expect(exchangesOf(program).filter(({ ended }) => ended === "complete")).toHaveLength(50);
      expect(program.stdout()).not.toContain("drain timeout");
    },
  );

  // Without a delay Bun closes idle connections at once and new ones are refused, so the 503 reaches only who had
  // begun to ask before.
  test("/readyz answers 503 to a request that had begun before the signal", async () => {
    await using mock = await startMock("200ms", 5);
    await using program = await startGateway(mock);
    expect((await requestRaw(program.url, "GET", "/readyz")).status).toBe(200);
    const [stream] = await openStarted(program, 1);
    using probe = await connectRaw(program.url);
    await probe.send("GET /readyz HTTP/1.1\r\nhost: gateway.test\r\n");
    // Answered on a later connection, so the bytes before it have been read.
    expect((await requestRaw(program.url, "GET", "/livez")).status).toBe(200);
    program.signal("SIGTERM");
    await until(() => program.stdout().includes('"draining"'), 5000, "the log says draining");
    await probe.send("\r\n");
    const reply = await probe.reply();
    expect({ status: reply.status, body: reply.body.toString() }).toEqual({ status: 503, body: "draining\n" });
    await stream?.over;
    expect(stream?.isWhole()).toBe(true);
    expect(await program.exited).toBe(0);
  });

  test("with server.drain_delay answers on new connections for that long, /readyz with 503", async () => {
    await using mock = await startMock("0ms", 1);
    await using program = await startGateway(mock, { drain_delay: "1s" });
    const askedAt = performance.now();
    program.signal("SIGTERM");
    await until(() => program.stdout().includes('"draining"'), 5000, "the log says draining");
    const probe = await requestRaw(program.url, "GET", "/readyz");
    expect({ status: probe.status, body: probe.body.toString() }).toEqual({ status: 503, body: "draining\n" });
    expect((await requestRaw(program.url, "GET", "/v1/models")).status).toBe(200);
    expect(await program.exited).toBe(0);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(990);
  });

  test("idle, exits at once with 0 and with the lines of what was just answered", async () => {
    await using mock = await startMock("0ms", 1);
    await using program = await startGateway(mock);
    const replies = await Promise.all(Array.from({ length: 20 }, () => requestRaw(program.url, "GET", "/v1/models")));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    const askedAt = performance.now();
    program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
    expect(performance.now() - askedAt).toBeLessThan(3000);
    expect(exchangesOf(program)).toHaveLength(20);
    expect(program.stdout()).toEndWith("\n");
  });

  test("breaks the streams that outlast server.drain_timeout, never ending them cleanly, and exits 0", async () => {
    await using mock = await startMock("100ms", 1000);
    await using program = await startGateway(mock, { drain_timeout: "500ms" });
    const streams = await openStarted(program, 10);
    const askedAt = performance.now();
    program.signal("SIGTERM");
    await Promise.all(streams.map((stream) => stream.over));
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(490);
    expect(streams.filter((stream) => stream.isWhole() || stream.text().includes("[DONE]"))).toBeEmpty();
    expect(await program.exited).toBe(0);
    expect(linesOf(program).filter(({ level }) => level === "warn")).toContainEqual(
      expect.objectContaining({ msg: "drain timeout reached, open streams were broken" }),
    );
  });

  test("a second one ends it at once, with its streams broken", async () => {
    await using mock = await startMock("100ms", 1000);
    await using program = await startGateway(mock);
    const streams = await openStarted(program, 5);
    program.signal("SIGTERM");
    await until(() => program.stdout().includes('"draining"'), 5000, "the log says draining");
    const askedAt = performance.now();
    program.signal("SIGTERM");
    expect(await program.exited).toBe(1);
    expect(performance.now() - askedAt).toBeLessThan(3000);
    await Promise.all(streams.map((stream) => stream.over));
    expect(streams.filter((stream) => stream.isWhole())).toBeEmpty();
  });

  test.each(["serve", "mock"])("ends `qlite %s` with 0 from the moment it says where it listens", async (command) => {
    using folder = makeFolder();
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await using program = await startProgram([command, "--port", "0"], { executable, cwd: folder.path });
      program.signal("SIGTERM");
      expect(await program.exited).toBe(0);
    }
  });
});

test("an upstream that is killed in mid-stream never looks like a clean end", async () => {
  await using mock = await startMock("50ms", 100);
  await using program = await startGateway(mock);
  const streams = await openStarted(program, 20);
  mock.signal("SIGKILL");
  await Promise.all(streams.map((stream) => stream.over));
  expect(streams.filter((stream) => stream.isWhole() || stream.text().includes("[DONE]"))).toBeEmpty();
  await until(() => exchangesOf(program).length === 20, 5000, "20 lines of the log");
  for (const line of exchangesOf(program)) {
    expect(line).toMatchObject({ ended: "upstream_cut", error: "upstream_stream_interrupted", status: 200 });
  }
  expect((await requestRaw(program.url, "GET", "/readyz")).status).toBe(200);
});
