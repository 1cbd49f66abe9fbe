import { expect, test } from "bun:test";
import { Glob } from "bun";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { mockSchema } from "../../src/config/mock-schema.ts";
import { parseConfig } from "../../src/config/load.ts";
import { good } from "./parse.ts";

const read = (path: string) => Bun.file(new URL(`../../${path}`, import.meta.url)).text();
const keys = { OPENAI_API_KEY: "o", ANTHROPIC_API_KEY: "a", GEMINI_API_KEY: "g" };

test("config/config.yaml parses without any key and has everything switched off", async () => {
  const config = good(await read("config/config.yaml"));
  expect(config.providers.map(({ name, enabled }) => [name, enabled])).toEqual([
    ["openai", false],
    ["anthropic", false],
    ["google", false],
  ]);
});

test("config/config.yaml with keys has everything switched on, at the defaults it documents", async () => {
  const config = good(await read("config/config.yaml"), keys);
  expect(config.providers.map(({ enabled, apiKey }) => [enabled, apiKey])).toEqual([
    [true, "o"],
    [true, "a"],
    [true, "g"],
  ]);
  const bare = good("providers: [{ name: a, type: mock, models: [m] }]");
  expect({ ...config, providers: [] }).toEqual({ ...bare, providers: [] });
});

test("every example that config/config.yaml holds as a comment parses, too", async () => {
  const text = await read("config/config.yaml");
  const [head = "", ...rest] = text.split("\nserver:\n");
  const examples = rest
    .join("\nserver:\n")
    .replaceAll(/^( *)# (?=- name|  (?:- )?\w+:|    \w+:|  # |(?:routes|prices|traces|ledger|mock):|cors: \{)/gm, "$1");
  const config = good(`${head}\nserver:\n${examples.replace("\n  cors: off\n", "\n")}`, keys);
  expect(config.providers.map(({ name }) => name)).toEqual([
    "openai",
    "anthropic",
    "google",
    "groq",
    "mistral",
    "deepseek",
    "xai",
    "perplexity",
    "azure",
    "bedrock",
    "vertex",
    "local",
    "other",
    "theirs",
    "mock",
  ]);
  expect(config.routes.map(({ name }) => name)).toEqual(["smart", "fast"]);
  expect(config.server.cors).not.toBeNull();
  const block: object = Object(Bun.YAML.parse(examples.slice(examples.indexOf("\nmock:\n")))).mock;
  expect(Object.keys(block).toSorted()).toEqual(Object.keys(mockSchema.def.shape).toSorted());
});

test("the models of config/config.yaml stand in the types of the official packages", async () => {
  const types = await Promise.all([
    read("node_modules/openai/resources/shared.d.ts"),
    read("node_modules/openai/resources/embeddings.d.ts"),
    read("node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts"),
    read("node_modules/@google/genai/dist/genai.d.ts"),
  ]);
  const known = types.join("\n");
  const { providers } = good(await read("config/config.yaml"), keys);
  const unknown = providers
    .flatMap(({ models }) => models)
    .filter((name) => !new RegExp(`['"]${name}['"]`).test(known));
  expect(unknown).toEqual([]);
});

test("config/config.mock.yaml needs no environment and leads everything to the mock on port 9999", async () => {
  const config = good(await read("config/config.mock.yaml"));
  expect(config.server.port).toBe(8080);
  expect(config.providers.map(({ type, baseUrl, apiKey }) => [type, baseUrl, apiKey])).toEqual([
    ["openai", "http://localhost:9999/v1", "mock"],
    ["anthropic", "http://localhost:9999/v1", "mock"],
    ["google", "http://localhost:9999/v1beta", "mock"],
  ]);
});

test("every file in config/ that is a config points editors at the JSON Schema", async () => {
  const folder = new URL("../../config/", import.meta.url).pathname;
  for await (const name of new Glob("config*.yaml").scan(folder)) {
    const text = await read(`config/${name}`);
    expect([name, text.split("\n")[0]]).toEqual([name, "# yaml-language-server: $schema=./qlite.schema.json"]);
    expect([name, parseConfig(text, name, {}).kind]).toEqual([name, "ok"]);
  }
});

test("config/qlite.schema.json is what the schema gives; if not, run: npm run schema", async () => {
  expect(JSON.parse(await read("config/qlite.schema.json"))).toEqual(configJsonSchema());
});

test("every key in the JSON Schema has a description", () => {
  const missing: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      walk(value, `${path}.${key}`);
      if (key !== "properties") continue;
      for (const [name, property] of Object.entries(Object(value))) {
        if (Reflect.get(Object(property), "description") === undefined) missing.push(`${path}.${name}`);
      }
    }
  };
  walk(configJsonSchema(), "");
  expect(missing).toEqual([]);
});
