import { SQL } from "bun";
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openSqliteFile } from "../../src/ledger/sqlite-file.ts";
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { gatewayTo, providerAt, upstreamKey, type Gateway } from "../support/gateway.ts";
import { postgresMissing, startPostgres, type Postgres } from "../support/postgres.ts";
import { commandOf, runProgram, startProgram } from "../support/program.ts";
import { share, shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { replying, streaming } from "../support/upstream-scripts.ts";

const reply = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_795_000_000,
  model: "m-2026-01-01",
  choices: [{ index: 0, message: { role: "assistant", content: "canary-answer" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42, prompt_tokens_details: { cached_tokens: 10 } },
});
const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", ...fields })}\n\n`;
const events = [
  chunk({ choices: [{ index: 0, delta: { content: "canary-answer" }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
  chunk({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } }),
  "data: [DONE]\n\n",
];
const ask = (fields: object = {}): string =>
  JSON.stringify({ model: "m", messages: [{ role: "user", content: "canary-prompt" }], ...fields });
const prices = [
  { provider: "up", models: ["m"], input: 1, cached_input: 0.5, output: 2, date: "2026-11-01", source: "test" },
];

const upstream = await shareUpstream(replying(reply));
const folder = share(makeFolder());
let files = 0;
const newFile = (): string => join(folder.path, `${(files += 1)}.db`);
const ledgerAt = (path: string): object => ({ path, retention: "24h" });

interface Sums {
  readonly requests: number;
  readonly [name: string]: unknown;
}
interface Answer {
  readonly data: readonly Sums[];
  readonly total: Sums;
}
const usageOf = async (gateway: Pick<Gateway, "url">, search = ""): Promise<Answer> =>
  (await fetch(`${gateway.url}/admin/usage${search}`)).json();
/** Asks until so many requests are in the ledger; what asks is in it too, by no model. */
const untilRequests = async (gateway: Pick<Gateway, "url">, model: string, requests: number): Promise<Sums> => {
  let found: Sums | undefined;
  await until(
    async () => {
      const response = await fetch(`${gateway.url}/admin/usage`);
      if (!response.ok) return false;
      const { data }: Answer = await response.json();
      found = data.find((row) => row["model"] === model);
      return (found?.requests ?? 0) >= requests;
    },
    10_000,
    `${requests} requests of ${model} in the ledger`,
  );
  return found!;
};

test("calls of all kinds are rows: whole, streamed, refused; and the file holds no key, prompt or answer", async () => {
  const path = newFile();
  await using gateway = gatewayTo(upstream, {
    provider: { models: ["m", "n"] },
    config: { ledger: ledgerAt(path), prices },
  });
  await gateway.chat(ask(), { authorization: "Bearer sk-canary-of-the-client" });
  upstream.answer(streaming(events));
  await gateway.chat(ask({ stream: true, stream_options: { include_usage: true } }));
  upstream.answer(replying('{"error":{"message":"slow down"}}', {}, 429));
  await gateway.chat(ask());
  await gateway.chat(ask({ model: "unheard-of" }));
  upstream.answer(replying(reply));
  const foreign = ask({ model: "n", max_tokens: 5, "sk-canary-of-a-field": 1 });
  const translated = await gateway.request("POST", "/v1/messages", { "content-type": "application/json" }, foreign);
  expect(translated.header("x-qlite-dropped")).toBe("sk-canary-of-a-field");
  expect(await untilRequests(gateway, "m", 3)).toMatchObject({
    requests: 3,
    errors: 1,
    input_tokens: 35,
    output_tokens: 19,
    cached_input_tokens: 10,
    // 20 + 5 of input at 1, 10 cached at 0.5, 19 of output at 2, USD per million.
    cost_usd: "0.000068",
    unpriced_requests: 0,
    estimated_requests: 0,
  });
  expect(await untilRequests(gateway, "n", 1)).toMatchObject({ errors: 0 });
  expect(await untilRequests(gateway, "unheard-of", 1)).toMatchObject({ requests: 1, errors: 1, cost_usd: null });
  const kept = readdirSync(folder.path)
    .map((name) => readFileSync(join(folder.path, name)).toString("latin1"))
    .join("");
  for (const canary of [
    "canary-prompt",
    "canary-answer",
    "sk-canary-of-the-client",
    "sk-canary-of-a-field",
    upstreamKey,
  ])
    expect(kept).not.toContain(canary);
});

test("a ledger that cannot be written to is told in the log, and every request is answered", async () => {
  await using gateway = gatewayTo(upstream, { config: { ledger: ledgerAt(join(folder.path, "none", "x.db")) } });
  for (let call = 0; call < 5; call++) expect((await gateway.chat(ask())).status).toBe(200);
  await until(async () => (await gateway.text()).includes("of the ledger is not there"), 5000, "the log tells");
});

const configWith = (path: string): string =>
  JSON.stringify({ server: { port: 0 }, ledger: ledgerAt(path), prices, providers: [providerAt(upstream.url)] });
const withRequests = (requests: number): object => ({
  data: expect.arrayContaining([expect.objectContaining({ model: "m", requests })]),
});
const callAt = (url: string): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    body: ask(),
    headers: { "content-type": "application/json" },
  });

describe("qlite usage", () => {
  test("reads the ledger of a gateway that runs, and of one that was killed", async () => {
    const executable = await buildExecutable();
    const cwd = share(makeFolder({ "qlite.yaml": configWith("usage.db") })).path;
    const run = (...args: readonly string[]) =>
      runProgram(["usage", "--config", "qlite.yaml", ...args], { executable, cwd });
    expect(await run()).toMatchObject({ code: 1, stderr: expect.stringContaining("there is no ledger at usage.db") });
    {
      await using program = await startProgram(["serve", "--config", "qlite.yaml"], { executable, cwd });
      for (let number = 0; number < 20; number++) expect((await callAt(program.url)).status).toBe(200);
      await untilRequests(program, "m", 20);
      const running = await run("--json");
      expect(JSON.parse(running.stdout)).toMatchObject(withRequests(20));
      expect({ stderr: running.stderr, code: running.code }).toEqual({ stderr: "", code: 0 });
      program.signal("SIGKILL");
      await program.exited;
    }
    const { stdout } = await run("--by", "model,provider", "--csv");
    const [head, row] = stdout.split("\r\n");
    expect(head).toBe(
      "model,provider,requests,errors,input_tokens,output_tokens,cached_input_tokens,reasoning_tokens,cost_usd,unpriced_requests,estimated_requests",
    );
    expect(row).toBe("m,up,20,0,600,240,200,0,0.00098,0,0");
    const table = (await run("--by", "model")).stdout;
    expect(table).toMatch(/^MODEL +REQUESTS +ERRORS +INPUT +CACHED +OUTPUT +REASONING +COST USD$/m);
    expect(table).toMatch(/^m +20 +0 +600 +200 +240 +0 +0\.0010$/m);
    await using again = await startProgram(["serve", "--config", "qlite.yaml"], { executable, cwd });
    await callAt(again.url);
    await untilRequests(again, "m", 21);
    again.signal("SIGTERM");
    expect(await again.exited).toBe(0);
    expect(JSON.parse((await run("--json")).stdout)).toMatchObject(withRequests(21));
  }, 60_000);

  test.skipIf(process.platform !== "linux")(
    "ends quietly where nobody reads on, and says so where nothing can be written",
    async () => {
      using place = makeFolder({ "c.yaml": configWith("usage.db") });
      openSqliteFile(join(place.path, "usage.db"), "write").close();
      const to = (target: string) => {
        const command = commandOf(["usage", "--config", "c.yaml"]);
        return Bun.spawn(["sh", "-c", `("$@" ; echo $? >&2) ${target}`, "sh", ...command], {
          cwd: place.path,
          stdin: "ignore",
          stdout: "ignore",
          stderr: "pipe",
        });
      };
      expect(await new Response(to("| sleep 0").stderr).text()).toBe("141\n");
      expect(await new Response(to("> /dev/full").stderr).text()).toEqual(
        expect.stringMatching(/^The output cannot be written: ENOSPC.*\n1\n$/),
      );
    },
  );

  test.each([
    [["--by", "modl"], 2, 'by is "modl"'],
    [["--since", "soon"], 2, 'since is "soon"'],
    [["--csv", "--json"], 2, "--csv and --json exclude each other"],
    [["--config", "off.yaml"], 1, "There is no ledger: add a `ledger:` block"],
    [["--config", "text.yaml"], 1, "notes.txt is no SQLite database"],
  ])("qlite usage %j ends with %i and says why", async (args, code, words) => {
    using place = makeFolder({
      "off.yaml": JSON.stringify({ providers: [providerAt(upstream.url)] }),
      "text.yaml": configWith("notes.txt"),
      "notes.txt": "some notes, and no database at all\n".repeat(30),
    });
    const ended = await runProgram(["usage", ...args], { cwd: place.path });
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(words);
  });
});

if (postgresMissing !== null) test.skip(`PostgreSQL: ${postgresMissing}`, () => {});

describe.skipIf(postgresMissing !== null)("PostgreSQL", () => {
  let server: Postgres | undefined;
  afterAll(() => server?.[Symbol.asyncDispose]());

  test("killed and started again while requests flow, none of them fails, and rows flow again", async () => {
    const postgres = await startPostgres();
    server = postgres;
    await using gateway = gatewayTo(upstream, { config: { ledger: { url: postgres.url, retention: "24h" } } });
    const statuses: number[] = [];
    const over = new AbortController();
    const flow = (async () => {
      while (!over.signal.aborted) statuses.push((await gateway.chat(ask())).status);
    })();
    await untilRequests(gateway, "m", 50);
    await postgres.kill();
    const killedAt = statuses.length;
    await until(() => statuses.length > killedAt + 200, 10_000, "requests flow without it");
    await postgres.start();
    await until(() => statuses.length > killedAt + 400, 10_000, "requests flow on");
    over.abort();
    await flow;
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    // Fewer than may wait: not one row is lost.
    expect(await untilRequests(gateway, "m", statuses.length)).toMatchObject({ requests: statuses.length, errors: 0 });
    const client = new SQL(postgres.url);
    const [text] = await client.unsafe<unknown[][]>("SELECT string_agg(t::text, ' ') FROM qlite_exchanges t").values();
    await client.close({ timeout: 0 });
    expect(String(text?.[0])).not.toContain("canary");
    expect(await gateway.text()).not.toContain(postgres.password);
  }, 60_000);
});

test("/admin/usage by day has this day", async () => {
  await using gateway = gatewayTo(upstream, { config: { ledger: ledgerAt(newFile()) } });
  await gateway.chat(ask());
  await untilRequests(gateway, "m", 1);
  const { data } = await usageOf(gateway, "?by=day&since=1h");
  expect(data.map(({ day }) => day)).toContain(new Date().toISOString().slice(0, 10));
});
