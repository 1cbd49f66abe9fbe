// Vertex AI as far as it is asked here, with Google's token endpoint at home.
import { beforeEach } from "bun:test";
import { networkTransport } from "../../src/providers/transport.ts";
import type { Transport } from "../../src/providers/send.ts";
import { account, startTokenServer } from "../support/google.ts";
import { toChunk } from "../support/http-bytes.ts";
import type { UpstreamScript } from "../support/raw-upstream.ts";
import { share, shareUpstream } from "../support/share.ts";
import { afterRequest, json, lastChunk, streamHead } from "../support/upstream-scripts.ts";

const geminiAnswer = {
  candidates: [{ content: { role: "model", parts: [{ text: "Hello." }] }, finishReason: "STOP", index: 0 }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: "gemini-3-pro",
};
export const claudeAnswer = {
  id: "msg_vrtx_1",
  type: "message",
  role: "assistant",
  model: "claude-opus-4-8",
  content: [{ type: "text", text: "Hello." }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
};
export const claudeStream = await Bun.file(new URL("../fixtures/streams/anthropic/text.sse", import.meta.url)).text();
const geminiStream = await Bun.file(new URL("../fixtures/streams/gemini/text.sse", import.meta.url)).text();

/** Vertex as far as it is asked here; it takes no call without a token of the endpoint. */
const vertex: UpstreamScript = afterRequest(async (call) => {
  if (!/^Bearer token-\d+$/.test(call.header("authorization") ?? "")) return call.reply(401, json, "{}");
  const { target } = call;
  if (/:stream/.test(target)) {
    await call.write(streamHead);
    await call.write(toChunk(target.includes("/anthropic/") ? claudeStream : geminiStream));
    return call.write(lastChunk);
  }
  if (target.endsWith(":countTokens")) return call.reply(200, json, '{"totalTokens":7}');
  if (target.includes("/count-tokens:")) return call.reply(200, json, '{"input_tokens":7}');
  return call.reply(200, json, JSON.stringify(target.includes("/anthropic/") ? claudeAnswer : geminiAnswer));
});

/** Makes upstream and token endpoint for all tests of a file; to be called while the file loads. */
export const openBed = async () => {
  const upstream = await shareUpstream(vertex);
  const tokens = startTokenServer();
  share({ [Symbol.asyncDispose]: tokens.stop });
  beforeEach(() => {
    tokens.state.delayMs = 0;
  });
  const transportOf = ({ baseUrl }: { readonly baseUrl: string }): Transport => ({
    ...networkTransport(baseUrl, false),
    send: (url, init) => (url === account.token_uri ? tokens.send(url, init) : fetch(url, init)),
  });
  const entry = {
    name: "google-cloud",
    type: "vertex",
    project: "my-project",
    location: "europe-west4",
    credentials_json: JSON.stringify(account),
    base_url: `${upstream.url}/v1`,
    models: ["*"],
  };
  return { upstream, tokens, transportOf, entry };
};
