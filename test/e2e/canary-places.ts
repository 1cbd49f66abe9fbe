// The places in which a canary could sing, and whether one does.
import { Database } from "bun:sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../support/folder.ts";
import { startGateway } from "../support/gateway.ts";
import { toRequestBytes } from "../support/http-bytes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { connectRaw, requestRaw, type RawReply } from "../support/raw-client.ts";
import type { RawUpstream } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";
import { denied, exercise, keys, left, served } from "./canary-calls.ts";

/** An error in the words of this proxy: what an upstream says passes as it is. */
export const isOurs = ({ status, header }: RawReply): boolean => status >= 400 && header("x-should-retry") !== null;

export const configOf = (upstream: RawUpstream, ledger: object, endpoint: string, extra: object = {}): object => ({
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
export const singing = (
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

export const admin = { authorization: `Bearer ${keys.admin}` };
const textAt = async (url: string, path: string): Promise<string> =>
  (await requestRaw(url, "GET", path, admin)).body.toString();

/** Follows the exchanges; `text` is all that came. */
export const follow = async (url: string) => {
  const client = await connectRaw(url);
  await client.send(toRequestBytes("GET", "/admin/tail", admin));
  await client.until((received) => received.includes("\r\n\r\n"));
  return { text: () => client.received().toString(), [Symbol.dispose]: () => client.socket.destroy() };
};

export const rowsIn = (path: string): readonly Readonly<Record<string, string | number | null>>[] => {
  using database = new Database(path, { readonly: true });
  return database.query<Record<string, string | number | null>, []>("SELECT * FROM qlite_exchanges ORDER BY seq").all();
};

/** What the operator is told of the exchanges, by place. */
export const askOperator = async (url: string): Promise<Readonly<Record<string, string>>> => {
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
export const tellAll = async (upstream: RawUpstream, extra: { readonly bodies?: boolean } = {}) => {
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
