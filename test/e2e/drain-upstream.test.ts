import { expect, test } from "bun:test";
import { startApp } from "../../src/app.ts";
import { parseConfig } from "../../src/config/load.ts";
import { createLog } from "../../src/log.ts";
import { providerAt } from "../support/gateway.ts";
import { toChatBytes } from "../support/http-bytes.ts";
import { connectRaw } from "../support/raw-client.ts";
import { startRawUpstream } from "../support/raw-upstream.ts";
import { endless, json } from "../support/upstream-scripts.ts";

test("a reply that is read to its end for nobody ends with the gateway", async () => {
  await using upstream = await startRawUpstream(endless('data: {"choices":[{"delta":{"content":"x"}}]}\n\n'));
  const text = JSON.stringify({ providers: [providerAt(upstream.url, { on_disconnect: "drain" })] });
  const loaded = parseConfig(text, "test.yaml", {});
  if (loaded.kind === "faulty") throw new Error("the config is faulty");
  const log = createLog({ level: "off", format: "json", sink: (_, taken) => taken(), now: Date.now });
  const app = startApp({ ...loaded.config, server: { ...loaded.config.server, port: 0 } }, { log });
  const client = await connectRaw(app.url);
  await client.send(toChatBytes('{"model":"m","stream":true,"messages":[]}', json));
  await client.until((received) => received.includes("content"));
  client.socket.destroy();
  await Bun.sleep(100);
  const connection = upstream.connections.at(-1)!;
  expect(connection.closedAt()).toBeNull();
  await app.close();
  await connection.closed;
  expect(app.pending()).toBe(0);
});
