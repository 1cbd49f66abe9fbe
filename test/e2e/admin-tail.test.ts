import { expect, test } from "bun:test";
import { connectRaw, requestRaw, type RawClient } from "../support/raw-client.ts";
import { until } from "../support/until.ts";
import { makeRecord } from "../telemetry/explain-records.ts";
import { startAdminServer } from "./admin-server.ts";

type AdminServer = ReturnType<typeof startAdminServer>;

const ask = "GET /admin/tail HTTP/1.1\r\nhost: localhost\r\n\r\n";

const follow = async (server: AdminServer): Promise<RawClient> => {
  const client = await connectRaw(server.url);
  await client.send(ask);
  await client.until((received) => received.includes("\r\n\r\n"));
  return client;
};

/** The lines that came, without signs of life. */
const linesOf = (client: RawClient): Record<string, unknown>[] =>
  (client.peek()?.body.toString() ?? "")
    .split("\n")
    .slice(0, -1)
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

test("GET /admin/tail sends its head at once, and each exchange as a line when it is over", async () => {
  await using server = startAdminServer();
  server.recent.sink(makeRecord({ id: "before" }));
  using client = await follow(server);
  expect(client.peek()?.status).toBe(200);
  expect(client.peek()?.header("content-type")).toBe("application/x-ndjson");
  for (const id of ["r-1", "r-2"]) server.recent.sink(makeRecord({ id, model: "line\nbreak" }));
  await until(() => linesOf(client).length === 2);
  expect(linesOf(client)).toMatchObject([{ id: "r-1", model: "line\nbreak", status: 200 }, { id: "r-2" }]);
});

test("every reader gets every line, and secrets are in none", async () => {
  await using server = startAdminServer();
  using one = await follow(server);
  using two = await follow(server);
  server.recent.sink(makeRecord({ id: "r-1", model: "sk-proj-abcdefghijklmnop" }));
  await until(() => linesOf(one).length === 1 && linesOf(two).length === 1);
  expect(linesOf(one)).toMatchObject([{ id: "r-1", model: "[redacted]" }]);
});

test("a quiet stream shows signs of life", async () => {
  await using server = startAdminServer({ heartbeatMs: 10 });
  using client = await follow(server);
  await until(() => (client.peek()?.chunks.length ?? 0) > 3);
  expect(client.peek()?.body.toString()).toMatch(/^\n+$/);
});

test("a reader that leaves is forgotten, and the last one takes the listener with it", async () => {
  await using server = startAdminServer();
  const one = await follow(server);
  using two = await follow(server);
  expect(server.pending()).toBe(2);
  one.reset();
  await until(() => server.pending() === 1);
  server.recent.sink(makeRecord({ id: "r-1" }));
  await until(() => linesOf(two).length === 1);
  expect(server.followers()).toBe(1);
  two.reset();
  await until(() => server.pending() === 0);
  expect(server.followers()).toBe(0);
});

test("more than 20 readers at a time are refused, and there is room again when one leaves", async () => {
  await using server = startAdminServer();
  await using stack = new AsyncDisposableStack();
  const clients = await Promise.all(Array.from({ length: 20 }, () => follow(server)));
  for (const client of clients) stack.use(client);
  const refused = await requestRaw(server.url, "GET", "/admin/tail", { host: "localhost" });
  expect(refused.status).toBeWithin(400, 500);
  expect(refused.body.toString()).toContain("the limit is 20");
  clients[0]!.reset();
  await until(() => server.pending() === 19);
  const next = stack.use(await follow(server));
  expect(next.peek()?.status).toBe(200);
});

const big = "m".repeat(200);

test("a slow reader loses lines, is told how many, and holds up nobody", async () => {
  await using server = startAdminServer();
  using slow = await follow(server);
  using quick = await follow(server);
  slow.pause();
  const count = 40_000;
  const before = process.memoryUsage.rss();
  for (let at = 0; at < count; at += 1) {
    server.recent.sink(makeRecord({ id: `r-${at}`, path: `/${big}`, model: big }));
    // The quick one has to have its chance to read.
    if (at % 50 === 0) await Bun.sleep(0);
  }
  await until(() => quick.received().includes(`"id":"r-${count - 1}"`), 10_000);
  expect(process.memoryUsage.rss() - before).toBeLessThan(300_000_000);
  slow.resume();
  await until(() => slow.received().includes("dropped_lines"), 5000);
  server.recent.sink(makeRecord({ id: "after" }));
  await until(() => slow.received().includes('"id":"after"'), 5000);
  const lines = linesOf(slow);
  const dropped = lines.reduce((sum, line) => sum + Number(line["dropped_lines"] ?? 0), 0);
  const told = lines.filter((line) => "id" in line).length;
  expect(dropped).toBeGreaterThan(0);
  expect(dropped + told).toBe(count + 1);
}, 30_000);

test("a reader that takes nothing at all is sent away", async () => {
  await using server = startAdminServer({ heartbeatMs: 20 });
  using client = await follow(server);
  client.pause();
  await until(() => {
    for (let at = 0; at < 200; at += 1) server.recent.sink(makeRecord({ path: `/${big}`, model: big }));
    return server.pending() === 0;
  }, 15_000);
}, 20_000);

test("closing ends every stream whole, so that a drain need not wait for them", async () => {
  await using server = startAdminServer();
  using one = await follow(server);
  using two = await follow(server);
  server.recent.sink(makeRecord({ id: "last" }));
  server.admin.close();
  for (const client of [one, two]) {
    await until(() => client.peek()?.isWhole === true);
    expect(linesOf(client)).toMatchObject([{ id: "last" }]);
  }
  expect(server.pending()).toBe(0);
});
