import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { chat } from "../support/http-bytes.ts";
import { runProgram, startProgram, type Program, type ProgramOptions } from "../support/program.ts";
import { requestRaw, type RawReply } from "../support/raw-client.ts";
import { share } from "../support/share.ts";
import { json } from "../support/upstream-scripts.ts";

const secret = "sk-secret-in-a-file-1234";
const faulty = `server:
  port: 99999
  prot: 1
providers:
  - name: openai
    type: opnai
    api_key: ${secret}
    models: [gpt-5.4]
  - name: other
    type: openai
    api_key: \${NOT_SET_KEY}
    models: ["b*"]
`;
const good = `server: { host: 127.0.0.1, port: 0 }
providers:
  - { name: up, type: openai, api_key: ${secret}, models: [gpt-5.4] }
  - { name: down, type: anthropic, api_key: "", models: ["claude-*"] }
routes: { smart: up/gpt-5.4 }
`;
const routes = good.replace("{ smart: up/gpt-5.4 }", "{ listed: up/gpt-5.4, other: up/gpt-9, dark: down/claude-x }");
const dark = 'providers: [{ name: down, type: anthropic, api_key: "${NOT_SET:-}", models: ["claude-*"] }]\n';
const utf16 = new Uint8Array(Buffer.from("\ufeffproviders: []\n", "utf16le"));
const faults = [
  /^bad\.yaml:2:9 server\.port: must be at most 65535$/m,
  /^bad\.yaml:3:3 server\.prot: unknown key; did you mean port\?$/m,
  /^bad\.yaml:6:11 providers\[0\]\.type: .*did you mean openai\?$/m,
  /^bad\.yaml:11:14 providers\[1\]\.api_key: environment variable NOT_SET_KEY is not set/m,
  /^4 faults in bad\.yaml$/m,
];

const executable = await buildExecutable();
const cwd = share(
  makeFolder({
    "bad.yaml": faulty,
    "good.yaml": good,
    "routes.yaml": routes,
    "dark.yaml": dark,
    "utf16.yaml": utf16,
    "in-place/config/config.yaml": good,
  }),
).path;
const run = (args: readonly string[], options: ProgramOptions = {}) =>
  runProgram(args, { executable, cwd, ...options });
const start = (args: readonly string[], options: ProgramOptions = {}): Promise<Program> =>
  startProgram(args, { executable, cwd, ...options });

