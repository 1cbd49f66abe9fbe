import { describe, expect, test } from "bun:test";
import { isEscaping, splitUrl } from "../../src/wire/path.ts";

test.each([
  ["http://host/v1/models", "/v1/models", ""],
  ["http://host:8080/v1/models?limit=2&a=%20", "/v1/models", "?limit=2&a=%20"],
  ["https://user:pass@host/v1/x", "/v1/x", ""],
  ["http://[::1]:8080/v1/x?", "/v1/x", "?"],
  ["http://host", "/", ""],
  ["http://host/", "/", ""],
  ["http://host/?a=http://b/c", "/", "?a=http://b/c"],
  ["http://host/a?b?c", "/a", "?b?c"],
  ["http://host/a#b", "/a", ""],
  ["http://host/a?b#c", "/a", "?b"],
  ["http://host/a#b?c", "/a", ""],
  ["http://host//evil/x", "//evil/x", ""],
  ["http://host/a%2Fb%3Fc", "/a%2Fb%3Fc", ""],
  // HTTP/1.0 without a Host header: a bare path, with nothing resolved.
  ["/v1/models?x=1", "/v1/models", "?x=1"],
  ["/", "/", ""],
  ["/v1/../x?u=http://a/b", "/v1/../x", "?u=http://a/b"],
  ["//evil/x", "//evil/x", ""],
])("%s has the path %s and the query %j", (url, path, search) => {
  expect(splitUrl(url)).toEqual({ path, search });
});

describe("a path that could leave the base URL:", () => {
  test.each([
    "/v1/..",
    "/v1/../x",
    "/v1/./x",
    "/v1/.",
    "/..",
    "..",
    "/v1/%2e%2e/x",
    "/v1/%2E%2e",
    "/v1/.%2e/x",
    "/v1/%2e./x",
    "/v1/%2e/x",
    "/v1/..\\x",
    "/v1\\..\\..\\admin",
    "\\\\evil\\x",
    "/v1/..%5cx",
    "/v1/%5C%2e%2e",
    "/v1//x",
    "//evil/x",
    "/v1/x//",
    "/v1/%2e%2e%2fadmin",
    "/v1/files%2f%2e%2e",
    // Once more decoded upstream, as many servers do.
    "/v1/..%2fadmin",
    "/v1/..%2F..%2Fadmin",
    "/v1/files%2f..",
    "/v1/files%2f../x",
    "http://evil/v1/x",
  ])("%s", (path) => {
    expect(isEscaping(path)).toBe(true);
  });
});

describe("a path that stays below it:", () => {
  test.each([
    "/v1/files/file-abc/content",
    "/v1/models/org%2Fmodel",
    "/v1/models/gpt-5.4",
    "/v1/models/.hidden",
    "/v1/models/..hidden",
    "/v1/models/a..b",
    "/v1/models/a..",
    "/v1/models/...",
    "/v1/models/.../x",
    "/v1/models/%2e%2e%2e",
    "/v1/models/a%2e%2e",
    "/v1/x/",
    "/v1/caf%C3%A9:run",
    "/v1/x%252e%252e%252fy",
  ])("%s", (path) => {
    expect(isEscaping(path)).toBe(false);
    expect(new URL(`http://base/prefix${path}`).pathname.toLowerCase()).toBe(`/prefix${path}`.toLowerCase());
  });
});
