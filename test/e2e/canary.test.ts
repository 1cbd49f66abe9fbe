// What is planted here must not sing anywhere: keys nowhere at all, prompts and answers only where bodies are asked for.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../support/folder.ts";
import { startGateway } from "../support/gateway.ts";
import { chat, toChunk, toRequestBytes } from "../support/http-bytes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { startProgram } from "../support/program.ts";
import { connectRaw, requestRaw, type RawReply } from "../support/raw-client.ts";
import type { RawUpstream, UpstreamScript } from "../support/raw-upstream.ts";
import { shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { afterRequest, json, lastChunk, replying, streamHead } from "../support/upstream-scripts.ts";

// None of them looks like a key, so that no pattern helps: what is safe is safe by how it is handled.
const keys = {
  provider: 'canary+provider/"key==',
  admin: "canary-admin-4711",
  bearer: "canary.client.bearer",
  xApiKey: "canary.client.x-api-key",
  goog: "canary.client.x-goog-api-key",
  query: "canary.client.query",
  otlp: "canary.otlp.header",
} as const;
const talk = { prompt: "canary of the prompt", answer: "canary of the answer", tool: "canary of the tool" } as const;
const aside = { upstreamHeader: "canary-in-a-reply-header", cookie: "canary-in-a-cookie" } as const;

const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const call = {
  id: "call_1",
  type: "function",
  function: { name: "look", arguments: JSON.stringify({ for: talk.tool }) },
};
const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m-1", ...fields })}\n\n`;
const events = [
  chunk({ choices: [{ index: 0, delta: { role: "assistant", content: talk.answer }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...call }] }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }),
  chunk({ choices: [], usage }),
  "data: [DONE]\n\n",
];
const whole = JSON.stringify({
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "m-1",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: talk.answer, tool_calls: [call] },
      finish_reason: "tool_calls",
    },
  ],
  usage,
});
const headers = { ...json, "x-internal-token": aside.upstreamHeader, "set-cookie": `s=${aside.cookie}` };

/** What a model of this name does; any other answers. Its errors repeat all that it was told. */
const service: UpstreamScript = afterRequest(async (asked) => {
  const body: { readonly model: string; readonly stream?: boolean } = JSON.parse(asked.body().toString());
  const key = asked.header("authorization")?.replace("Bearer ", "");
  const echo = JSON.stringify({
    error: { message: `${key} ${asked.head} ${asked.body().toString()}`, type: "invalid" },
  });
  if (body.model === "bad") return asked.reply(400, headers, echo);
  if (body.model === "denied") return asked.reply(401, headers, echo);
  if (body.model === "moved") return asked.reply(302, { ...headers, location: `http://x/?key=${keys.provider}` });
  if (body.model === "garbled") return asked.write(`HTTP/1.1 ${keys.provider} ${talk.answer}\r\n\r\n`);
  if (body.model === "slow") return undefined;
  if (body.model === "reset") return asked.reset();
  if (body.stream !== true) return asked.reply(200, headers, whole);
  await asked.write(streamHead.replace("\r\n\r\n", `\r\nx-internal-token: ${aside.upstreamHeader}\r\n\r\n`));
  for (const event of events.slice(0, 2)) await asked.write(toChunk(event));
  if (body.model === "cut") {
    // By then the client has what was written.
    await Bun.sleep(10);
    return asked.reset();
  }
  if (body.model === "endless") return undefined;
  for (const event of events.slice(2)) await asked.write(toChunk(event));
  return asked.write(lastChunk);
});

const clientKeys = {
  authorization: `Bearer ${keys.bearer}`,
  "x-api-key": keys.xApiKey,
  "x-goog-api-key": keys.goog,
  cookie: `session=${keys.xApiKey}`,
};
const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
const history = [
  { role: "user", content: talk.prompt },
  { role: "assistant", content: null, tool_calls: [call] },
  { role: "tool", tool_call_id: "call_1", content: talk.tool },
];

type Body = Readonly<Record<string, unknown>>;
type Ask = readonly [path: string, body: (model: string, stream: boolean) => Body];

/** A call in each dialect; all but the first are translated. */
const asks: readonly Ask[] = [
  [chat, (model, stream) => ({ model, stream, messages: history, tools })],
  [
    "/v1/messages",
    (model, stream) => ({ model, stream, max_tokens: 99, messages: [{ role: "user", content: talk.prompt }] }),
  ],
  ["/v1/responses", (model, stream) => ({ model, stream, store: false, input: talk.prompt })],
  ["/v1beta/models/", () => ({ contents: [{ role: "user", parts: [{ text: talk.prompt }] }] })],
];

