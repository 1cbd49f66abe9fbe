// A conversation whose thinking a real service sealed, recorded and replayed.
import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "bun:test";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../src/config/load.ts";
import { startMock } from "../../src/mock-server.ts";
import type { Mode } from "../../src/mock/tape.ts";

const usage = {
  input_tokens: 1,
  output_tokens: 1,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};
const thinking = {
  type: "thinking",
  thinking: "Hm.",
  signature: "EqQBCkgIBBABGAIiQL8Yc2VhbGVk",
} as const;
const call = { type: "tool_use", id: "toolu_1", name: "f", input: {} } as const;

/** Thinks and calls a tool; answers the tool's result. */
const serveService = () =>
  Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const isSecond = (await request.text()).includes("tool_result");
      const content = isSecond ? [{ type: "text", text: "Done." }] : [thinking, call];
      const stop_reason = isSecond ? "end_turn" : "tool_use";
      const head = { id: "msg_1", type: "message", role: "assistant", model: "claude-x" };
      return Response.json({ ...head, content, stop_reason, stop_sequence: null, usage });
    },
  });

const talk = async (url: string, system = "calm", more: object = {}): Promise<string> => {
  const anthropic = new Anthropic({ baseURL: url, apiKey: "sk-any", maxRetries: 0 });
  const tools = [{ name: "f", input_schema: { type: "object" as const } }];
  const asked = { model: "claude-x", max_tokens: 2000, tools, ...more };
  const go = { role: "user" as const, content: "go" };
  const first = await anthropic.messages.create({ ...asked, messages: [go] });
  const result = { type: "tool_result" as const, tool_use_id: "toolu_1", content: "ok" };
  const second = await anthropic.messages.create({
    ...asked,
    system,
    messages: [go, { role: "assistant", content: first.content }, { role: "user", content: [result] }],
  });
  const [block] = second.content;
  return block?.type === "text" ? block.text : "";
};

test("thinking that a service sealed is recorded and replayed over turns, and a miss among them is one", async () => {
  const service = serveService();
  const folder = await mkdtemp(join(tmpdir(), "qlite-thinking-"));
  const text = `providers:
  - { name: anthropic, type: anthropic, api_key: sk-ant-test-key, base_url: "http://127.0.0.1:${service.port}", models: ["*"] }
mock: { cassettes: ${JSON.stringify(folder)} }
`;
  const loaded = parseConfig(text, "qlite.yaml", {});
  if (loaded.kind !== "ok" || loaded.config.mock === null) throw new Error("the config is faulty");
  const { config } = loaded;
  const written = loaded.config.mock;
  const run = async (mode: Mode, system?: string) => {
    const settings = { ...written, mode };
    const plan = { settings, gateway: config, isCi: false, allowRecord: false, folder };
    const mock = await startMock(plan, {
      hostname: "127.0.0.1",
      port: 0,
      watch: false,
      errorAfter: null,
    });
    try {
      const said = await talk(mock.url, system, { top_k_of_another_service: 1 }).catch(String);
      return { said, verdict: await mock.finish() };
    } finally {
      await mock.close();
    }
  };
  const recorded = await run("new");
  await service.stop(true);
  expect(recorded.said).toBe("Done.");
  expect(recorded.verdict.outcomes.recorded).toBe(2);
  const replayed = await run("replay");
  expect(replayed.said).toBe("Done.");
  expect(replayed.verdict.outcomes.replayed).toBe(2);
  const missed = await run("replay", "another prompt");
  expect(missed.said).toContain("mock_no_match");
  expect(missed.verdict.unmatched).toHaveLength(1);
});
