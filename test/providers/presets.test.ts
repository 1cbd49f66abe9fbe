import { expect, test } from "bun:test";
import type { Credential } from "../../src/providers/provider.ts";
import { presets, standardPaths } from "../../src/providers/presets.ts";
import { cases, key, providerOf } from "./providers.ts";

const urls = (name: string, model: string, stream = false): readonly string[] => {
  const provider = cases.get(name)!.provider;
  return provider.dialectsOf(model).map((dialect) => provider.urlOf(dialect, model, stream));
};

test("the paths of OpenAI, Anthropic and Gemini are those of their services", () => {
  expect(urls("openai", "m")).toEqual([
    "https://api.openai.com/v1/responses",
    "https://api.openai.com/v1/chat/completions",
  ]);
  expect(urls("anthropic", "m")).toEqual(["https://api.anthropic.com/v1/messages"]);
  const gemini = "https://generativelanguage.googleapis.com/v1beta/models/gemini-3.8-flash";
  expect(urls("google", "gemini-3.8-flash")).toEqual([`${gemini}:generateContent`]);
  expect(urls("gemini", "gemini-3.8-flash", true)).toEqual([`${gemini}:streamGenerateContent?alt=sse`]);
  expect(urls("gemini", "models/gemini-3.8-flash")).toEqual([`${gemini}:generateContent`]);
});

test("Azure has the v1 path without a version, with one of words, and the deployments path with a date", () => {
  const resource = "https://r.openai.azure.com/openai";
  expect(urls("azure", "m")).toEqual([`${resource}/v1/responses`, `${resource}/v1/chat/completions`]);
  expect(urls("azure preview", "m")[0]).toBe(`${resource}/v1/responses?api-version=preview`);
  expect(urls("azure by date", "gpt-4o")).toEqual([
    `${resource}/deployments/gpt-4o/chat/completions?api-version=2024-10-21`,
    `${resource}/responses?api-version=2024-10-21`,
  ]);
  const { endpointOf } = cases.get("azure by date")!.provider;
  expect(endpointOf("/embeddings", "", "e")).toBe(`${resource}/deployments/e/embeddings?api-version=2024-10-21`);
  expect(endpointOf("/files", "?limit=1", null)).toBe(`${resource}/files?limit=1&api-version=2024-10-21`);
  expect(endpointOf("/files", "", "m")).toBe(`${resource}/files?api-version=2024-10-21`);
});

test("a model of Azure is asked for under its deployment's name, in the path and for the body", () => {
  const azure = providerOf({
    type: "azure",
    base_url: "https://r.openai.azure.com/openai",
    api_key: key,
    api_version: "2024-10-21",
    deployments: { "gpt-4o": "my-gpt" },
  });
  expect(azure.urlOf("openai-chat", "gpt-4o", false)).toContain("/deployments/my-gpt/chat/completions?");
  expect(azure.nameOf("gpt-4o")).toBe("my-gpt");
  expect(["gpt-5", "constructor", "__proto__"].map((model) => azure.nameOf(model))).toEqual([
    "gpt-5",
    "constructor",
    "__proto__",
  ]);
});

const headerOf = (credential: Credential | null) => (credential?.kind === "ours" ? credential.name : null);

test("each scheme has its header", () => {
  const headers = [...cases].map(([name, { provider }]) => [name, headerOf(provider.credential)] as const);
  expect(headers.filter(([, header]) => header !== "authorization")).toEqual([
    ["anthropic", "x-api-key"],
    ["google", "x-goog-api-key"],
    ["gemini", "x-goog-api-key"],
    ["azure", "api-key"],
    ["bedrock", null],
    ["vertex", null],
    ["azure by date", "api-key"],
    ["azure preview", "api-key"],
  ]);
  const google = cases.get("google")!.provider;
  expect(google.endpointCredential).toEqual({ kind: "ours", name: "authorization", value: `Bearer ${key}` });
  expect(google.endpointBase).toBe("https://generativelanguage.googleapis.com/v1beta/openai");
});

test("a provider without a key, or with the client's own, sends none of ours", () => {
  expect(providerOf({ type: "ollama" }).credential).toBeNull();
  const theirs = providerOf({ type: "openai", forward_client_key: true });
  const passing = { kind: "theirs", scheme: "bearer" } as const;
  expect([theirs.credential, theirs.endpointCredential]).toEqual([passing, passing]);
  expect([theirs.passes("openai-project"), theirs.passes("authorization")]).toEqual([true, false]);
});

