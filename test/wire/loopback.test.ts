import { expect, test } from "bun:test";
import { createBearerCheck, isLocalHost, isLoopback, whyNotLocal } from "../../src/wire/loopback.ts";

test.each(["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "::FFFF:127.0.0.1"])(
  "%s is this machine's",
  (address) => expect(isLoopback(address)).toBe(true),
);

test.each([
  "",
  "10.0.0.1",
  "128.0.0.1",
  "1127.0.0.1",
  "127.0.0.1.5",
  "172.17.0.1",
  "::2",
  "::ffff:10.0.0.1",
  "fe80::1",
  "127.0.0.1\n",
])("%p is not this machine's", (address) => expect(isLoopback(address)).toBe(false));

test.each([
  "localhost",
  "LOCALHOST:8080",
  "localhost.",
  "a.b.localhost:1",
  "127.0.0.1",
  "127.9.9.9:65535",
  "[::1]",
  "[::1]:8080",
])("the host %s means this machine", (host) => expect(isLocalHost(host)).toBe(true));

test.each([
  "",
  "gateway.test",
  "localhost.evil.com",
  "notlocalhost",
  "127.0.0.1.evil.com",
  "127.evil.com",
  "localhost:8080@evil.com",
  "localhost:",
  "[::2]",
  "::1",
  "10.0.0.1",
  "evil.com:127.0.0.1",
  ".localhost",
  "localhost, localhost",
])("the host %p may mean another machine", (host) => expect(isLocalHost(host)).toBe(false));

const host = { host: "localhost:8080" };

test.each([
  [{}],
  [{ origin: "http://localhost:8080" }],
  [{ origin: "HTTP://LocalHost:8080" }],
  [{ "sec-fetch-site": "same-origin" }],
  [{ "sec-fetch-site": "none" }],
])("a request of this machine with %p is local", (headers) => {
  expect(whyNotLocal("127.0.0.1", new Headers({ ...host, ...headers }))).toBeNull();
});

test.each([
  [{ "x-forwarded-for": "1.2.3.4" }, "proxy"],
  [{ forwarded: "for=1.2.3.4" }, "proxy"],
  [{ via: "1.1 caddy" }, "proxy"],
  [{ "x-real-ip": "" }, "proxy"],
  [{ host: "rebound.example" }, "Host"],
  [{ origin: "http://evil.example" }, "another site"],
  [{ origin: "null" }, "another site"],
  [{ origin: "http://localhost:3000" }, "another site"],
  [{ origin: "http://localhost:8080.evil.example" }, "another site"],
  [{ "sec-fetch-site": "cross-site" }, "another site"],
  [{ "sec-fetch-site": "same-site" }, "another site"],
])("a request of this machine with %p is not local", (headers, why) => {
  expect(whyNotLocal("127.0.0.1", new Headers({ ...host, ...headers }))).toContain(why);
});

test("a request of another machine, or of nobody known, is not local whatever its headers say", () => {
  for (const address of ["", "10.0.0.1"]) expect(whyNotLocal(address, new Headers(host))).toContain("another machine");
});

test("a request without a Host is not local", () => {
  expect(whyNotLocal("127.0.0.1", new Headers())).toContain("Host");
});

const carriesKey = createBearerCheck("s3cret,key");

test.each(["Bearer s3cret,key", "bearer s3cret,key", "Bearer   s3cret,key"])("%p carries the key", (value) =>
  expect(carriesKey(value)).toBe(true),
);

test.each([
  null,
  "",
  "Bearer",
  "Bearer ",
  "s3cret,key",
  "Basic s3cret,key",
  "Bearer s3cret,kez",
  "Bearer s3cret,key x",
  "Bearer s3cret,key, Bearer s3cret,key",
  "Bearer wrong, Bearer s3cret,key",
  "xBearer s3cret,key",
])("%p does not carry the key", (value) => expect(carriesKey(value)).toBe(false));
