import { expect, test } from "bun:test";
import { toChildEnv } from "../../src/cli/child-env.ts";

const url = "http://127.0.0.1:4567";
const envOf = (env: Readonly<Record<string, string>>, extra: readonly string[] = [], key?: string | null) =>
  toChildEnv(env, { url, extra, ...(key !== undefined && { key }) });

test("every official client is led to the mock, whatever led it elsewhere", () => {
  expect(envOf({ OPENAI_BASE_URL: "https://api.openai.com/v1", ANTHROPIC_BASE_URL: "https://x" })).toMatchObject({
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_BASE: `${url}/v1`,
    ANTHROPIC_BASE_URL: url,
    GOOGLE_GEMINI_BASE_URL: url,
    QLITE_MOCK_URL: url,
  });
});

test("a key is set where there is none or an empty one, and left where there is one", () => {
  expect(envOf({ OPENAI_API_KEY: "mine", ANTHROPIC_API_KEY: "" })).toMatchObject({
    OPENAI_API_KEY: "mine",
    ANTHROPIC_API_KEY: "sk-qlite-default",
    GEMINI_API_KEY: "sk-qlite-default",
  });
  expect(envOf({ OPENAI_API_KEY: "mine" }, [], "sk-taken")).toMatchObject({
    OPENAI_API_KEY: "mine",
    GEMINI_API_KEY: "sk-taken",
  });
});

test("no key is set for a command that has to find one of its own", () => {
  const env = envOf({ ANTHROPIC_API_KEY: "mine" }, [], null);
  expect([env["OPENAI_API_KEY"], env["ANTHROPIC_API_KEY"]]).toEqual([undefined, "mine"]);
});

test("a forward proxy is kept off loopback, beside what it was kept off before", () => {
  expect(envOf({})).toMatchObject({ NO_PROXY: "127.0.0.1,localhost", no_proxy: "127.0.0.1,localhost" });
  expect(envOf({ NO_PROXY: "a.example,localhost" })).toMatchObject({
    NO_PROXY: "a.example,localhost,127.0.0.1",
    no_proxy: "a.example,localhost,127.0.0.1",
  });
});

test("further variables come last, with {url} and {port} filled in wherever they stand", () => {
  expect(envOf({ A: "old" }, ["A={url}/{port}/{url}", "B=x=y=", "QLITE_MOCK_URL="])).toMatchObject({
    A: `${url}/4567/${url}`,
    B: "x=y=",
    QLITE_MOCK_URL: "",
  });
});

test("the rest stays as it is", () => {
  const rest = { BUN_CONFIG_MAX_HTTP_REQUESTS: "300", PATH: "/bin", CI: "true" };
  expect(envOf(rest)).toMatchObject(rest);
});
