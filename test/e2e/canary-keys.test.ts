// Keys in places of their own: cut in two, mistaken for a name, sent to the wrong place, in an address.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { makeFolder } from "../support/folder.ts";
import { startGateway } from "../support/gateway.ts";
import { chat } from "../support/http-bytes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { requestRaw } from "../support/raw-client.ts";
import { shareUpstream } from "../support/share.ts";
import { until } from "../support/until.ts";
import { json, replying } from "../support/upstream-scripts.ts";
import { asks, history, keys, service, talk, whole } from "./canary-calls.ts";
import { admin, askOperator, configOf, follow, rowsIn, singing } from "./canary-places.ts";

const upstream = await shareUpstream(service);

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
