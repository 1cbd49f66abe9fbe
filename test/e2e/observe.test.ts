// What is told of an exchange in one place agrees with what every other place tells of it.
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { ClientDialectName } from "../../src/dialects/conversation.ts";
import { makeFolder } from "../support/folder.ts";
import { startGateway, upstreamKey, type Gateway } from "../support/gateway.ts";
import { anthropic } from "../support/dialects/anthropic.ts";
import { gemini } from "../support/dialects/gemini.ts";
import { openaiChat } from "../support/dialects/openai-chat.ts";
import { openaiResponses } from "../support/dialects/openai-responses.ts";
import { figures, playing, type Side } from "../support/dialects/scripted.ts";
import { requestRaw, type RawReply } from "../support/raw-client.ts";
import { shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { afterRequest, json, replying } from "../support/upstream-scripts.ts";
import { readText, valueOf, type Line } from "../telemetry/metrics-support.ts";

const upstream = await shareUpstream();
/** USD per million: in whole nano-dollars a token costs 1000, 500, 2000 and 10,000. */
const rates = { input: 1, cached_input: 0.5, cache_write: 2, output: 10 };
const prices = [{ provider: "up", models: ["*"], ...rates, date: "2026-11-22", source: "a contract" }];

const configOf = (side: Side, path: string, extra: object = {}): object => ({
  usage: { stream_comment: true },
  prices,
  ledger: { path },
  providers: [{ name: "up", api_key: upstreamKey, models: ["*"], ...side.provider(upstream.url) }],
  ...extra,
});

const metricsOf = async ({ url }: Pick<Gateway, "url">): Promise<readonly Line[]> =>
  readText((await requestRaw(url, "GET", "/metrics", { host: "localhost" })).body.toString());

type Row = Readonly<Record<string, unknown>>;
const rowsIn = (path: string): readonly Row[] => {
  try {
    using database = new Database(path, { readonly: true });
    return database.query<Record<string, unknown>, []>("SELECT * FROM qlite_exchanges ORDER BY seq").all();
  } catch {
    // Made by a worker in its own time.
    return [];
  }
};
/** The rows of a ledger, once there are so many. */
const untilRows = async (path: string, count: number): Promise<readonly Row[]> => {
  await until(() => rowsIn(path).length >= count, 5000, `${count} rows in the ledger`);
  return rowsIn(path);
};

interface Ask {
  readonly target: (model: string) => string;
  readonly body: (model: string, stream: boolean) => object;
}

const question = "How is Paris?";
const geminiBody = { contents: [{ role: "user", parts: [{ text: question }] }] };
const asks: Readonly<Record<ClientDialectName | "gemini array", Ask>> = {
  "openai-chat": {
    target: () => "/v1/chat/completions",
    body: (model, stream) => ({ model, stream, messages: [{ role: "user", content: question }] }),
  },
  "openai-responses": {
    target: () => "/v1/responses",
    body: (model, stream) => ({ model, stream, store: false, input: question }),
  },
  anthropic: {
    target: () => "/v1/messages",
    body: (model, stream) => ({ model, stream, max_tokens: 256, messages: [{ role: "user", content: question }] }),
  },
  gemini: {
    target: (model) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: () => geminiBody,
  },
  "gemini array": { target: (model) => `/v1beta/models/${model}:streamGenerateContent`, body: () => geminiBody },
};

/** Gemini's stream without `alt=sse`: one JSON array, in pieces. */
const playingArray = (side: Side) =>
  afterRequest(async (call) => {
    const parts = side.answers.text.events.map((event) => event.slice("data: ".length).trim());
    await call.reply(200, json, `[${parts.join(",\n")}]`);
  });

const input = figures.input;
const output = figures.output;
const nanoUsdOf = ({ written }: Side): number =>
  (input - figures.cached - written) * 1000 + figures.cached * 500 + written * 2000 + output * 10_000;
const usdOf = (nano: number): string => (nano / 1e9).toFixed(9).replace(/0+$/, "");

const sides = [openaiChat, openaiResponses, anthropic, gemini];
const pairs = sides.flatMap((side) =>
  (["openai-chat", "openai-responses", "anthropic", "gemini", "gemini array"] as const).map(
    (from) => [from, side.dialect, side] as const,
  ),
);

describe("a stream's tokens and cost are the same in its comment, log, metrics, ledger and explanation", () => {
  test.each(pairs)("asked in %s, answered in %s", async (from, _, side) => {
    using folder = makeFolder();
    const path = join(folder.path, "l.db");
    await using gateway = startGateway(configOf(side, path));
    upstream.answer(from === "gemini array" && side === gemini ? playingArray(side) : playing(side, ["text"]));
    const { target, body } = asks[from];
    const sent = JSON.stringify(body(side.model, true));
    const reply = await gateway.request("POST", target(side.model), { ...json, host: "localhost" }, sent);
    expect(reply.status).toBe(200);
    const usd = usdOf(nanoUsdOf(side));
    const isArray = from === "gemini array";
    // An array has no comments.
    if (!isArray) {
      expect(reply.body.toString()).toEndWith(
        `: qlite x-tokens-input=${input} x-tokens-output=${output} x-qlite-usage=reported x-request-cost=${usd}\n\n`,
      );
    }
    const id = reply.header("x-request-id");
    const line = await gateway.lineOf(id);
    expect(line).toMatchObject({ input_tokens: input, output_tokens: output, cost_usd: usd, stream: true });
    expect(line).not.toHaveProperty("usage");
    const [row] = await untilRows(path, 1);
    expect(row).toMatchObject({
      id,
      stream: 1,
      ending: "complete",
      usage_source: "reported",
      input_tokens: input,
      output_tokens: output,
      cached_input_tokens: figures.cached,
      cost_nano_usd: nanoUsdOf(side),
      upstream_dialect: side.dialect,
    });
    const lines = await metricsOf(gateway);
    const tokens = (kind: string): number => valueOf(lines, "qlite_tokens_total", { kind, source: "reported" }) ?? 0;
    expect(tokens("input") + tokens("cached_input") + tokens("cache_write")).toBe(input);
    expect(tokens("output") + tokens("reasoning")).toBe(output);
    expect(tokens("cached_input")).toBe(figures.cached);
    expect(valueOf(lines, "qlite_cost_usd_total", { provider: "up" })).toBe(Number(usd));
    const explained = await requestRaw(gateway.url, "GET", `/admin/requests/${id}`, { host: "localhost" });
    expect(JSON.parse(explained.body.toString())).toMatchObject({
      usage: { source: "reported", input_tokens: input, output_tokens: output, cached_input_tokens: figures.cached },
      cost: { nano_usd: nanoUsdOf(side), price: { source: "a contract" } },
      end: { status: 200, ended: "complete" },
    });
  });
});

const sum = (values: readonly unknown[]): number => values.reduce<number>((all, value) => all + Number(value ?? 0), 0);
const nano = (usd: number): number => Math.round(usd * 1e9);

describe("after a mixture of requests", () => {
  test("/metrics, the ledger, the log and the headers add up to the same requests, tokens and nano-dollars", async () => {
    using folder = makeFolder();
    const path = join(folder.path, "l.db");
    await using gateway = startGateway(configOf(openaiChat, path));
    const replies: RawReply[] = [];
    const send = async (from: ClientDialectName, stream: boolean, model = openaiChat.model): Promise<void> => {
      upstream.answer(playing(openaiChat, ["text"]));
      const { target, body } = asks[from];
      const place = target(model).replace(/:stream.*/, stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
      replies.push(await gateway.request("POST", place, json, JSON.stringify(body(model, stream))));
    };
    for (const from of ["openai-chat", "openai-responses", "anthropic", "gemini"] as const) {
      for (const stream of [false, true, false]) await send(from, stream);
    }
    // Of an odd number of tokens, so that nothing is round.
    const odd = { prompt_tokens: 7, completion_tokens: 13, total_tokens: 20 };
    upstream.answer(replying(JSON.stringify({ ...openaiChat.answers.text.whole, usage: odd })));
    for (let call = 0; call < 3; call++) {
      replies.push(await gateway.chat(JSON.stringify(asks["openai-chat"].body("odd", false)), json));
    }
    const failures = 2;
    upstream.answer(replying('{"error":{"message":"no"}}', json, 429));
    replies.push(await gateway.chat(JSON.stringify(asks["openai-chat"].body("odd", false)), json));
    replies.push(await gateway.chat("{", json));

    const answered = replies.length - failures;
    const rows = await untilRows(path, replies.length);
    const lines = await metricsOf(gateway);
    const written = await gateway.lines();
    const column = (name: string): number => sum(rows.map((row) => row[name]));
    /** In the head of a whole reply, in the comment behind a stream. */
    const told = (name: string): number =>
      sum(
        replies.map(({ header, body }) => {
          const comment = /^: qlite .*$/m.exec(body.toString())?.[0];
          return comment === undefined ? header(name) : new RegExp(`${name}=(\\S+)`).exec(comment)?.[1];
        }),
      );

    expect(rows.length).toBe(replies.length);
    expect(written.length).toBe(replies.length);
    expect(valueOf(lines, "qlite_requests_total")).toBe(replies.length);
    expect(valueOf(lines, "qlite_requests_total", { status: "2xx" })).toBe(answered);
    expect(valueOf(lines, "qlite_requests_total", { stream: "true" })).toBe(4);
    expect(valueOf(lines, "qlite_upstream_errors_total", { code: "429" })).toBe(1);

    const wanted = { input: 12 * input + 3 * 7, output: 12 * output + 3 * 13 };
    expect([column("input_tokens"), column("output_tokens")]).toEqual([wanted.input, wanted.output]);
    expect([told("x-tokens-input"), told("x-tokens-output")]).toEqual([wanted.input, wanted.output]);
    expect(sum(written.map((line) => line["input_tokens"]))).toBe(wanted.input);
    expect(valueOf(lines, "qlite_tokens_total", { source: "reported" })).toBe(wanted.input + wanted.output);
    expect(valueOf(lines, "qlite_tokens_total", { source: "estimated" }) ?? 0).toBe(0);
    expect(valueOf(lines, "gen_ai_client_token_usage_sum", { gen_ai_token_type: "input" })).toBe(wanted.input);
    expect(valueOf(lines, "gen_ai_client_token_usage_count", { gen_ai_token_type: "output" })).toBe(answered);

    const cost = 12 * nanoUsdOf(openaiChat) + 3 * (7 * 1000 + 13 * 10_000);
    expect(column("cost_nano_usd")).toBe(cost);
    expect(nano(told("x-request-cost"))).toBe(cost);
    expect(nano(sum(written.map((line) => line["cost_usd"])))).toBe(cost);
    expect(nano(valueOf(lines, "qlite_cost_usd_total") ?? 0)).toBe(cost);
    const report = await requestRaw(gateway.url, "GET", "/admin/usage", { host: "localhost" });
    expect(JSON.parse(report.body.toString())).toMatchObject({
      total: { requests: replies.length, errors: failures, input_tokens: wanted.input, cost_usd: usdOf(cost) },
    });
  });
});