const targetOf = (path: string, model: string, stream: boolean): string => {
  const query = `?key=${keys.query}`;
  if (!path.startsWith("/v1beta")) return path + query;
  return `${path}${model}:${stream ? "streamGenerateContent" : "generateContent"}${query}${stream ? "&alt=sse" : ""}`;
};

const served = ["m", "bad", "denied", "moved", "garbled", "slow", "reset", "cut"];
/** One of each fate. */
const models = [...served, "unreachable", "unheard-of"];

interface Bed {
  readonly url: string;
  readonly upstream: RawUpstream;
}

/** What only the operator may ask; it is in no record. */
const denied = ["/metrics", "/admin/requests", `/admin/usage?by=${keys.query}`];
/** How a client leaves: in mid-stream, and before the head. */
const left = ["endless", "slow"];

/** Everything that can happen to a call; gives what was answered. */
const exercise = async ({ url, upstream }: Bed): Promise<readonly RawReply[]> => {
  const replies: RawReply[] = [];
  const send = async (method: string, target: string, sent: Readonly<Record<string, string>>, body?: string) =>
    void replies.push(await requestRaw(url, method, target, sent, body));
  for (const [path, toBody] of asks) {
    for (const stream of [false, true]) {
      for (const model of models) {
        const body = JSON.stringify(toBody(model, stream));
        await send("POST", targetOf(path, model, stream), { ...json, ...clientKeys }, body);
      }
    }
  }
  const [, toBody] = asks[0]!;
  const explained = { ...json, authorization: `Bearer ${keys.admin}`, "x-qlite-explain": "1" };
  for (const model of models) {
    await send("POST", `${chat}?key=${keys.query}`, explained, JSON.stringify(toBody(model, false)));
  }
  await send("POST", chat, { ...json, ...clientKeys }, `{"model":"m","messages":["${talk.prompt}"`);
  await send("POST", chat, { ...clientKeys, "content-encoding": "gzip" }, talk.prompt);
  await send("GET", `/v1/files?key=${keys.query}`, { ...clientKeys, "x-qlite-provider": keys.xApiKey });
  await send("GET", `/nowhere?key=${keys.query}`, clientKeys);
  await send("POST", "/v1/tokenize", { ...json, ...clientKeys }, JSON.stringify({ model: "m", text: talk.prompt }));
  for (const target of denied) {
    await send("GET", target, { authorization: `Bearer ${keys.bearer}` });
  }
  for (const model of left) {
    const before = upstream.requests.length;
    using client = await connectRaw(url);
    const body = JSON.stringify(toBody(model, true));
    await client.send(toRequestBytes("POST", `${chat}?key=${keys.query}`, { ...json, ...clientKeys }, body));
    await (model === "endless"
      ? client.until((received) => received.includes(talk.tool))
      : until(() => upstream.requests.length > before && upstream.last().isWhole()));
  }
  return replies;
};

/** An error in the words of this proxy: what an upstream says passes as it is. */
const isOurs = ({ status, header }: RawReply): boolean => status >= 400 && header("x-should-retry") !== null;

const configOf = (upstream: RawUpstream, ledger: object, endpoint: string, extra: object = {}): object => ({
  log: { level: "debug" },
  usage: { headers: true, stream_comment: true },
  prices: [{ provider: "up", models: ["m"], input: 1, output: 2, date: "2026-11-22", source: "test" }],
  traces: { endpoint, headers: { authorization: `Bearer ${keys.otlp}` } },
  ledger,
  admin: { key: keys.admin },
  providers: [
    {
      name: "up",
      type: "openai",
      base_url: `${upstream.url}/v1`,
      api_key: keys.provider,
      dialects: ["openai-chat"],
      models: [...served, "endless"],
      timeouts: { head: "100ms" },
    },
    // Nothing listens there.
    { name: "far", type: "openai", base_url: "http://127.0.0.1:1/v1", api_key: keys.provider, models: ["unreachable"] },
  ],
  ...extra,
});

