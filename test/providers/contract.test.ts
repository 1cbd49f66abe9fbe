import { describe, expect, test } from "bun:test";
import * as fc from "fast-check";
import { ProxyError } from "../../src/errors.ts";
import { cases, key } from "./providers.ts";

const hostile = [
  "gpt-5.4",
  "openai/gpt-oss-120b:groq",
  "accounts/fireworks/models/kimi-k2p6",
  "..",
  ".",
  "../..",
  "../../admin",
  "a/../../b",
  "%2e%2e",
  "%2e%2e%2fadmin",
  "..%2f..",
  "..\\..",
  "\\\\evil.example\\x",
  "//evil.example",
  "https://evil.example/",
  "@evil.example",
  "m?key=1",
  "m?alt=json&x=",
  "m#fragment",
  "m:generateContent?",
  "m;v=1",
  "{model}",
  "{method}",
  "$&",
  "$1",
  "models/gemini-3.8-flash",
  "models/..",
  " ",
  "a b",
  "\n",
  "\0",
  "\ud800",
  "ü/模型",
  "",
];

/** The URL, or null where the model's name is refused. */
const tryUrl = (make: () => string): string | null => {
  try {
    return make();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ProxyError);
    expect(thrown).toMatchObject({ code: "invalid_request" });
    return null;
  }
};

const queries = new Set(["", "?alt=sse", "?api-version=2024-10-21", "?api-version=preview"]);

const checkUrl = (url: string, base: string): void => {
  const { origin, pathname } = new URL(base);
  const parsed = new URL(url);
  expect(parsed.origin).toBe(origin);
  expect(parsed.pathname.startsWith(`${pathname.replace(/\/$/, "")}/`)).toBe(true);
  expect(parsed.hash).toBe("");
  expect(parsed.username + parsed.password).toBe("");
  expect(queries).toContain(parsed.search);
  // What is sent is what was written: nothing in it was resolved away.
  expect(parsed.href).toBe(url);
  // However often somebody behind decodes it, no segment leads up.
  const segments = decodeURIComponent(decodeURIComponent(parsed.pathname).replaceAll("%", "%25")).split(/[/\\]/);
  expect(segments).not.toContain("..");
};

describe.each([...cases])("%s", (_, { base, provider }) => {
  const allDialects = [...new Set(["m", "claude-opus-5"].flatMap((model) => provider.dialectsOf(model)))];

  test("speaks at least one dialect, each once, and translates into the first of them", () => {
    for (const model of ["gpt-5.4", "claude-opus-5", ...hostile]) {
      const dialects = provider.dialectsOf(model);
      const targets = provider.targetsOf(model);
      expect(dialects.length).toBeGreaterThan(0);
      expect(new Set(dialects).size).toBe(dialects.length);
      expect(targets[0]).toBe(dialects[0]);
      expect(dialects).toEqual(expect.arrayContaining([...targets]));
      // Asked for with every request: nothing is made anew.
      expect(provider.dialectsOf(model)).toBe(dialects);
      expect(provider.targetsOf(model)).toBe(targets);
    }
  });

  test("has a URL below its base URL for each dialect, whatever the model is called", () => {
    for (const dialect of allDialects) {
      for (const stream of [false, true]) {
        expect(tryUrl(() => provider.urlOf(dialect, "gpt-5.4", stream))).not.toBeNull();
        for (const model of hostile) {
          const url = tryUrl(() => provider.urlOf(dialect, model, stream));
          if (url !== null) checkUrl(url, base);
        }
      }
    }
  });

  test("stays below its base URL for any name at all", () => {
    const part = fc.constantFrom("..", ".", "/", "\\", "%2e", "%2F", "%5c", "?", "#", ":", "a", "%", "@", "\ud800");
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(part).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(name, fc.boolean(), fc.constantFrom(...allDialects), (model, stream, dialect) => {
        const url = tryUrl(() => provider.urlOf(dialect, model, stream));
        if (url !== null) checkUrl(url, base);
      }),
    );
  });

  test("has a URL for an endpoint that is no dialect's, with the client's query kept", () => {
    if (provider.endpointDialects.length === 0) {
      expect(() => provider.endpointOf("/files", "", null)).toThrow("has no other endpoints");
      return;
    }
    for (const model of [null, "text-embedding-3-small", ...hostile]) {
      const url = tryUrl(() => provider.endpointOf("/embeddings", "", model));
      if (url !== null) checkUrl(url, base);
    }
    const listed = new URL(provider.endpointOf("/files", "?limit=2", null));
    expect(listed.searchParams.get("limit")).toBe("2");
    expect(listed.href.startsWith(`${provider.endpointBase}/files?`)).toBe(true);
    expect(provider.endpointBase.endsWith("/")).toBe(false);
  });

  test("sends its key in one header and never in a URL", () => {
    for (const credential of [provider.credential, provider.endpointCredential]) {
      // Where requests are authorized one by one, there is no key that goes with all of them.
      if (credential === null) expect(provider.authorize).not.toBeNull();
      if (credential?.kind !== "ours") continue;
      expect(["authorization", "x-api-key", "x-goog-api-key", "api-key"]).toContain(credential.name);
      expect(credential.value).toBe(credential.name === "authorization" ? `Bearer ${key}` : key);
    }
    const urls = allDialects.map((dialect) => provider.urlOf(dialect, "m", true));
    expect([...urls, provider.endpointBase].join()).not.toContain(key);
    expect(JSON.stringify(provider.headers)).not.toContain(key);
  });

  test("has headers in lower case and traits for every model, the same each time it is asked", () => {
    expect(Object.keys(provider.headers).filter((name) => name !== name.toLowerCase())).toEqual([]);
    for (const model of hostile) {
      expect(provider.traitsOf(model)).toBe(provider.traitsOf(model));
      expect(provider.traitsOf(model).defaultMaxOutputTokens).toBeGreaterThan(0);
    }
  });
});
