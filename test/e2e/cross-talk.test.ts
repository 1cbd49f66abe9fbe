import { expect, test } from "bun:test";
import { gatewayTo } from "../support/gateway.ts";
import { chat, toChatBytes, toHead, toRequestBytes } from "../support/http-bytes.ts";
import { inParallel } from "../support/in-parallel.ts";
import { startRawUpstream, type UpstreamScript } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";
import { afterRequest, eventStream, streaming } from "../support/upstream-scripts.ts";

/** The same numbers in every run: mulberry32, from 0 up to and without 1. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

type Kind = "short" | "long" | "stream" | "upload";
const kinds: readonly Kind[] = ["short", "short", "stream", "stream", "stream", "upload", "upload", "long"];

/** The pieces of the one right answer. */
const piecesOf = (canary: string, kind: Kind): readonly string[] => {
  if (kind === "long") return [`${canary} `.repeat(5000)];
  if (kind === "stream") return Array.from({ length: 5 }, (_, index) => `data: {"${index}":"${canary}"}\n\n`);
  return [`{"canary":"${canary}"}`];
};

/** Says what was asked for, and notes when head and body of a request belong to two different ones. */
const createEcho =
  (mixedUp: string[]): UpstreamScript =>
  async (call, ordinal) => {
    await call.whole;
    const [canary = "", name] = (call.header("idempotency-key") ?? "").split("/");
    const kind = kinds.find((known) => known === name);
    if (kind === undefined || !call.body().includes(canary) || call.header("x-request-id") !== canary) {
      mixedUp.push(`${call.head}${call.body().toString()}`);
      return;
    }
    const pieces = piecesOf(canary, kind);
    if (kind !== "stream") return await call.reply(200, { "x-canary": canary }, pieces[0]);
    await streaming(pieces, { head: toHead(200, { ...eventStream, "x-canary": canary }) })(call, ordinal);
  };

interface Tally {
  whole: number;
  aborted: number;
  readonly wrong: string[];
}

