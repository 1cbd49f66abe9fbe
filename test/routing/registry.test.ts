import { describe, expect, test } from "bun:test";
import { plainTraits } from "../../src/dialects/dialect.ts";
import { innerTransport } from "../../src/providers/transport.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { createRegistry } from "../../src/routing/registry.ts";
import { createHeaderRule } from "../../src/wire/headers.ts";

const providerOf = (name: string, ...models: readonly string[]): Provider => ({
  ...innerTransport(() => new Response()),
  name,
  type: "openai",
  priceType: "openai",
  drains: false,
  models,
  baseUrl: "http://mock.invalid/v1",
  endpointBase: "http://mock.invalid/v1",
  passes: createHeaderRule([], false),
  dialectsOf: () => ["openai-chat"],
  targetsOf: () => ["openai-chat"],
  endpointDialects: ["openai-chat"],
  countUrlOf: () => "",
  authorize: null,
  rewrite: null,
  urlOf: () => "",
  endpointOf: () => "",
  embeddingOf: () => null,
  nameOf: (model) => model,
  traitsOf: () => plainTraits,
  headers: {},
  credential: null,
  endpointCredential: null,
  timeouts: { connectTimeoutMs: null, headTimeoutMs: null, idleTimeoutMs: null, totalTimeoutMs: null },
  silence: false,
});

const registry = createRegistry(
  [
    providerOf("openai", "gpt-5.4", "gpt-5.4-mini", "gpt-*"),
    providerOf("router", "meta/llama-4", "openai/gpt-5.4-pro", "gpt-5.4-*", "a.c", "*"),
    providerOf("late", "gpt-5.4-nano", "*", "x*y*z", "(?:.*)+$"),
  ],
  [
    { name: "smart", provider: "router", model: "meta/llama-4" },
    { name: "gpt-5.4-mini", provider: "late", model: "gpt-5.4-nano" },
    { name: "router/renamed", provider: "openai", model: "gpt-5.4" },
    { name: "lost", provider: "switched-off", model: "m" },
  ],
);

describe("the registry leads", () => {
  test.each([
    // routes first, even over a listed model and over provider/model
    ["smart", "router", "meta/llama-4"],
    ["gpt-5.4-mini", "late", "gpt-5.4-nano"],
    ["router/renamed", "openai", "gpt-5.4"],
    // then listed models, also those that look like provider/model
    ["gpt-5.4", "openai", "gpt-5.4"],
    ["gpt-5.4-nano", "late", "gpt-5.4-nano"],
    ["meta/llama-4", "router", "meta/llama-4"],
    ["openai/gpt-5.4-pro", "router", "openai/gpt-5.4-pro"],
    // then provider/model, by a listed name or by a glob of that provider
    ["openai/gpt-5.4", "openai", "gpt-5.4"],
    ["openai/gpt-5.4-mini", "openai", "gpt-5.4-mini"],
    ["openai/gpt-99", "openai", "gpt-99"],
    ["router/meta/llama-4", "router", "meta/llama-4"],
    ["late/anything/at/all", "late", "anything/at/all"],
    // then globs, the longest first and the order of the config between equals
    ["gpt-5.4-turbo", "router", "gpt-5.4-turbo"],
    ["gpt-4o", "openai", "gpt-4o"],
    ["x1y2z", "late", "x1y2z"],
    ["claude", "router", "claude"],
    ["lost", "router", "lost"],
    ["openai/claude", "router", "openai/claude"],
    ["openai/", "router", "openai/"],
    ["/gpt-5.4", "router", "/gpt-5.4"],
    ["a\nb", "router", "a\nb"],
  ])("%j to %s as %j", (name, provider, model) => {
    const target = registry.find(name);
    expect([target?.provider.name, target?.model]).toEqual([provider, model]);
  });

  test.each(["claude", "gpt-5", "GPT-5.4", "xgpt-5.4", "openai/claude", "none/gpt-5.4", "", "a*", "abc", "__proto__"])(
    "%j nowhere when nothing takes every name",
    (name) => {
      const narrow = createRegistry([providerOf("openai", "gpt-5.4", "gpt-5.*x", "a.c")], []);
      expect(narrow.find(name)).toBeNull();
    },
  );

  test("a glob's other signs mean themselves", () => {
    const narrow = createRegistry([providerOf("p", "a.c*", "(b)+*", "[x]*", "\\d*", "$^*|*")], []);
    const taken = ["a.c", "a.cd", "(b)+1", "[x]", "\\d9", "$^1|2"].filter((name) => narrow.find(name) !== null);
    const refused = ["abc", "bb", "x", "7", ""].filter((name) => narrow.find(name) === null);
    expect([taken.length, refused.length]).toEqual([6, 5]);
  });

  test("the two ends of a glob do not overlap in a name", () => {
    const narrow = createRegistry([providerOf("p", "ab*ba", "*x*x")], []);
    expect(["aba", "ab", "ba", "x"].filter((name) => narrow.find(name) !== null)).toEqual([]);
    expect(["abba", "ab-ba", "xx"].filter((name) => narrow.find(name) === null)).toEqual([]);
  });

  test("nowhere without providers", () => {
    const empty = createRegistry([], []);
    expect([empty.find("m"), empty.first, empty.provider("p"), empty.suggest("m")]).toEqual([null, null, null, null]);
    expect(empty.list()).toEqual([]);
  });
});