/** Which of the canaries sing in which place. */
const singing = (
  places: Readonly<Record<string, string>>,
  canaries: Readonly<Record<string, string>>,
): readonly string[] =>
  Object.entries(places).flatMap(([place, text]) =>
    Object.entries(canaries).flatMap(([name, canary]) => {
      const escaped = JSON.stringify(canary).slice(1, -1);
      const twice = JSON.stringify(escaped).slice(1, -1);
      const base64 = Buffer.from(canary).toString("base64");
      const spellings = [canary, escaped, twice, encodeURIComponent(canary), base64];
      const at = spellings.map((spelling) => text.indexOf(spelling)).find((index) => index !== -1);
      return at === undefined ? [] : [`${name} in ${place}: ${text.slice(Math.max(0, at - 60), at + 60)}`];
    }),
  );

const admin = { authorization: `Bearer ${keys.admin}` };
const textAt = async (url: string, path: string): Promise<string> =>
  (await requestRaw(url, "GET", path, admin)).body.toString();

/** Follows the exchanges; `text` is all that came. */
const follow = async (url: string) => {
  const client = await connectRaw(url);
  await client.send(toRequestBytes("GET", "/admin/tail", admin));
  await client.until((received) => received.includes("\r\n\r\n"));
  return { text: () => client.received().toString(), [Symbol.dispose]: () => client.socket.destroy() };
};

const rowsIn = (path: string): readonly Readonly<Record<string, string | number | null>>[] => {
  using database = new Database(path, { readonly: true });
  return database.query<Record<string, string | number | null>, []>("SELECT * FROM qlite_exchanges ORDER BY seq").all();
};

/** What the operator is told of the exchanges, by place. */
const askOperator = async (url: string): Promise<Readonly<Record<string, string>>> => {
  const list: { readonly data: readonly { readonly id: string }[] } = JSON.parse(
    await textAt(url, "/admin/requests?limit=1000"),
  );
  const explained = await Promise.all(list.data.map(({ id }) => textAt(url, `/admin/requests/${id}`)));
  return {
    "the list of exchanges": JSON.stringify(list),
    "the explanations": explained.join("\n"),
    metrics: await textAt(url, "/metrics"),
    "the report of usage": await textAt(url, "/admin/usage?by=model,provider,key,day"),
  };
};

/** Runs everything against a gateway that tells all it can; gives what it told, by place. */
const tellAll = async (upstream: RawUpstream, extra: { readonly bodies?: boolean } = {}) => {
  using folder = makeFolder();
  const path = join(folder.path, "ledger.db");
  // The first export is refused with all that the collector was sent, so that the reason is told in the log.
  await using receiver = startOtlpReceiver((nth, { headers: sent }) =>
    nth === 0 ? new Response(`no: ${sent.get("authorization")}`, { status: 400 }) : null,
  );
  const places: Record<string, string> = {};
  {
    await using gateway = startGateway(configOf(upstream, { path, ...extra }, receiver.url));
    using tail = await follow(gateway.url);
    const replies = await exercise({ url: gateway.url, upstream });
    const wanted = replies.length - denied.length + left.length;
    await until(async () => (await gateway.lines()).length === wanted, 5000, `${wanted} lines of the log`);
    const followed = (): number => tail.text().match(/"overhead_ms"/g)?.length ?? 0;
    await until(() => followed() === wanted, 5000, `${wanted} lines of the tail`);
    Object.assign(places, await askOperator(gateway.url), { tail: tail.text(), log: await gateway.text() });
    places["errors of ours"] = replies
      .filter(isOurs)
      .map(({ body }) => body.toString())
      .join("\n");
    places["x-qlite-explain"] = replies.map(({ header }) => header("x-qlite-explain") ?? "").join("\n");
    places["headers of ours"] = replies
      .flatMap(({ headers: lines }) => lines.filter(([name]) => !/^(x-internal-token|set-cookie)$/i.test(name)))
      .map((line) => line.join(": "))
      .join("\n");
    places["comments behind streams"] = replies
      .map(({ body }) => /^: .*$/m.exec(body.toString())?.[0] ?? "")
      .join("\n");
  }
  places["exports of traces"] = receiver.exports.map(({ text }) => text).join("\n");
  const rows = rowsIn(path);
  places["rows of the ledger"] = JSON.stringify(rows);
  places["files of the ledger"] = readdirSync(folder.path)
    .map((name) => readFileSync(join(folder.path, name)).toString("utf8"))
    .join("\n");
  return { places, rows, faults: receiver.faults };
};

const upstream = await shareUpstream(service);

