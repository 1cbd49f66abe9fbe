// Who may ask the admin endpoints: this machine, or whoever has the key.
import { expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { requestRaw } from "../support/raw-client.ts";
import { share } from "../support/share.ts";
import { makeRecord } from "../telemetry/explain-records.ts";
import { errorOf, startAdminServer } from "./admin-server.ts";

const local = { host: "localhost" };
const open = share(startAdminServer());
const key = "admin-key-1";
const locked = share(startAdminServer({ key }));
const bearer = { authorization: `Bearer ${key}` };

const get = (target: string, headers: Record<string, string>) => requestRaw(open.url, "GET", target, headers);

const secretPaths = [
  "/metrics",
  "/admin/requests",
  "/admin/requests/known",
  "/admin/usage",
  "/admin/tail",
  "/admin/no",
];
open.recent.sink(makeRecord({ id: "known" }));
locked.recent.sink(makeRecord({ id: "known" }));

test.each([
  [{}, "Host"],
  [{ host: "evil.example" }, "Host"],
  [{ ...local, "x-forwarded-for": "127.0.0.1" }, "proxy"],
  [{ ...local, via: "1.1 nginx" }, "proxy"],
  [{ ...local, origin: "http://evil.example" }, "another site"],
  [{ ...local, "sec-fetch-site": "cross-site" }, "another site"],
])(
  "without a key a request with %p is denied, the same for every path, and told what to configure",
  async (headers, why) => {
    const replies = await Promise.all([...secretPaths, "/admin/requests/gone"].map((path) => get(path, headers)));
    for (const reply of replies) {
      const { message } = errorOf(reply);
      expect(message).toContain(why);
      expect(message).toContain("admin.key");
      expect(reply.body.toString()).toBe(replies[0]!.body.toString());
    }
    expect((await get("/is-admin", headers)).body.toString()).toBe("false");
  },
);

test("without a key this machine may ask, by any of its names", async () => {
  for (const host of ["localhost", open.host, "127.0.0.1", "[::1]:1"]) {
    expect((await get("/admin/requests", { host })).status).toBe(200);
    expect((await get("/is-admin", { host })).body.toString()).toBe("true");
  }
});

const otherAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;

test.skipIf(otherAddress === undefined)("without a key another machine is denied, whatever Host it names", async () => {
  await using server = startAdminServer({ hostname: "0.0.0.0" });
  const reply = await requestRaw(`http://${otherAddress}:${server.port}`, "GET", "/metrics", local);
  expect(errorOf(reply).message).toContain("another machine");
});

test("with a key whoever sends it may ask, from wherever", async () => {
  const headers = { ...bearer, host: "gateway.example", "x-forwarded-for": "1.2.3.4", origin: "http://a.example" };
  expect((await requestRaw(locked.url, "GET", "/admin/requests/known", headers)).status).toBe(200);
  expect((await requestRaw(locked.url, "GET", "/is-admin", headers)).body.toString()).toBe("true");
});

test.each([
  [[["host", "localhost"]], ""],
  [
    [
      ["host", "localhost"],
      ["authorization", "Bearer wrong"],
    ],
    "",
  ],
  [
    [
      ["host", "localhost"],
      ["authorization", key],
    ],
    "",
  ],
  [
    [
      ["host", "localhost"],
      ["authorization", `Basic ${key}`],
    ],
    "",
  ],
  [
    [
      ["host", "localhost"],
      ["authorization", `Bearer ${key}`],
      ["authorization", `Bearer ${key}`],
    ],
    "",
  ],
  [
    [
      ["host", "localhost"],
      ["authorization", "Bearer wrong"],
      ["authorization", `Bearer ${key}`],
    ],
    "",
  ],
  [
    [
      ["host", "localhost"],
      ["x-api-key", key],
    ],
    "",
  ],
  [[["host", "localhost"]], `?key=${key}`],
] as const)("with a key a request without it (%p%s) is refused, the same for every path", async (headers, query) => {
  const replies = await Promise.all(
    [...secretPaths, "/admin/requests/gone"].map((path) => requestRaw(locked.url, "GET", path + query, headers)),
  );
  for (const reply of replies) {
    const { message } = errorOf(reply);
    expect(message).toContain("bearer token");
    expect(reply.header("www-authenticate")).toBe("Bearer");
    expect(reply.body.toString()).toBe(replies[0]!.body.toString());
    expect(reply.body.toString()).not.toContain(key);
  }
  expect((await requestRaw(locked.url, "GET", "/is-admin", headers)).body.toString()).toBe("false");
});