test("a provider is found by its name, and the first one is the config's first", () => {
  expect(registry.provider("router")?.name).toBe("router");
  expect(registry.provider("Router")).toBeNull();
  expect(registry.provider("__proto__")).toBeNull();
  expect(registry.first?.name).toBe("openai");
});

test.each([
  ["gpt-5.5", "gpt-5.4"],
  ["smrat", "smart"],
  ["llama-4", null],
  ["meta/lama-4", "meta/llama-4"],
  ["nothing like it", null],
  ["", null],
])("for %j the registry suggests %j", (name, suggestion) => {
  expect(registry.suggest(name)).toBe(suggestion);
});

test("the list has every model with a name of its own once, routes first, and no glob", () => {
  expect(registry.list()).toEqual([
    { name: "smart", provider: "router" },
    { name: "gpt-5.4-mini", provider: "late" },
    { name: "router/renamed", provider: "openai" },
    { name: "gpt-5.4", provider: "openai" },
    { name: "meta/llama-4", provider: "router" },
    { name: "openai/gpt-5.4-pro", provider: "router" },
    { name: "a.c", provider: "router" },
    { name: "gpt-5.4-nano", provider: "late" },
  ]);
});

test("a name of a megabyte is looked up and refused at once", () => {
  const narrow = createRegistry([providerOf("p", "gpt-5.4", "a*b*c", "*z")], []);
  const startedAt = performance.now();
  expect(narrow.find("a".repeat(1_000_000))).toBeNull();
  expect(narrow.suggest("a".repeat(1_000_000))).toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(200);
});

test("a name made to be tried in many ways costs next to nothing", () => {
  const narrow = createRegistry([providerOf("p", "a*b*c", "*ab*ba*c")], []);
  const startedAt = performance.now();
  expect(narrow.find("ab".repeat(1000))).toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(100);
});

test("requests that name no model go past a provider that only answers calls, if there is another", () => {
  const callsOnly = { ...providerOf("calls-only", "a"), endpointDialects: [] };
  const whole = providerOf("whole", "b");
  const mixed = createRegistry([callsOnly, whole], []);
  expect([mixed.first?.name, mixed.firstOf("openai-chat")?.name, mixed.firstOf("gemini")]).toEqual([
    "whole",
    "whole",
    null,
  ]);
  expect(createRegistry([callsOnly], []).first?.name).toBe("calls-only");
});