describe("with everything that tells of exchanges switched on", () => {
  test("no key, prompt, answer, tool argument or header stands anywhere", async () => {
    const { places, rows, faults } = await tellAll(upstream);
    expect(faults).toEqual([]);
    expect(singing(places, { ...keys, ...talk, ...aside })).toEqual([]);
    // All of it has been somewhere.
    expect(Object.entries(places).filter(([, text]) => text.length < 200)).toEqual([]);
    const codes = new Set(rows.flatMap(({ error_code: code }) => (typeof code === "string" ? [code] : [])));
    expect([...codes].toSorted()).toEqual([
      "client_closed_request",
      "invalid_json",
      "model_not_found",
      "unknown_provider",
      "unknown_url",
      "unsupported_media_type",
      "upstream_auth_error",
      "upstream_connect_error",
      "upstream_connection_reset",
      "upstream_head_timeout",
      "upstream_invalid_response",
      "upstream_stream_interrupted",
    ]);
  }, 60_000);

  test("no provider is sent the admin key, nor a key of the client's", async () => {
    await tellAll(upstream);
    const { provider: _, ...others } = keys;
    const sent = upstream.requests.map((asked) => asked.raw().toString()).join("\n");
    expect(singing({ "requests upstream": sent }, others)).toEqual([]);
    expect(sent).toContain(talk.prompt);
  }, 60_000);

  test("a ledger that keeps bodies has prompts, answers and tool arguments, but no key", async () => {
    const { places, rows } = await tellAll(upstream, { bodies: true });
    const { "rows of the ledger": kept, "files of the ledger": files, ...others } = places;
    expect(singing(others, { ...keys, ...talk, ...aside })).toEqual([]);
    expect(singing({ kept: kept!, files: files! }, keys)).toEqual([]);
    const bodies = rows.map((row) => `${String(row["request_body"])} ${String(row["reply_body"])}`).join("\n");
    for (const words of Object.values(talk)) expect(bodies).toContain(words);
  }, 60_000);
});

test("a key that the limit of a kept body cuts in two is not kept in part", async () => {
  using folder = makeFolder();
  const path = join(folder.path, "ledger.db");
  const key = "canary-that-is-cut-4711";
  const provider = { name: "up", type: "openai", base_url: `${upstream.url}/v1`, api_key: key, models: ["*"] };
  {
    const ledger = { path, bodies: true, max_body: "1KB" };
    await using gateway = startGateway(configOf(upstream, ledger, "http://127.0.0.1:1", { providers: [provider] }));
    // Wherever 1000 or 1024 bytes end, some of these are cut there.
    for (let at = 970; at <= 1024; at += 6) {
      upstream.answer(replying(`${"x".repeat(at)}${key}${"x".repeat(99)}`, { "content-type": "text/plain" }, 400));
      expect((await gateway.chat(JSON.stringify({ model: "m" }), json)).status).toBe(400);
    }
  }
  const rows = rowsIn(path);
  expect(rows.length).toBe(10);
  const kept = rows.map((row) => String(row["reply_body"]));
  // So few letters are no key.
  expect(kept.filter((body) => body.includes(key.slice(0, 6)))).toEqual([]);
}, 20_000);

// A name is told, since the operator needs it. One that is shaped like a key is no name: somebody mixed up two fields.
describe("a key that a client sends as a name", () => {
  const mistaken = {
    model: "sk-proj-canaryInTheModel0123456789",
    qualified: "AIzaCanaryBehindAProvider0123456789abc",
    path: "sk-ant-api03-canaryInThePath0123456789",
    id: "gsk_canaryInTheRequestId0123456789",
    upstreamId: "sk-canaryInTheUpstreamId0123456789",
    replyModel: "xai-canaryInTheReplysModel0123456789",
    tier: "sk-canaryInTheServiceTier0123456789",
  } as const;
  const said = JSON.stringify({ ...JSON.parse(whole), model: mistaken.replyModel, service_tier: mistaken.tier });

  const tell = async () => {
    using folder = makeFolder();
    const path = join(folder.path, "ledger.db");
    await using receiver = startOtlpReceiver();
    upstream.answer(replying(said, { ...json, "x-request-id": mistaken.upstreamId }));
    const places: Record<string, string> = {};
    {
      const provider = { name: "up", type: "openai", base_url: `${upstream.url}/v1`, api_key: "k-up", models: ["*"] };
      await using gateway = startGateway(configOf(upstream, { path }, receiver.url, { providers: [provider] }));
      using tail = await follow(gateway.url);
      const [, toBody] = asks[0]!;
      const send = (method: string, target: string, sent: Readonly<Record<string, string>>, model: string) =>
        requestRaw(gateway.url, method, target, { ...json, ...sent }, JSON.stringify(toBody(model, false)));
      const explaining = { ...admin, "x-qlite-explain": "1" };
      const replies = [
        await send("POST", chat, explaining, mistaken.model),
        await send("POST", chat, explaining, `up/${mistaken.qualified}`),
        await send("POST", chat, { ...explaining, "x-request-id": mistaken.id }, "m"),
        await send("POST", `/v1beta/models/${mistaken.path}:generateContent`, explaining, "m"),
        await send("POST", `/${mistaken.path}/v1/chat/completions`, explaining, "m"),
        await send("GET", `/v1/files/${mistaken.path}`, explaining, "m"),
      ];
      const followed = (): number => tail.text().match(/"overhead_ms"/g)?.length ?? 0;
      await until(() => followed() === replies.length);
      Object.assign(places, await askOperator(gateway.url), { tail: tail.text(), log: await gateway.text() });
      places["x-qlite-explain"] = replies.map(({ header }) => header("x-qlite-explain") ?? "").join("\n");
    }
    places["exports of traces"] = receiver.exports.map(({ text }) => text).join("\n");
    places["rows of the ledger"] = JSON.stringify(rowsIn(path));
    return places;
  };

  test("is in no log line, trace, metric, explanation, tail or row of the ledger", async () => {
    expect(singing(await tell(), mistaken)).toEqual([]);
  });
});

