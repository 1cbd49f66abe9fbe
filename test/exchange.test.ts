import { describe, expect, spyOn, test } from "bun:test";
import { join } from "node:path";
import { startApp } from "../src/app.ts";
import { formatFaults } from "../src/config/faults.ts";
import { parseConfig } from "../src/config/load.ts";
import { createLog } from "../src/log.ts";
import { makeFolder } from "./support/folder.ts";
import { startOtlpReceiver } from "./support/otlp-receiver.ts";
import { json } from "./support/upstream-scripts.ts";

/** Nobody looks at what passes: no usage, no log, no metrics, no ledger, no traces, nothing to explain later. */
const off = { usage: "off", log: { level: "off" }, metrics: "off", ledger: "off", traces: "off", admin: { keep: 0 } };
const provider = { name: "up", type: "openai", base_url: "http://up.test/v1", api_key: "sk-up", models: ["*"] };

const event = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n';
const done = "data: [DONE]\n\n";
/** JSON that is another text when it is parsed and written again. */
const ask =
  '{ "model" : "m", "stream":true,"n":1.0,\r\n"seed":9007199254740993,"messages":[{"role":"user","content":"\\u0041"}] }';

type Serve = (request: Request, server: Bun.Server<undefined>) => Response | Promise<Response>;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
const isServe = (value: unknown): value is Serve => typeof value === "function";
const isServer = (value: unknown): value is Bun.Server<undefined> => isObject(value) && "requestIP" in value;

/**
 * Sends one chat call to the very function that a gateway gives to Bun, and gives what Bun would get.
 *
 * The provider is reached by a transport whose reply has a body that is known: no socket takes part.
 */
const callOf = async (config: object) => {
  const loaded = parseConfig(JSON.stringify({ ...off, ...config, providers: [provider] }), "test.yaml", {});
  if (loaded.kind === "faulty") throw new Error(formatFaults(loaded.faults));
  const { level } = loaded.config.log;
  const log = createLog({ level, format: "json", sink: (_, taken) => taken(), now: Date.now });
  const encoder = new TextEncoder();
  const upstreamBody = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode(event));
      controller.enqueue(encoder.encode(done));
      controller.close();
    },
  });
  const sent: unknown[] = [];
  const serve = spyOn(Bun, "serve");
  const app = startApp(
    { ...loaded.config, server: { ...loaded.config.server, port: 0 } },
    {
      log,
      transportOf: () => ({
        send: async (_, { body }) => {
          sent.push(body);
          return new Response(upstreamBody, { headers: { "content-type": "text/event-stream" } });
        },
        probe: null,
      }),
    },
  );
  try {
    const options: unknown = serve.mock.calls[0]?.[0];
    const server: unknown = serve.mock.results[0]?.value;
    if (!isObject(options) || !("fetch" in options) || !isServe(options.fetch) || !isServer(server)) {
      throw new Error("the gateway listens otherwise than by Bun.serve");
    }
    const request = new Request(`${app.url}/v1/chat/completions`, { method: "POST", body: ask, headers: json });
    const reply = await options.fetch(request, server);
    const isSame = reply.body === upstreamBody;
    const [bytes] = sent;
    return {
      isSame,
      text: await reply.text(),
      sent: bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : String(bytes),
    };
  } finally {
    serve.mockRestore();
    await app.close();
  }
};

describe("a streamed reply", () => {
  test("that nobody looks at is handed to Bun as the very object that fetch gave", async () => {
    expect(await callOf({})).toEqual({ isSame: true, text: event + done, sent: ask });
  });

  test("is that object still where an operator may ask for an explanation in its head", async () => {
    expect(await callOf({ admin: { keep: 0, key: "admin-key-1" } })).toMatchObject({ isSame: true });
  });

  // One at a time: that each of them alone is what takes the object's place shows that the test above can fail.
  test.each<readonly [string, object]>([
    ["the log", { log: { level: "info" } }],
    ["metrics", { metrics: "on" }],
    ["explanations", { admin: { keep: 1 } }],
    ["usage", { usage: {} }],
  ])("is watched by %s, byte for byte the same", async (_, config) => {
    expect(await callOf(config)).toMatchObject({ isSame: false, text: event + done });
  });

  test("is watched by the ledger, byte for byte the same", async () => {
    using folder = makeFolder();
    const watched = await callOf({ ledger: { path: join(folder.path, "l.db") } });
    expect(watched).toEqual({ isSame: false, text: event + done, sent: ask });
  });

  test("is watched by traces, byte for byte the same", async () => {
    await using receiver = startOtlpReceiver();
    const watched = await callOf({ traces: { endpoint: receiver.url } });
    expect(watched).toEqual({ isSame: false, text: event + done, sent: ask });
  });
});

test("a request is sent as the bytes that came unless its stream has to be asked for its usage", async () => {
  const watched = { log: { level: "info" }, metrics: "on", admin: { keep: 10 } };
  expect((await callOf(watched)).sent).toBe(ask);
  const asked = ask.replace(/\}$/, ',"stream_options":{"include_usage":true}}');
  expect((await callOf({ usage: {} })).sent).toBe(asked);
});