test("who speaks what beside chat completions", () => {
  const spoken = Object.entries(presets).map(([type, { paths }]) => [type, Object.keys(paths).join(" ")]);
  expect(Object.fromEntries(spoken)).toMatchObject({
    openai: "openai-responses openai-chat",
    azure: "openai-responses openai-chat",
    xai: "openai-responses openai-chat",
    groq: "openai-chat openai-responses",
    huggingface: "openai-chat openai-responses",
    deepseek: "openai-chat anthropic",
    openrouter: "openai-chat openai-responses anthropic",
    fireworks: "openai-chat openai-responses anthropic",
    ollama: "openai-chat openai-responses anthropic",
    vllm: "openai-chat openai-responses anthropic",
    lmstudio: "openai-chat openai-responses anthropic",
    llamacpp: "openai-chat openai-responses anthropic",
    litellm: "openai-chat openai-responses anthropic",
    mistral: "openai-chat",
    together: "openai-chat",
    cohere: "openai-chat",
    mock: Object.keys(standardPaths).join(" "),
  });
  expect(urls("deepseek", "m")[1]).toBe("https://api.deepseek.com/anthropic/v1/messages");
});

test("an openai that lies elsewhere is translated to in chat completions and passes a call to responses on", () => {
  const elsewhere = cases.get("openai elsewhere")!.provider;
  expect(elsewhere.dialectsOf("m")).toEqual(["openai-chat", "openai-responses"]);
  expect(elsewhere.targetsOf("m")).toEqual(["openai-chat"]);
  const regional = providerOf({ type: "openai", base_url: "https://eu.api.openai.com/v1", api_key: key });
  expect(regional.dialectsOf("m")).toEqual(["openai-responses", "openai-chat"]);
  const other = providerOf({ type: "openai", base_url: "https://api.openai.com.evil.example/v1", api_key: key });
  expect(other.dialectsOf("m")[0]).toBe("openai-chat");
});

test.each([
  ["gpt-5-pro", "openai-responses"],
  ["gpt-5.2-pro-2025-12-11", "openai-responses"],
  ["gpt-5.5-pro", "openai-responses"],
  ["o3-pro", "openai-responses"],
  ["o4-mini-deep-research", "openai-responses"],
  ["gpt-5-codex", "openai-responses"],
  ["gpt-5.1-codex-max", "openai-responses"],
  ["gpt-5.3-codex", "openai-responses"],
  ["codex-mini-latest", "openai-responses"],
  ["computer-use-preview", "openai-responses"],
  ["gpt-daybreak-blue-latest", "openai-responses"],
  ["gpt-6-cyber", "openai-responses"],
  ["gpt-6-rosalind", "openai-responses"],
  ["gpt-rosalind-research", "openai-responses"],
  ["gpt-audio-mini", "openai-chat"],
  ["gpt-4o-audio-preview", "openai-chat"],
  ["gpt-4o-mini-audio-preview-2024-12-17", "openai-chat"],
  ["gpt-4o-search-preview", "openai-chat"],
  ["gpt-4o-mini-search-preview", "openai-chat"],
] as const)("%s is asked in %s alone, by OpenAI and Azure", (model, dialect) => {
  for (const name of ["openai", "azure", "azure by date"]) {
    const { provider } = cases.get(name)!;
    expect([name, provider.dialectsOf(model), provider.targetsOf(model)]).toEqual([name, [dialect], [dialect]]);
    expect(provider.endpointDialects.toSorted()).toEqual(["openai-chat", "openai-responses"]);
  }
  expect(cases.get("openai elsewhere")!.provider.dialectsOf(model)).toEqual(["openai-chat", "openai-responses"]);
  const told = providerOf({ type: "openai", api_key: key, dialects: ["openai-chat", "openai-responses"] });
  expect(told.targetsOf(model)).toEqual(["openai-chat", "openai-responses"]);
});

test("the config's dialects stand in for the type's, and Anthropic's version goes with its dialect", () => {
  const all = cases.get("openai with all dialects")!.provider;
  expect(all.targetsOf("m")).toEqual(["anthropic", "gemini", "openai-responses", "openai-chat"]);
  expect(all.urlOf("anthropic", "m", false)).toBe("http://h:1/v1/messages");
  expect(all.headers).toEqual({ "anthropic-version": "2023-06-01" });
  expect(cases.get("anthropic")!.provider.headers).toEqual({ "anthropic-version": "2023-06-01" });
  expect(cases.get("openai")!.provider.headers).toEqual({});
});

test("every dialect a translation may go into has a path", () => {
  for (const [type, { paths, alsoTargets }] of Object.entries(presets)) {
    const names = Object.keys(paths);
    expect([type, alsoTargets.filter((name) => !names.includes(name))]).toEqual([type, []]);
    expect([type, Object.values(paths).every((path) => path.startsWith("/"))]).toEqual([type, true]);
  }
});
