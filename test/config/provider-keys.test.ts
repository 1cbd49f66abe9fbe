import { expect, test } from "bun:test";
import { configFromEnv } from "../../src/config/from-env.ts";
import { providerTypes } from "../../src/config/provider-types.ts";
import { faultsOf, good } from "./parse.ts";

const one = (lines: string) => `providers:\n  - name: a\n    models: [m]\n    ${lines.replaceAll("; ", "\n    ")}\n`;
const only = (lines: string) => good(one(lines)).providers[0];
const azure = "type: azure; api_key: k; base_url: https://r.openai.azure.com";

const isHosted = ([, { baseUrl }]: readonly [string, { readonly baseUrl: string | null }]): boolean => baseUrl !== null;

test.each(Object.entries(providerTypes).filter(isHosted))("type: %s and a key are enough", (type, defaults) => {
  const { baseUrl } = defaults;
  expect(only(`type: ${type}; api_key: k`)).toMatchObject({
    type,
    baseUrl,
    apiKey: "k",
    enabled: true,
    dialects: null,
  });
  expect(faultsOf(one(`type: ${type}`)).join()).toContain("needs an api_key");
});

test.each([
  ["ollama", "http://localhost:11434/v1"],
  ["vllm", "http://localhost:8000/v1"],
  ["lmstudio", "http://localhost:1234/v1"],
  ["llamacpp", "http://localhost:8080/v1"],
  ["litellm", "http://localhost:4000/v1"],
])("type: %s needs no key and lies at %s", (type, baseUrl) => {
  expect(only(`type: ${type}`)).toMatchObject({ baseUrl, apiKey: null, enabled: true });
  expect(only(`type: ${type}; api_key: k`)).toMatchObject({ baseUrl, apiKey: "k" });
  expect(only(`type: ${type}; base_url: http://gpu:1/v1`)).toMatchObject({ baseUrl: "http://gpu:1/v1" });
});

test("dialects are taken over in their order, for a server of one's own and for a mock", () => {
  const list = "dialects: [anthropic, openai-chat]";
  expect(only(`type: openai; base_url: http://h/v1; ${list}`)?.dialects).toEqual(["anthropic", "openai-chat"]);
  expect(only(`type: mock; ${list}`)?.dialects).toEqual(["anthropic", "openai-chat"]);
});

test.each([
  ["type: openai; api_key: k; dialects: []", "6:15 providers[0].dialects: must have at least one entry"],
  ["type: openai; api_key: k; dialects: [gemini, gemini]", "providers[0].dialects: names a dialect twice; remove one"],
  ["type: openai; api_key: k; dialects: [openai]", "must be one of openai-chat, openai-responses, anthropic, gemini"],
  [
    "type: google; api_key: k; dialects: [openai-chat]",
    "6:5 providers[0].dialects: a provider of type google speaks gemini; remove it, or use type openai with a base_url",
  ],
  [
    "type: anthropic; api_key: k; dialects: [anthropic]",
    "6:5 providers[0].dialects: a provider of type anthropic speaks anthropic; remove it, or use type openai",
  ],
  [
    "type: groq; api_key: k; api_version: 2024-10-21",
    "6:5 providers[0].api_version: is only for a provider of type azure; remove it",
  ],
  [
    "type: openai; api_key: k; deployments: { m: d }",
    "6:5 providers[0].deployments: is only for a provider of type azure; remove it",
  ],
  [
    "type: azure; api_key: k",
    "providers[0]: needs a base_url: the address of your Azure OpenAI resource, such as https:",
  ],
  ["type: azure; base_url: https://r.openai.azure.com", 'write api_key: "${AZURE_OPENAI_API_KEY}"'],
  [`${azure}; api_version: yesterday`, "providers[0].api_version: must be a date such as 2024-10-21 or"],
  [`${azure}; deployments: { m: ../up }`, "providers[0].deployments.m: must be the name of a deployment: letters"],
  [`${azure}; deployments: { n: d }`, "providers[0].deployments.n: is the deployment of a model that is not in models"],
])("%s is refused: %s", (lines, fault) => {
  const faults = faultsOf(one(lines));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(fault);
});

test("every key that does not fit a type is named, and both that an Azure lacks", () => {
  expect(faultsOf(one("type: groq; api_key: k; api_version: v1; deployments: { m: d }"))).toHaveLength(2);
  expect(faultsOf(one("type: azure"))).toHaveLength(2);
});

test("an Azure resource may be written with the path of its API", () => {
  for (const path of ["", "/", "/openai", "/openai/", "/openai/v1", "/openai/v1/"]) {
    expect(only(`type: azure; api_key: k; base_url: https://r.openai.azure.com${path}`)).toMatchObject({
      baseUrl: "https://r.openai.azure.com",
      azure: { apiVersion: null, deployments: {} },
    });
  }
  expect(only(`${azure}; api_version: 2024-10-21; deployments: { m: my-gpt }`)?.azure).toEqual({
    apiVersion: "2024-10-21",
    deployments: { m: "my-gpt" },
  });
});

test("a deployment may be named for a model that a glob serves, and an empty key switches an Azure off", () => {
  const text = `providers:\n  - { name: a, type: azure, base_url: "https://h", api_key: "", models: ["gpt-*"], deployments: { gpt-5: d } }`;
  expect(good(text).providers[0]).toMatchObject({ enabled: false, azure: { deployments: { "gpt-5": "d" } } });
});

test.each([
  ["PERPLEXITY_API_KEY", "perplexity"],
  ["COHERE_API_KEY", "cohere"],
  ["NVIDIA_API_KEY", "nvidia"],
  ["HF_TOKEN", "huggingface"],
  ["HUGGINGFACE_API_KEY", "huggingface"],
])("%s in the environment is the provider %s", (variable, type) => {
  const found = configFromEnv({ [variable]: "k" }).providers;
  expect(found.map(({ name, apiKey }) => [name, apiKey])).toEqual([[type, "k"]]);
});

test("no server of one's own and no Azure is found in the environment, whatever is set", () => {
  const variables = ["OLLAMA_API_KEY", "VLLM_API_KEY", "LITELLM_API_KEY", "AZURE_OPENAI_API_KEY", "LM_API_TOKEN"];
  expect(configFromEnv(Object.fromEntries(variables.map((name) => [name, "k"]))).providers).toEqual([]);
});
