import { expect, test } from "bun:test";
import { createUsageReport } from "../../src/stages/usage-report.ts";
import { costOf, recordOf } from "../ledger/records.ts";
import { fileConfig, hour, openLedger } from "../ledger/stores.ts";
import { makeFolder } from "../support/folder.ts";
import { share } from "../support/share.ts";
import { until } from "../support/until.ts";
import { startAdminServer } from "./admin-server.ts";

const noon = Date.UTC(2026, 10, 22, 12);
const folder = share(makeFolder());
const ledger = share(openLedger(fileConfig(folder.path), {}, () => noon));
const server = share(startAdminServer({ usage: createUsageReport(ledger, () => noon) }));
const get = (search: string): Promise<Response> => fetch(`${server.url}/admin/usage${search}`);

for (const record of [
  recordOf({ at: noon - hour, key: "team", cost: costOf(1_500_000_001) }),
  recordOf({ at: noon - 30 * hour, model: "other", cost: null }),
  recordOf({ at: noon - 300 * hour, model: "too old" }),
]) {
  ledger.sink(record);
}
await until(() => ledger.written() === 3);

const zeros = { errors: 0, cached_input_tokens: 0, reasoning_tokens: 0, estimated_requests: 0 };
const one = { ...zeros, requests: 1, input_tokens: 100, output_tokens: 20 };

test("GET /admin/usage sums up the last seven days by model", async () => {
  const response = await get("");
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual({
    since: "2026-11-15T12:00:00.000Z",
    by: ["model"],
    data: [
      { model: "gpt-5.4-mini", ...one, cost_usd: "1.500000001", unpriced_requests: 0 },
      { model: "other", ...one, cost_usd: null, unpriced_requests: 1 },
    ],
    total: { ...one, requests: 2, input_tokens: 200, output_tokens: 40, cost_usd: "1.500000001", unpriced_requests: 1 },
    groups: 2,
  });
});

test("GET /admin/usage takes several groupings and a time", async () => {
  const body: unknown = await (await get("?by=day,key&since=24h")).json();
  expect(body).toMatchObject({
    by: ["day", "key"],
    data: [{ day: "2026-11-22", key: "team", requests: 1 }],
    groups: 1,
  });
});

test.each([
  ["?by=modl", "by", "model, key, provider, day"],
  ["?since=yesterday", "since", "24h, 7d, 2026-11-01"],
  ["?since=2026-02-30", "since", "2026-02-30"],
  ["?by=model&by=key", "by", "join its values with commas"],
  ["?sinc=7d", "sinc", "there are by and since"],
])("GET /admin/usage%s is refused with its parameter named", async (search, param, words) => {
  const response = await get(search);
  const { error }: { readonly error: Readonly<Record<string, unknown>> } = await response.json();
  expect(response.status).toBe(400);
  expect(error).toMatchObject({ code: "invalid_request", param });
  expect(error["message"]).toContain(words);
});

test("a ledger that cannot be read is a 503 that does not say where it is", async () => {
  await using broken = openLedger(fileConfig(`${folder.path}/not-there`));
  await using other = startAdminServer({ usage: createUsageReport(broken, () => noon) });
  const response = await fetch(`${other.url}/admin/usage`);
  const text = await response.text();
  expect(response.status).toBe(503);
  expect(JSON.parse(text)).toMatchObject({ error: { type: "server_error", code: "ledger_unavailable" } });
  expect(text).toContain("The ledger cannot be read now");
  expect(text).not.toContain("not-there");
});
