import { expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { startAdminServer } from "./admin-server.ts";
import { makeRecord } from "../telemetry/explain-records.ts";
import { makeFolder } from "../support/folder.ts";
import { until } from "../support/until.ts";

const command = [process.execPath, join(import.meta.dir, "tail-entry.ts")];

const collect = async (stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> => {
  const decoder = new TextDecoder();
  for await (const chunk of stream) add(decoder.decode(chunk, { stream: true }));
};

const startTail = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child = Bun.spawn([...command, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let stdout = "";
  let stderr = "";
  const outputs = [
    collect(child.stdout, (text) => {
      stdout += text;
    }),
    collect(child.stderr, (text) => {
      stderr += text;
    }),
  ];
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    interrupt: () => child.kill("SIGINT"),
    exited: Promise.all([child.exited, ...outputs]).then(([code]) => code),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
};

/** The same on a terminal of its own. */
const startOnTerminal = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  let screen = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn([...command, ...args], {
    env: { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color", ...env },
    terminal: {
      cols: 120,
      rows: 20,
      data: (_terminal, data) => {
        screen += decoder.decode(data, { stream: true });
      },
    },
  });
  return {
    screen: () => screen,
    type: (text: string) => child.terminal?.write(text),
    resize: (columns: number) => child.terminal?.resize(columns, 20),
    exited: child.exited,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await child.exited;
      child.terminal?.close();
    },
  };
};

const followed = (server: { readonly pending: () => number }) => until(() => server.pending() > 0, 5000, "a reader");

test("tail prints a line for each exchange as it ends, without colour or titles where nobody looks", async () => {
  await using server = startAdminServer();
  await using tail = startTail(["--url", `${server.url}/`]);
  await followed(server);
  server.recent.sink(makeRecord());
  await until(() => tail.stdout().endsWith("\n"));
  expect(tail.stdout().replaceAll(/ +/g, " ")).toBe(
    "10:21:33.412 200 smart -> openai/gpt-5.4 1200>56 $0.002925 811ms 811ms 0.38ms complete\n",
  );
  expect(tail.stderr()).toBe("");
  tail.interrupt();
  expect(await tail.exited).toBe(0);
});

test("tail --json --filter prints what is meant as it came, harmless for a terminal", async () => {
  await using server = startAdminServer();
  await using tail = startTail(["--url", server.url, "--json", "--filter", "status>=400"]);
  await followed(server);
  server.recent.sink(makeRecord({ id: "no" }));
  server.recent.sink(makeRecord({ id: "yes", status: 500, model: "a\u009b2J" }));
  await until(() => tail.stdout().endsWith("\n"));
  expect(tail.stdout()).toContain(String.raw`"model":"a\u009b2J"`);
  expect(JSON.parse(tail.stdout())).toMatchObject({ id: "yes", status: 500, model: "a\u009b2J" });
});

test("on a terminal there are titles and colours, lines fit its width after a resize too, and Ctrl-C ends it with 0", async () => {
  await using server = startAdminServer();
  await using tail = startOnTerminal(["--url", server.url]);
  await until(() => tail.screen().includes("ENDED"), 5000);
  expect(tail.screen()).toContain(`Following ${server.url}; Ctrl-C ends it`);
  const long = { model: "m".repeat(300) };
  const lastLine = async (): Promise<string> => {
    const before = tail.screen().length;
    server.recent.sink(makeRecord(long));
    await until(() => tail.screen().slice(before).endsWith("\n"), 5000);
    return tail.screen().slice(before).trimEnd();
  };
  const wide = await lastLine();
  expect(wide).toContain("\u001b[32m200\u001b[0m");
  expect(Bun.stringWidth(wide)).toBeWithin(100, 120);
  tail.resize(60);
  const narrow = await lastLine();
  expect(Bun.stringWidth(narrow)).toBeWithin(40, 60);
  tail.type("\u0003");
  expect(await tail.exited).toBe(0);
});

test.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("there is no colour on a terminal with %p", async (env) => {
  await using server = startAdminServer();
  await using tail = startOnTerminal(["--url", server.url], env);
  await until(() => tail.screen().includes("ENDED"), 5000);
  server.recent.sink(makeRecord());
  await until(() => tail.screen().includes("complete"), 5000);
  expect(tail.screen()).not.toContain("\u001b");
});

test("a gateway that restarts is waited for", async () => {
  const first = startAdminServer();
  await using tail = startTail(["--url", first.url]);
  await followed(first);
  await first.close();
  await until(() => tail.stderr().includes("waiting for it"), 5000);
  await using second = startAdminServer({ port: first.port });
  await until(() => tail.stderr().includes("is back"), 5000);
  second.recent.sink(makeRecord());
  await until(() => tail.stdout().includes("complete"), 5000);
  tail.interrupt();
  expect(await tail.exited).toBe(0);
  expect(tail.stderr().match(/is gone/g)?.length).toBe(1);
});

test("an interrupt while it waits for a gateway ends it with 0", async () => {
  const server = startAdminServer();
  await using tail = startTail(["--url", server.url]);
  await followed(server);
  await server.close();
  await until(() => tail.stderr().includes("waiting for it"), 5000);
  tail.interrupt();
  expect(await tail.exited).toBe(0);
});

test("the key is taken from --key or QLITE_ADMIN_KEY, and never shown", async () => {
  await using server = startAdminServer({ key: "admin-key-1" });
  for (const [args, env] of [
    [["--key", "admin-key-1"], {}],
    [[], { QLITE_ADMIN_KEY: "admin-key-1" }],
  ] as const) {
    await using tail = startTail(["--url", server.url, ...args], env);
    await followed(server);
    server.recent.sink(makeRecord());
    await until(() => tail.stdout().includes("complete"), 5000);
    tail.interrupt();
    expect(await tail.exited).toBe(0);
    await until(() => server.pending() === 0);
  }
});

const failing = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  code = 1,
): Promise<string> => {
  await using tail = startTail(args, env);
  expect(await tail.exited).toBe(code);
  expect(tail.stdout()).toBe("");
  expect(tail.stderr().trimEnd().split("\n").length).toBe(1);
  return tail.stderr();
};

test("a gateway that is not there, and an address that is none, are clear errors", async () => {
  expect(await failing(["--url", "http://127.0.0.1:1"])).toContain("Nothing listens on http://127.0.0.1:1");
  expect(await failing(["--url", "127.0.0.1:8080"], {}, 2)).toContain("must be the address of a gateway");
  expect(await failing(["--url", "http://key@127.0.0.1:8080"], {}, 2)).toContain("must hold no key");
});

test("a gateway that wants another key is a clear error without the key", async () => {
  await using server = startAdminServer({ key: "admin-key-1" });
  const wrong = await failing(["--url", server.url], { QLITE_ADMIN_KEY: "wrong-key" });
  expect(wrong).toContain("admin key");
  expect(wrong).not.toContain("wrong-key");
  expect(await failing(["--url", server.url])).toContain("admin key");
});

test("a gateway whose operator's paths are at another address is a clear error that says where to look", async () => {
  const error = { message: "There is nothing at GET /admin/tail", code: "unknown_url" };
  using gateway = Bun.serve({ port: 0, fetch: () => Response.json({ error }, { status: 404 }) });
  expect(await failing(["--url", gateway.url.origin])).toContain("has no /admin; where admin.port is set, name that");
});

test("another server than qlite is a clear error", async () => {
  using other = Bun.serve({ port: 0, fetch: () => new Response("<html>", { status: 200 }) });
  expect(await failing(["--url", other.url.origin])).toContain("no qlite with /admin/tail is there");
  using evil = Bun.serve({
    port: 0,
    fetch: () => Response.json({ error: { message: "\u001b[2J" } }, { status: 403 }),
  });
  expect(await failing(["--url", evil.url.origin])).toContain(String.raw`403: \u001b[2J`);
});

/** More than pipes and sockets hold, given in pieces that can be sent on. */
const flood = async (server: ReturnType<typeof startAdminServer>): Promise<void> => {
  for (let at = 0; at < 20_000; at += 1) {
    server.recent.sink(makeRecord({ path: "p".repeat(200) }));
    if (at % 50 === 0) await Bun.sleep(0);
  }
};

test("a reader of its output that leaves ends it with 0", async () => {
  await using server = startAdminServer();
  const child = Bun.spawn([...command, "--url", server.url], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  await followed(server);
  await child.stdout.cancel();
  // It hears of that with the first line that nobody can take.
  await until(() => {
    server.recent.sink(makeRecord());
    return child.exitCode !== null;
  }, 4000);
  expect(child.exitCode).toBe(0);
  expect(await new Response(child.stderr).text()).toBe("");
});

test("an interrupt ends it although nobody takes what it prints", async () => {
  await using server = startAdminServer();
  using folder = makeFolder({});
  const pipe = join(folder.path, "unread");
  Bun.spawnSync(["mkfifo", pipe]);
  const unread = openSync(pipe, "r+");
  const child = Bun.spawn([...command, "--url", server.url], { stdin: "ignore", stdout: unread, stderr: "ignore" });
  await followed(server);
  await flood(server);
  child.kill("SIGINT");
  expect(await child.exited).toBe(0);
  closeSync(unread);
});
