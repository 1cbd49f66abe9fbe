// A config with a provider of each kind, and a folder in which mocks stand in their places.
import { buildExecutable } from "../support/executable.ts";
import { makeFolder } from "../support/folder.ts";
import { startProgram, type Program } from "../support/program.ts";
import { share } from "../support/share.ts";
import { askScript } from "./ask-script.ts";

export const executable = await buildExecutable();

/** Counts who asks it; nobody may. */
const startTrap = () => {
  let asked = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      asked += 1;
      return new Response("egress", { status: 500 });
    },
  });
  return { url: `http://127.0.0.1:${server.port}`, asked: () => asked, [Symbol.dispose]: () => void server.stop(true) };
};

const toConfig = (trap: { readonly url: string }): string => `
traces: { endpoint: "${trap.url}" }
ledger: { url: "postgres://u:p@db.invalid:5432/qlite" }
providers:
  - { name: openai, type: openai, api_key: "\${KEY_NOT_SET}", base_url: "${trap.url}/v1", models: [gpt-5.4, text-embedding-3-small] }
  - { name: anthropic, type: anthropic, api_key: "\${KEY_NOT_SET:-}", base_url: "http://api.invalid/v1", models: ["claude-*"] }
  - { name: google, type: google, api_key: "", base_url: "${trap.url}/v1beta", models: ["gemini-*"] }
  - { name: azure, type: azure, base_url: "http://azure.invalid", api_key: k, models: [gpt-5.6-sol], deployments: { gpt-5.6-sol: my-sol }, api_version: 2024-10-21 }
  - { name: vertex, type: vertex, project: "\${PROJECT_NOT_SET:-}", base_url: "${trap.url}/v1", models: ["claude-*@*", gemini-3-pro] }
  - { name: bedrock, type: bedrock, region: eu-west-1, models: ["eu.anthropic.*"] }
  - { name: groq, type: groq, api_key: k, models: ["openai/gpt-oss-120b"] }
routes: { smart: openai/gpt-5.4, cheap: google/gemini-3.5-flash-lite }
mock: { fallback: live }
`;
export const names = ["openai", "anthropic", "google", "azure", "vertex", "bedrock"];
const fixtures = `fixtures:
${names.map((name) => `  - { id: ${name}, match: { provider: ${name}, user: hi }, response: from ${name} }`).join("\n")}
`;

/** Makes the folder and the trap for all tests of a file; to be called while the file loads. */
export const openBed = () => {
  const trap = share(startTrap());
  const config = toConfig(trap);
  const folder = share(makeFolder({ "real.yaml": config, "mock/all.yaml": fixtures, "ask.ts": askScript }));
  const start = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Program> =>
    startProgram(["serve", "-c", "real.yaml", "--port", "0", "--mock-upstreams", "mock", ...args], {
      executable,
      cwd: folder.path,
      env,
    });
  return { trap, config, folder, start };
};
