import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { buildExecutable } from "../support/executable.ts";
import { chat } from "../support/http-bytes.ts";
import { inParallel } from "../support/in-parallel.ts";
import { startProgram } from "../support/program.ts";
import { residentBytes, startServing } from "../support/serving.ts";
import { until } from "../support/until.ts";
import { json } from "../support/upstream-scripts.ts";

const concurrent = 20;
const mebibyte = 1_048_576;
const maxGrowthBytes = 48 * mebibyte;

const openFiles = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

const post = (url: string, body: object, signal: AbortSignal | null = null): Promise<Response> =>
  fetch(`${url}${chat}`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ model: "m", ...body }),
    keepalive: false,
    signal,
  });

const messages = [{ role: "user", content: "Hello" }];

const unary = async (url: string): Promise<void> => {
  expect(await (await post(url, { messages })).text()).toContain("Lorem ipsum");
};
const stream = async (url: string): Promise<void> => {
  expect(await (await post(url, { messages, stream: true })).text()).toContain("data: [DONE]");
};
const failure = async (url: string): Promise<void> => {
  expect((await post(url, {})).status).toBe(400);
};
const abort = async (url: string): Promise<void> => {
  const controller = new AbortController();
  const reply = await post(url, { messages, stream: true }, controller.signal);
  const reader = reply.body?.getReader();
  await reader?.read();
  controller.abort();
  await reader?.read().catch(() => {});
};
const kinds = [unary, stream, failure, abort];

const askMany = (url: string, total: number): Promise<void> =>
  inParallel(concurrent, total, (index) => kinds[index % kinds.length]!(url));

test.skipIf(process.platform !== "linux")(
  "2,000 requests, whole, streamed, faulty and left, leave no open file and little memory (Linux only: /proc)",
  async () => {
    const executable = await buildExecutable();
    await using mock = await startProgram(["mock", "--port", "0", "--latency", "2ms"], { executable });
    await using program = await startServing(mock, { executable });
    // The same mix first, so that pools, caches and the heap have their size.
    await askMany(program.url, 400);
    await Bun.sleep(200);
    const files = openFiles(program.pid);
    const resident = residentBytes(program.pid);

    await askMany(program.url, 2000);
    // Connections to the upstream that wait for their next request may be fewer or more by as many as ran at once.
    await until(() => openFiles(program.pid) <= files + concurrent, 5000, "the open files are back to what they were");
    const growth = residentBytes(program.pid) - resident;
    console.log(
      `  ${files} files before, ${openFiles(program.pid)} after; resident memory grew by ${(growth / mebibyte).toFixed(1)} MiB`,
    );
    expect(growth).toBeLessThan(maxGrowthBytes);
    const lines = (): number => program.stdout().match(/"ended":"\w+"/g)?.length ?? 0;
    await until(() => lines() === 2400, 5000, "a line of the log for each");
  },
  30_000,
);
