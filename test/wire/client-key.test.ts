import { expect, test } from "bun:test";
import { toKeyHeader, type KeyScheme } from "../../src/wire/client-key.ts";

const schemes = ["bearer", "x-api-key", "x-goog-api-key", "api-key"] as const;
const headerOf = (scheme: KeyScheme): string => (scheme === "bearer" ? "authorization" : scheme);
const valueOf = (scheme: KeyScheme, key: string): string => (scheme === "bearer" ? `Bearer ${key}` : key);

type Ways = readonly (readonly [way: string, headers: Readonly<Record<string, string>>, search: string])[];

const ways: Ways = [
  ...schemes.map((scheme) => [scheme, { [headerOf(scheme)]: valueOf(scheme, "k-1") }, ""] as const),
  ["the query", {}, "?alt=sse&key=k-1&x=2"],
  ["an escaped query", {}, "?KEY=k%2D1"],
];

test.each(ways.flatMap((way) => schemes.map((scheme) => [way[0], scheme, way] as const)))(
  "a key that came by %s goes as %s",
  (_, scheme, [, headers, search]) => {
    expect(toKeyHeader(scheme, new Headers(headers), search)).toEqual([headerOf(scheme), valueOf(scheme, "k-1")]);
  },
);

test.each([
  ["Bearer  two spaces", "bearer"],
  ["Basic dXNlcjpwYXNz", "bearer"],
  ["token odd", "bearer"],
  ["not a bearer", "x-api-key"],
] as const)("a header that already is of the scheme goes as it stands: %s", (value, scheme) => {
  expect(toKeyHeader(scheme, new Headers({ [headerOf(scheme)]: value }), "?key=other")).toEqual([
    headerOf(scheme),
    value,
  ]);
});

const all = { authorization: "Bearer a", "x-api-key": "b", "x-goog-api-key": "c", "api-key": "d" };

test.each([
  ["bearer", all, "Bearer a"],
  ["x-api-key", all, "b"],
  ["x-goog-api-key", all, "c"],
  ["api-key", all, "d"],
  ["api-key", { "x-goog-api-key": "c", "x-api-key": "b" }, "b"],
  ["x-api-key", { authorization: "Basic x", "api-key": "d" }, "d"],
  ["x-api-key", { "x-api-key": "", authorization: "Bearer a" }, "a"],
] as const)("of several keys %s takes the one of its own scheme first: %j", (scheme, headers, value) => {
  expect(toKeyHeader(scheme, new Headers(headers), "?key=e")?.[1]).toBe(value);
});

test.each([["sk-ant-oat01-x"], ["ya29.a0Ab-x"], ["eyJhbGciOi.eyJpc3Mi.c2ln"]])(
  "an access token stays a bearer, since no service takes %s as an API key",
  (token) => {
    for (const scheme of ["x-api-key", "x-goog-api-key", "api-key"] as const) {
      const headers = new Headers({ authorization: `Bearer ${token}` });
      expect(toKeyHeader(scheme, headers, "")).toEqual(["authorization", `Bearer ${token}`]);
    }
  },
);

test.each([
  ["nothing", {}, ""],
  ["an empty key", { "x-api-key": "" }, "?key="],
  ["a key that fits into no header", {}, "?key=a%0d%0ax-evil:%201"],
  ["a broken escape", {}, "?key=%zz"],
  ["a parameter that only ends in key", {}, "?apikey=k&monkey=k"],
  ["a scheme that carries no key", { authorization: "Basic x" }, ""],
])("no header is made of %s", (_, headers, search) => {
  expect(toKeyHeader("api-key", new Headers(headers as Record<string, string>), search)).toBeNull();
});