describe("help and version", () => {
  test.each([[["version"]], [["--version"]], [["-V"]]])("qlite %j prints the version on stdout", async (args) => {
    const { stdout, stderr, code } = await run(args);
    expect(stdout).toMatch(new RegExp(`^qlite ${RegExp.escape(manifest.version)}( \\([0-9a-f]+\\))? on Bun \\S+\\n$`));
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  test.each([[["help"]], [["--help"]], [["-h"]]])("qlite %j names every command", async (args) => {
    const { stdout, code } = await run(args);
    for (const name of ["serve", "mock", "check", "version", "help"])
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
    expect(code).toBe(0);
  });

  test.each([
    [
      ["help", "serve"],
      ["--config", "--host", "--port", "--log-level"],
    ],
    [
      ["serve", "--help"],
      ["--config", "--host", "--port", "--log-level"],
    ],
    [
      ["help", "mock"],
      ["--latency", "--chunks", "--response-tokens", "--port", "default: 9999"],
    ],
    [
      ["mock", "-h"],
      ["--latency", "--chunks", "--response-tokens", "--port", "default: 9999"],
    ],
    [["help", "check"], ["[file]"]],
  ])("qlite %j prints the options of that command", async (args, words) => {
    const { stdout, code } = await run(args);
    for (const word of words) expect(stdout.replaceAll(/\s+/g, " ")).toContain(word);
    expect(code).toBe(0);
  });
});

describe("wrong usage exits 2 with one line that says what is wanted", () => {
  test.each([
    [["moc"], "unknown command 'moc'; did you mean mock?"],
    [["serv"], "unknown command 'serv'; did you mean serve?"],
    [
      ["dance"],
      "unknown command 'dance'; there are serve, mock, exec, record, cassette, check, usage, tail, version, help",
    ],
    [["serve", "--prot", "1"], "unknown option '--prot'\n(Did you mean --port?)"],
    [["--nothing"], "unknown option '--nothing'"],
    [["serve", "--port", "99999"], "It must be a whole number from 0 to 65535."],
    [["serve", "--port", "eighty"], "It must be a whole number from 0 to 65535."],
    [["serve", "--log-level", "loud"], "Allowed choices are debug, info, warn, error, off."],
    [["mock", "--latency", "50"], "It must be a duration with a unit, such as 50ms or 2s."],
    [["mock", "--chunks", "0"], "It must be a whole number from 1 to 100000."],
    [["mock", "--response-tokens", "1.5"], "It must be a whole number from 1 to 100000."],
    [["serve", "good.yaml"], "a config is named with --config: qlite serve --config good.yaml"],
    [["good.yaml"], "a config is named with --config: qlite serve --config good.yaml"],
    [["check", "good.yaml", "bad.yaml"], "too many arguments for 'check'"],
  ])("qlite %j", async (args, message) => {
    const { stdout, stderr, code } = await run(args);
    expect(stderr).toStartWith("error: ");
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
  });
});

describe("check", () => {
  test("prints what a good file serves, without its keys", async () => {
    const { stdout, stderr, code } = await run(["check", "good.yaml"]);
    expect(stdout).toContain("good.yaml is valid.");
    expect(stdout).toMatch(/^ {2}on {3}up +gpt-5\.4$/m);
    expect(stdout).toMatch(/^ {2}off {2}down +its api_key is empty$/m);
    expect(stdout).toContain("route smart -> up/gpt-5.4");
    expect(stdout).not.toContain(secret);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  test("takes the file as serve does", async () => {
    const { stdout, code } = await run(["check", "--config", "good.yaml"]);
    expect(stdout).toContain("good.yaml is valid.");
    expect(code).toBe(0);
  });

  test("remarks on routes that may be slips", async () => {
    const { stdout, code } = await run(["check", "routes.yaml"]);
    expect(stdout).toContain("  route listed -> up/gpt-5.4\n");
    expect(stdout).toContain("  route other -> up/gpt-9, which is not among its models\n");
    expect(stdout).toContain("  route dark -> down/claude-x, which is off\n");
    expect(code).toBe(0);
  });

  test("lists every fault of a bad file with its place, and no secret", async () => {
    const { stdout, stderr, code } = await run(["check", "bad.yaml"]);
    for (const fault of faults) expect(stderr).toMatch(fault);
    expect(stderr).not.toContain(secret);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  });

  test.each([
    ["none.yaml", "there is no such file"],
    ["in-place", "is a folder, not a file"],
    ["utf16.yaml", "is not text in UTF-8; save it as UTF-8"],
  ])("of %s says: %s", async (file, why) => {
    expect(await run(["check", file])).toMatchObject({ stdout: "", stderr: `${file}: ${why}\n`, code: 1 });
  });

  test("without a file says what the environment gives", async () => {
    const { stdout, code } = await run(["check"], { env: { OPENAI_API_KEY: secret } });
    expect(stdout).toContain("No config file");
    expect(stdout).toMatch(/^ {2}on {3}openai /m);
    expect(stdout).not.toContain(secret);
    expect(code).toBe(0);
  });
});

describe("serve finds its config", () => {
  test("and does not start with a faulty one: all faults, exit 1", async () => {
    const { stdout, stderr, code } = await run(["serve", "--config", "bad.yaml", "--port", "0"]);
    for (const fault of faults) expect(stderr).toMatch(fault);
    expect(stderr).not.toContain(secret);
    expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  });

  test.each([
    ["--config", ["serve", "--config", "good.yaml"], {}, "", "good.yaml"],
    ["QLITE_CONFIG", [], { QLITE_CONFIG: "good.yaml" }, "", "good.yaml"],
    ["--config before QLITE_CONFIG", ["--config", "good.yaml"], { QLITE_CONFIG: "bad.yaml" }, "", "good.yaml"],
    ["config/config.yaml in the working folder", [], {}, "in-place", "config/config.yaml"],
  ] as const)("by %s", async (_how, args, env, folder, name) => {
    await using program = await start(args, { env, cwd: join(cwd, folder) });
    expect(program.stderr()).toContain(`Config: ${name}`);
    expect(program.stderr()).not.toContain(secret);
    const reply = await requestRaw(program.url, "GET", "/v1/models");
    expect(reply.body.toString()).toContain('"gpt-5.4"');
  });

  test.each([
    ["--config", ["--config", "dark.yaml"], {}],
    ["QLITE_CONFIG", [], { QLITE_CONFIG: "dark.yaml" }],
  ] as const)(
    "and does not let the mock answer for a file that %s names and no key is set for",
    async (_, args, env) => {
      const { stdout, stderr, code } = await run(["serve", "--port", "0", ...args], { env });
      expect(stderr).toContain("No provider of dark.yaml is on");
      expect(stderr).toMatch(/^ {2}off {2}down +its api_key is empty$/m);
      expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
    },
  );

  test("a key in the environment that cannot be one is named in a line, without a stack", async () => {
    const { stderr, code } = await run(["serve", "--port", "0"], { env: { OPENAI_API_KEY: "two words" } });
    expect(stderr).toContain("OPENAI_API_KEY");
    expect(stderr).not.toContain("two words");
    expect(stderr).not.toMatch(/\bat .*:\d+:\d+|throw new/);
    expect(code).toBe(1);
  });
});

test.each([["serve"], ["mock"]])("%s on a port that is taken says so and exits 1", async (command) => {
  using taken = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  const { stdout, stderr, code } = await run([command, "--port", String(taken.port)]);
  expect(stderr).toBe(`Port ${taken.port} of 127.0.0.1 is taken; choose another with --port\n`);
  expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
});

test("a host name that leads nowhere is not taken for a port that is", async () => {
  const { stderr, code } = await run(["serve", "--port", "0", "--host", "nowhere.invalid"]);
  expect(stderr).toMatch(/ nowhere\.invalid; choose /);
  expect(stderr).toContain("this machine ");
  expect(code).toBe(1);
});

test.each([["serve"], ["mock"]])("%s on a host that this machine is not says so and exits 1", async (command) => {
  const { stderr, code } = await run([command, "--port", "0", "--host", "203.0.113.9"]);
  expect(stderr).toBe("This machine has no address 203.0.113.9; choose another with --host\n");
  expect(code).toBe(1);
});

const contentsOf = (reply: RawReply): readonly string[] =>
  [...reply.body.toString().matchAll(/"delta":\{[^}]*"content":"([^"]+)"/g)].map(([, text = ""]) => text);

const ask = (url: string, stream: boolean): Promise<RawReply> => {
  const body = { model: "m", stream, messages: [{ role: "user", content: "Hello" }] };
  return requestRaw(url, "POST", chat, json, JSON.stringify(body));
};

describe("mock", () => {
  test("by default answers 10 words, each word and comma a chunk when streamed, and is healthy", async () => {
    await using mock = await start(["mock", "--port", "0"]);
    const health = await requestRaw(mock.url, "GET", "/health");
    expect(health.status).toBe(200);
    expect(JSON.parse(health.body.toString())).toMatchObject({ status: "ok" });
    const whole: unknown = JSON.parse((await ask(mock.url, false)).body.toString());
    expect(whole).toMatchObject({ usage: { completion_tokens: 10 } });
    expect(contentsOf(await ask(mock.url, true))).toHaveLength(12);
  });

  test("--latency, --chunks and --response-tokens take effect", async () => {
    await using mock = await start([
      "mock",
      "--port",
      "0",
      "--latency",
      "100ms",
      "--chunks",
      "5",
      "--response-tokens",
      "20",
    ]);
    let startedAt = performance.now();
    const whole: unknown = JSON.parse((await ask(mock.url, false)).body.toString());
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(95);
    expect(whole).toMatchObject({ usage: { completion_tokens: 20 } });
    startedAt = performance.now();
    const streamed = await ask(mock.url, true);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(490);
    expect(contentsOf(streamed)).toHaveLength(5);
    expect(contentsOf(streamed).join("").trim().split(/\s+/)).toHaveLength(20);
  });
});
