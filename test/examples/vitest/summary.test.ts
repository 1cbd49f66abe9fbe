import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { connectMock } from "qlite/testing";
import { expect, test } from "vitest";
import { summarize } from "./summary.ts";

const mock = await connectMock();

test("sums up what a proxy is", async () => {
  using scope = mock.scope("summary");
  const clients = { openai: new OpenAI(scope.client()), anthropic: new Anthropic(scope.anthropic()) };

  expect(await summarize(clients, "What is a proxy?")).toBe("A proxy stands between two others.");

  scope.last().expect({ endpoint: "responses", system: "one sentence" });
});

test("asks Claude when OpenAI is down", async () => {
  using scope = mock.scope("fallback");
  scope.on({ endpoint: "responses" }).fail({ status: 503, shouldRetry: false });
  const clients = { openai: new OpenAI(scope.client()), anthropic: new Anthropic(scope.anthropic()) };

  expect(await summarize(clients, "What is a proxy?")).toBe("A proxy stands between two others.");

  expect(scope.requests().map(({ endpoint }) => endpoint)).toEqual(["responses", "messages"]);
});

test("clients that are told nothing find the mock by the environment", async () => {
  const clients = { openai: new OpenAI(), anthropic: new Anthropic() };
  expect(await summarize(clients, "a proxy")).toBe("A proxy stands between two others.");
});
