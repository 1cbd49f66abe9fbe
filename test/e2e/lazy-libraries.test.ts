import { expect, test } from "bun:test";
import { join } from "node:path";

/** Starts a gateway in a process of its own, sends it one request, and names the packages that are loaded then. */
const script = `
import { startApp } from "${join(import.meta.dir, "../../src/app.ts")}";
import { parseConfig } from "${join(import.meta.dir, "../../src/config/load.ts")}";
import { createLog } from "${join(import.meta.dir, "../../src/log.ts")}";
const file = { server: { port: 0 }, providers: [
  { name: "m", type: "mock", models: ["m"] },
  { name: "b", type: "bedrock", region: "r-1", access_key_id: "a", secret_access_key: "b", base_url: "http://127.0.0.1:1", models: ["b-*"] },
  { name: "c", type: "bedrock", region: "r-1", profile: "nobody", base_url: "http://127.0.0.1:1", models: ["c-*"] },
  { name: "v", type: "vertex", project: "p", credentials_json: "{}", base_url: "http://127.0.0.1:1", models: ["v-*"] },
] };
const { config } = parseConfig(JSON.stringify(file), "", {});
const log = createLog({ level: "off", format: "json", sink: (_, taken) => taken(), now: Date.now });
const app = startApp(config, { log });
const loaded = () => ["aws4fetch", "@aws-sdk/credential-provider-ini", "google-auth-library"].filter((name) =>
  Object.keys(require.cache).some((path) => path.includes("/node_modules/" + name + "/")));
const call = (model) => fetch(app.url + "/v1/chat/completions", { method: "POST", body: JSON.stringify({ model, messages: [{ role: "user", content: "x" }] }) });
const seen = [];
for (const model of ["m", "b-1", "c-1", "v-1"]) {
  await call(model);
  seen.push(loaded());
}
console.log(JSON.stringify(seen));
process.exit(0);
`;

test("the libraries that sign are loaded with the first request that needs them, not before", async () => {
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  const seen: unknown = JSON.parse(await new Response(child.stdout).text());
  const aws = ["aws4fetch", "@aws-sdk/credential-provider-ini"];
  expect(seen).toEqual([[], ["aws4fetch"], aws, [...aws, "google-auth-library"]]);
});