test("the admin key that asks for an explanation is no key of the client's to be passed on", async () => {
  const provider = {
    name: "up",
    type: "openai",
    base_url: `${upstream.url}/v1`,
    models: ["*"],
    forward_client_key: true,
  };
  await using gateway = startGateway({ admin: { key: keys.admin }, providers: [provider] });
  upstream.answer(replying(whole));
  for (const extra of [{}, { "x-api-key": keys.xApiKey }]) {
    await gateway.chat('{"model":"m"}', { ...json, ...extra, ...admin, "x-qlite-explain": "1" });
  }
  const sent = upstream.requests.map((asked) => asked.raw().toString()).join("\n");
  expect(singing({ "requests upstream": sent }, { admin: keys.admin })).toEqual([]);
});

test("the password of a PostgreSQL that cannot be reached is in no log line and no answer", async () => {
  const password = "canary/of+postgres";
  const url = `postgres://qlite:${encodeURIComponent(password)}@127.0.0.1:1/qlite`;
  await using gateway = startGateway(configOf(upstream, { url }, "http://127.0.0.1:1"));
  await gateway.chat(JSON.stringify({ model: "m", messages: history }), json);
  await until(async () => (await gateway.text()).includes("ledger"), 5000, "the log tells");
  const answers = await askOperator(gateway.url);
  expect(answers["the report of usage"]).toContain("error");
  expect(singing({ ...answers, log: await gateway.text() }, { ...keys, ...talk, password })).toEqual([]);
}, 20_000);

describe("a process", () => {
  test.each(["json", "text"])(
    "writes no canary to stdout or stderr, its log as %s",
    async (format) => {
      await using receiver = startOtlpReceiver();
      const config = configOf(upstream, { path: "l.db" }, receiver.url, {
        server: { port: 0 },
        log: { level: "debug", format },
      });
      const names = Object.entries(keys).map(([name, key]) => [`CANARY_${name.toUpperCase()}`, key] as const);
      const written = JSON.stringify(config, (_, value: unknown) =>
        typeof value === "string"
          ? names.reduce((text, [name, key]) => text.replaceAll(key, `\${${name}}`), value)
          : value,
      );
      using folder = makeFolder({ "qlite.yaml": written });
      await using program = await startProgram(["serve", "--config", "qlite.yaml"], {
        cwd: folder.path,
        env: Object.fromEntries(names),
      });
      const replies = await exercise({ url: program.url, upstream });
      const answers = await askOperator(program.url);
      program.signal("SIGTERM");
      expect(await program.exited).toBe(0);
      const places = {
        stdout: program.stdout(),
        stderr: program.stderr(),
        rows: JSON.stringify(rowsIn(join(folder.path, "l.db"))),
        errors: replies
          .filter(isOurs)
          .map(({ body }) => body.toString())
          .join("\n"),
        ...answers,
      };
      expect(singing(places, { ...keys, ...talk, ...aside })).toEqual([]);
      expect(places.stdout).toContain("upstream_stream_interrupted");
    },
    60_000,
  );
});
