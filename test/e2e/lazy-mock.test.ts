// What a gateway without a mock loads of the mock.
import { expect, test } from "bun:test";
import { join } from "node:path";

/** Starts a gateway without a mock in a process of its own, asks it once, and names what is loaded of the mock. */
const lazyScript = `
const src = ${JSON.stringify(join(import.meta.dir, "../../src"))};
await import(src + "/cli/program.ts");
await import(src + "/cli/serve.ts");
const { startApp } = await import(src + "/app.ts");
const { parseConfig } = await import(src + "/config/load.ts");
const { createLog } = await import(src + "/log.ts");
const provider = { name: "o", type: "openai", api_key: "k", base_url: "http://127.0.0.1:1/v1", models: ["*"] };
const { config } = parseConfig(JSON.stringify({ server: { port: 0 }, providers: [provider] }), "", {});
const app = startApp(config, { log: createLog({ level: "off", format: "json", sink: (_, taken) => taken(), now: Date.now }) });
await (await fetch(app.url + "/v1/chat/completions", { method: "POST", body: '{"model":"m","messages":[]}' })).text();
const loaded = Object.keys(require.cache).flatMap((path) => (path.startsWith(src + "/") ? [path.slice(src.length + 1)] : []));
console.log(JSON.stringify([loaded.length > 100, loaded.filter((path) => /^(mock|cassette|testing)\\/|mock-server|cli\\/(exec|mock|mock-upstreams|mock-vertex)\\.ts$/.test(path)).toSorted()]));
process.exit(0);
`;

test("a gateway without a mock loads of it what the schema of its config and the built-in mock need", async () => {
  const child = Bun.spawn([process.execPath, "-e", lazyScript], { stdout: "pipe", stderr: "inherit" });
  const seen: unknown = JSON.parse(await new Response(child.stdout).text());
  expect(seen).toEqual([
    true,
    [
      "mock/clocks/real-clock.ts",
      "mock/faults/shape-schema.ts",
      "mock/faults/waits.ts",
      "mock/fixtures/regex/regex-facts.ts",
      "mock/fixtures/regex/regex-overlap.ts",
      "mock/fixtures/regex/regex-tree.ts",
      "mock/fixtures/regex/regex.ts",
      "mock/settings.ts",
      "mock/shape.ts",
      "mock/tape.ts",
    ],
  ]);
});