/** Asks once; an abort comes after so many milliseconds, or never. */
const ask = async (
  url: string,
  canary: string,
  kind: Kind,
  abortAfterMs: number | null,
  tally: Tally,
): Promise<void> => {
  const abort = new AbortController();
  const timer = abortAfterMs === null ? null : setTimeout(() => abort.abort(), abortAfterMs);
  let text = "";
  try {
    const reply = await fetch(`${url}/v1/${kind === "upload" ? "files" : "chat/completions"}`, {
      method: "POST",
      headers: { "idempotency-key": `${canary}/${kind}`, "x-request-id": canary },
      body: JSON.stringify({ model: "m", user: canary, stream: kind === "stream" }),
      signal: abort.signal,
    });
    const { headers, status } = reply;
    if (status !== 200 || headers.get("x-canary") !== canary || headers.get("x-request-id") !== canary) {
      tally.wrong.push(`${canary}: ${status} ${JSON.stringify(headers)}`);
    }
    const decoder = new TextDecoder();
    for await (const chunk of reply.body ?? []) text += decoder.decode(chunk, { stream: true });
    if (text === piecesOf(canary, kind).join("")) tally.whole += 1;
    else tally.wrong.push(`${canary}: ${text.slice(0, 200)}`);
  } catch (thrown) {
    if (!abort.signal.aborted) tally.wrong.push(`${canary}: ${String(thrown)}`);
    else if (!piecesOf(canary, kind).join("").startsWith(text)) tally.wrong.push(`${canary}: ${text.slice(0, 200)}`);
    else tally.aborted += 1;
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
};

test("5,000 requests, 50 at a time and 30 % of them aborted at any point, each get their own answer or none", async () => {
  const count = 5000;
  const mixedUp: string[] = [];
  await using upstream = await startRawUpstream(createEcho(mixedUp));
  await using gateway = gatewayTo(upstream);
  const random = createRandom(20261122);
  const tally: Tally = { whole: 0, aborted: 0, wrong: [] };
  await inParallel(50, count, async (index) => {
    const canary = `canary-${index}-${Math.floor(random() * 1e9)}`;
    const kind = kinds[Math.floor(random() * kinds.length)] ?? "short";
    await ask(gateway.url, canary, kind, random() < 0.3 ? random() * 12 : null, tally);
  });
  expect(tally.wrong).toEqual([]);
  expect(mixedUp).toEqual([]);
  expect(upstream.errors).toEqual([]);
  expect(tally.whole + tally.aborted).toBe(count);
  expect(tally.aborted).toBeGreaterThan(count * 0.1);
  // Nothing is left behind: no exchange, and no more connections than the pool of idle ones keeps.
  await until(() => gateway.pending() === 0);
  await until(() => upstream.open() <= 64);
}, 20_000);

test("clients that break off by RST or FIN and whole ones share the pool without a wrong byte", async () => {
  const mixedUp: string[] = [];
  await using upstream = await startRawUpstream(createEcho(mixedUp));
  await using gateway = gatewayTo(upstream);
  const random = createRandom(7);
  const wrong: string[] = [];
  const once = async (index: number): Promise<void> => {
    const canary = `raw-${index}-${Math.floor(random() * 1e9)}`;
    const kind = kinds[index % kinds.length] ?? "short";
    const isLeaving = random() < 0.5;
    const body = JSON.stringify({ model: "m", user: canary });
    const bytes = toRequestBytes(
      "POST",
      kind === "upload" ? "/v1/files" : chat,
      { "idempotency-key": `${canary}/${kind}`, "x-request-id": canary },
      body,
    );
    using client = await gateway.connect();
    // Half of those who leave do so in the middle of their own request.
    const cut = isLeaving && random() < 0.5 ? Math.floor(random() * bytes.length) : bytes.length;
    await client.send(bytes.subarray(0, cut));
    if (isLeaving) {
      await Bun.sleep(random() * 4);
      if (random() < 0.5) client.reset();
      else client.end();
      return;
    }
    const reply = await client.reply();
    if (reply.header("x-canary") !== canary || reply.body.toString() !== piecesOf(canary, kind).join("")) {
      wrong.push(`${canary}: ${reply.body.toString("utf8", 0, 200)}`);
    }
  };
  await inParallel(20, 600, once);
  expect(wrong).toEqual([]);
  expect(mixedUp).toEqual([]);
  await until(() => gateway.pending() === 0, 4000);
}, 20_000);

test("requests sent behind each other without waiting get their own answers in order, or a closed connection", async () => {
  const mixedUp: string[] = [];
  await using upstream = await startRawUpstream(createEcho(mixedUp));
  await using gateway = gatewayTo(upstream);
  const canaries = ["pipe-1", "pipe-2", "pipe-3"];
  using client = await gateway.connect();
  const requests = canaries.map((canary) =>
    toChatBytes(JSON.stringify({ model: "m", user: canary }), {
      "idempotency-key": `${canary}/short`,
      "x-request-id": canary,
    }),
  );
  await client.send(Buffer.concat(requests));
  let answered = 0;
  for (const canary of canaries) {
    await client.until(() => client.peek()?.isWhole === true || client.isClosed());
    if (client.peek() === null) break;
    expect((await client.reply()).body.toString()).toBe(`{"canary":"${canary}"}`);
    answered += 1;
  }
  // What is not answered is closed without a byte of a reply; the gateway goes on with whoever comes next.
  if (answered < canaries.length) expect([client.isClosed(), client.received().length]).toEqual([true, 0]);
  const tally: Tally = { whole: 0, aborted: 0, wrong: [] };
  await ask(gateway.url, "pipe-after", "short", null, tally);
  expect(tally).toEqual({ whole: 1, aborted: 0, wrong: [] });
  expect(mixedUp).toEqual([]);
});

const stray = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\nx-canary: stray\r\n\r\ncanary";

test.each([
  ["a content-length", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", "{}"],
  ["a content-length of 0", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""],
  ["a chunked stream", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "{}"],
  ["a 204", "HTTP/1.1 204 No Content\r\n\r\n", ""],
  ["a 304", "HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n", ""],
])("a stray reply behind %s goes to nobody", async (_what, said, body) => {
  await using upstream = await startRawUpstream(
    afterRequest((call, ordinal) => (ordinal === 0 ? call.write(said + stray) : call.reply(200, {}, "own"))),
  );
  await using gateway = gatewayTo(upstream);
  for (const wanted of [body, "own", "own"]) {
    using client = await gateway.connectChat();
    const reply = await client.reply();
    expect(reply.body.toString()).toBe(wanted);
    expect(reply.header("x-canary")).toBeNull();
  }
});

test("a stray reply on an idle connection goes to nobody", async () => {
  await using upstream = await startRawUpstream(async (call) => {
    await call.whole;
    await call.reply(200, {}, "own");
    await Bun.sleep(15);
    if (call.connection.closedAt() === null)
      await call.write("HTTP/1.1 408 Request Timeout\r\ncontent-length: 6\r\n\r\ncanary");
  });
  await using gateway = gatewayTo(upstream);
  for (let index = 0; index < 5; index++) {
    using client = await gateway.connectChat();
    const reply = await client.reply();
    expect([reply.status, reply.body.toString()]).toEqual([200, "own"]);
    await Bun.sleep(30);
  }
});
