import { expect, test } from "bun:test";
import { requestRaw } from "../support/raw-client.ts";
import { share } from "../support/share.ts";
import { makeRecord, kinds } from "../telemetry/explain-records.ts";
import { errorOf, jsonOf, startAdminServer } from "./admin-server.ts";

const local = { host: "localhost" };
const open = share(startAdminServer());

const get = (target: string, headers: Record<string, string> = local) => requestRaw(open.url, "GET", target, headers);

test("GET /admin/requests/{id} explains an exchange", async () => {
  open.recent.sink(makeRecord({ id: "req.one:1" }));
  const reply = await get("/admin/requests/req.one:1");
  expect(reply.status).toBe(200);
  expect(reply.header("content-type")).toBe("application/json");
  expect(reply.header("cache-control")).toBe("no-store");
  expect(jsonOf(reply)).toMatchObject({ id: "req.one:1", routing: { route: "route smart" }, end: { status: 200 } });
  expect((await get("/admin/requests/req.one%3A1")).status).toBe(200);
});

test("GET /admin/requests/{id} is a 404 that says what is kept when there is none of that id", async () => {
  for (const id of ["nope", "%", "%zz", "__proto__", "constructor"]) {
    expect(errorOf(await get(`/admin/requests/${id}`)).message).toContain("the last 100 that are over are kept");
  }
  await using none = startAdminServer({ keep: 0 });
  none.recent.sink(makeRecord({ id: "r-1" }));
  expect(errorOf(await requestRaw(none.url, "GET", "/admin/requests/r-1", local)).message).toContain("admin.keep is 0");
});

test("GET /admin/requests lists the last exchanges, the newest first", async () => {
  await using server = startAdminServer();
  for (let at = 1; at <= 60; at += 1) server.recent.sink(makeRecord({ id: `r-${at}` }));
  const ids = async (query: string): Promise<string[]> => {
    const list = jsonOf(await requestRaw(server.url, "GET", `/admin/requests${query}`, local));
    expect(list.object).toBe("list");
    return list.data.map(({ id }: { id: string }) => id);
  };
  expect((await ids("")).length).toBe(50);
  expect(await ids("?limit=2")).toEqual(["r-60", "r-59"]);
  expect((await ids("?limit=1000")).length).toBe(60);
});

test.each(["0", "1001", "-1", "1e3", "two", "", "1&limit=2", "%00"])("limit=%s is refused", async (limit) => {
  expect(errorOf(await get(`/admin/requests?limit=${limit}`))).toMatchObject({
    code: "invalid_request",
    param: "limit",
  });
});

test("metrics and usage are answered by whoever has them", async () => {
  expect((await get("/metrics")).body.toString()).toBe("metrics\n");
  expect((await get("/admin/usage?by=model")).body.toString()).toBe("usage\n");
});

test("metrics that are off and a ledger that is not there are 404s that say how to have them", async () => {
  await using server = startAdminServer({ metrics: null, usage: null });
  const ask = async (path: string) => errorOf(await requestRaw(server.url, "GET", path, local)).message;
  expect(await ask("/metrics")).toContain("metrics: off");
  expect(await ask("/admin/usage")).toContain("`ledger:`");
});

test.each(["/admin", "/admin/", "/admin/nope", "/admin/requests/", "/admin/requests/a/b", "/admin/constructor"])(
  "%s is a 404 that names what there is",
  async (path) => {
    expect(errorOf(await get(path)).message).toContain("/admin/requests/{id}");
  },
);

test("paths that only begin alike are not ours", async () => {
  for (const path of ["/administrator", "/metricsx", "/v1/admin"]) {
    expect(errorOf(await get(path)).message).toBe("There is nothing");
  }
});

test("HEAD answers as GET does, without a body, and follows nothing", async () => {
  open.recent.sink(makeRecord({ id: "head-1" }));
  for (const path of ["/admin/requests?limit=1", "/admin/requests/head-1", "/admin/requests/nope", "/metrics"]) {
    const whole = await get(path);
    const head = await requestRaw(open.url, "HEAD", path, local);
    expect(head.status).toBe(whole.status);
    expect(head.header("content-length")).toBe(String(whole.body.length));
    expect(head.body.length).toBe(0);
  }
  const tail = await requestRaw(open.url, "HEAD", "/admin/tail", local);
  expect(tail.status).toBe(200);
  expect(tail.header("content-type")).toBe("application/x-ndjson");
  expect(open.pending()).toBe(0);
});

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("%s is a 405 that names GET and HEAD", async (method) => {
  for (const path of ["/admin/requests", "/admin/requests/r-1", "/admin/tail", "/metrics"]) {
    const reply = await requestRaw(open.url, method, path, local);
    expect(reply.status).toBe(405);
    expect(reply.header("allow")).toBe("GET, HEAD");
  }
});

test("secrets are taken out of what is told, whichever field brings them", async () => {
  await using server = startAdminServer({ secrets: ['se"cret-1'] });
  const planted = "sk-proj-abcdefghijklmnop";
  server.recent.sink(
    makeRecord({ id: "leak", model: planted, path: `/v1/${planted}`, dropped: [planted], route: 'route se"cret-1' }),
  );
  for (const path of ["/admin/requests/leak", "/admin/requests"]) {
    const text = (await requestRaw(server.url, "GET", path, local)).body.toString();
    expect(text).toContain("[redacted]");
    expect(text).not.toContain(planted);
    expect(text).not.toContain("cret-1");
  }
});

test("every kind of exchange is told without a hole", async () => {
  for (const record of Object.values(kinds)) open.recent.sink(record);
  for (const { id } of Object.values(kinds)) expect(jsonOf(await get(`/admin/requests/${id}`)).id).toBe(id);
});
