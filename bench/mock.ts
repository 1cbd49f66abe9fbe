/**
 * What a matched unary answer of the mock costs with 1,000 fixtures loaded, against a bare `Bun.serve` that reads the JSON
 * and answers the same bytes; and how its memory goes over 1,000,000 entries of the journal.
 *
 * `bun bench/mock.ts [--rounds 5] [--seconds 2] [--entries 1000000]`: both servers stand beside each other on one core, wrk
 * on another asks them in turn, the order reversed each round. The goal is at most 1.5 times the CPU time.
 */
import { parseArgs } from "node:util";
import { createGenerate } from "../src/mock/auto/generate.ts";
import { createEngine, type MockConnection, type MockEngine } from "../src/mock/engine.ts";
import { createConnection } from "../src/mock/faults/create-connection.ts";
import { createFixtureSet } from "../src/mock/fixtures/fixture-set.ts";
import { parseFixtures } from "../src/mock/fixtures/parse-fixtures.ts";
import { createRealClock } from "../src/mock/clocks/real-clock.ts";
import { wholeShape } from "../src/mock/shape.ts";
import { createRedactor } from "../src/log.ts";
import { startPlainServer, type PlainSocket } from "../src/server.ts";
import { inTurn } from "./in-turn.ts";
import { memoryOf, PROXY_CORE } from "./proc.ts";
import { median } from "./stats.ts";
import { UNARY_REQUEST, unaryCost, type UnaryCost } from "./wrk.ts";

const warmUpSeconds = 6;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    entries: { type: "string", default: "1000000" },
    serve: { type: "string" },
  },
});

/** A thousand fixtures of the kinds people write; one of the middle matches. */
const written = Array.from({ length: 1000 }, (_, at) => ({
  id: `fixture-${at}`,
  match:
    at === 500
      ? { user: "a fox and a dog" }
      : at % 3 === 0
        ? { user: `/order (?<id>${at}\\d+)/i` }
        : { user: `question number ${at} of the suite`, model: at % 2 === 0 ? "gpt-*" : "bench" },
  response: "The quick brown fox jumps over the lazy dog, and the dog lets it.",
}));

const createBenchEngine = (): MockEngine => {
  const parsed = parseFixtures({ fixtures: written }, "bench", { allowFunctions: false });
  if (parsed.kind === "faulty") throw new Error(JSON.stringify(parsed.faults));
  return createEngine({
    seed: 1,
    clock: createRealClock(() => performance.now()),
    generate: createGenerate({ responseTokens: 10, chunks: 3 }),
    shape: wholeShape,
    errorAfter: null,
    fixtures: createFixtureSet(parsed.fixtures),
    tape: null,
    fallback: "fail",
    validate: "error",
    scopeHeaders: ["x-qlite-scope"],
    journal: { max: 1000, maxBodyBytes: 64 * 1024 },
    redact: createRedactor([]),
    keys: null,
    live: null,
    isLoopback: true,
    control: { adminKey: null, mode: null, heartbeatMs: 15_000 },
  });
};

const post = () =>
  new Request("http://mock/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer sk-bench" },
    body: UNARY_REQUEST,
  });

/** The reply of the mock as plain JSON, which the bare server answers with other ids. */
const sampleReply = async (): Promise<object> => (await createBenchEngine().fetch(post())).json();

/** The connection as `qlite mock` makes it (`src/mock-server.ts`). */
const toConnection = (socket: PlainSocket): MockConnection => ({
  address: () => socket.peer()?.address ?? "",
  allowSilence: socket.allowSilence,
  socket: createConnection(() => ({ peer: socket.peer(), port: socket.port })),
});

const serve = async (what: string): Promise<void> => {
  const engine = createBenchEngine();
  const sample = await sampleReply();
  const bare = async (request: Request): Promise<Response> => {
    const asked: { readonly model?: string } = await request.json();
    return Response.json({ ...sample, model: asked.model });
  };
  const { port } =
    what === "bare"
      ? Bun.serve({ port: 0, hostname: "127.0.0.1", development: false, fetch: bare })
      : startPlainServer("127.0.0.1", 0, (request, socket) => engine.fetch(request, toConnection(socket)));
  console.log(port);
};

const launch = async (what: string) => {
  const command = ["taskset", "-c", String(PROXY_CORE), process.execPath, import.meta.path, "--serve", what];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "inherit" });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value ?? "");
  if (!(port > 0)) throw new Error(`${what} does not serve`);
  return { what, pid: child.pid, url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
};

const show = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(", ");

const compareServers = async (rounds: number, seconds: number): Promise<void> => {
  const [bare, mock] = [await launch("bare"), await launch("mock")];
  const costs = new Map<string, UnaryCost[]>([
    ["bare", []],
    ["mock", []],
  ]);
  try {
    const replies = await Promise.all(
      [bare, mock].map(async ({ url }) =>
        (await fetch(`${url}/v1/chat/completions`, { method: "POST", body: UNARY_REQUEST })).text(),
      ),
    );
    const [first, second] = replies.map((text) => text.replaceAll(/chatcmpl-\w+/g, "id"));
    if (first !== second) throw new Error(`the servers do not agree:\n${first}\n${second}`);
    // Until the compilers are done: about 50,000 requests.
    for (const { pid, url } of [bare, mock]) await unaryCost(pid, url, warmUpSeconds);
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 === 0 ? [bare, mock] : [mock, bare];
      for await (const { what, pid, url } of inTurn([bare, mock], order)) {
        const cost = await unaryCost(pid, url, seconds);
        if (cost.failed > 0) throw new Error(`${what}: ${cost.failed} requests failed`);
        costs.get(what)?.push(cost);
      }
    }
  } finally {
    bare.stop();
    mock.stop();
  }
  const cpu = (what: string) => (costs.get(what) ?? []).map(({ cpuUsPerRequest }) => cpuUsPerRequest);
  for (const what of ["bare", "mock"]) {
    console.log(`${what}: ${median(cpu(what)).toFixed(1)} us of CPU a request (rounds: ${show(cpu(what))})`);
  }
  console.log(`ratio of the medians: ${(median(cpu("mock")) / median(cpu("bare"))).toFixed(2)}, goal 1.5 at most`);
  const foreign = [...costs.values()].flat().map((cost) => cost.foreign);
  console.log(`cores used by others, median: ${median(foreign).toFixed(2)}`);
};

const fillJournal = async (entries: number): Promise<void> => {
  const engine = createBenchEngine();
  const steps: string[] = [];
  for (let at = 1; at <= entries; at += 1) {
    await (await engine.fetch(post())).bytes();
    if (at % Math.max(1, Math.floor(entries / 10)) !== 0) continue;
    Bun.gc(true);
    steps.push(`${at.toLocaleString("en-US")}: ${memoryOf(process.pid).rssMb.toFixed(0)} MiB`);
  }
  const { requests } = engine.verdict();
  console.log(`journal of 1,000 over ${requests.toLocaleString("en-US")} requests, resident: ${steps.join("; ")}`);
};

if (flags.serve !== undefined) await serve(flags.serve);
else {
  await compareServers(Number(flags.rounds), Number(flags.seconds));
  if (Number(flags.entries) > 0) await fillJournal(Number(flags.entries));
}
