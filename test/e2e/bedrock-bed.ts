// A Bedrock that takes what is signed, and a client of each dialect.
import { bytesOf } from "../dialects/bedrock-converse/streams.ts";
import { toChunk, toHead } from "../support/http-bytes.ts";
import type { UpstreamCall, UpstreamScript } from "../support/raw-upstream.ts";
import { checkSignature } from "../support/sigv4.ts";
import { afterRequest, json, lastChunk } from "../support/upstream-scripts.ts";

export const known = {
  id: "AKIDLOCAL",
  secret: "a-very-secret+key",
  token: "a-session",
  region: "eu-west-1",
  service: "bedrock",
};
export const model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0";
export const answer = {
  output: { message: { role: "assistant", content: [{ text: "It is 5 °C." }] } },
  stopReason: "end_turn",
  usage: { inputTokens: 21, outputTokens: 14, totalTokens: 35 },
  metrics: { latencyMs: 1 },
};
export const framed = "application/vnd.amazon.eventstream";

/** What is wrong with the signature of a request as it came over the wire, null when nothing is. */
export const wrongOf = (call: UpstreamCall): string | null =>
  checkSignature(
    {
      method: call.method,
      target: call.target,
      headers: new Headers(call.headers.map(([name, value]): [string, string] => [name, value])),
      body: call.body(),
    },
    known,
    Date.now(),
  );

/** Writes bytes in pieces that fall anywhere in their frames. */
export const stream = async (call: UpstreamCall, bytes: Uint8Array, size: number): Promise<void> => {
  await call.write(toHead(200, { "content-type": framed, "transfer-encoding": "chunked" }));
  for (let at = 0; at < bytes.length; at += size) await call.write(toChunk(bytes.subarray(at, at + size)));
  await call.write(lastChunk);
};

/** A Bedrock that answers what is signed, and streams the named recording. */
export const bedrock = (recording = "text"): UpstreamScript =>
  afterRequest(async (call) => {
    const wrong = wrongOf(call);
    if (wrong !== null) {
      const headers = { ...json, "x-amzn-errortype": "InvalidSignatureException" };
      return call.reply(403, headers, JSON.stringify({ message: wrong }));
    }
    if (call.target.endsWith("/converse-stream")) return stream(call, await bytesOf(recording), 61);
    return call.reply(200, json, JSON.stringify(answer));
  });

/** A provider of ours with the keys that it takes. */
export const entryAt = (url: string) => ({
  name: "aws",
  type: "bedrock",
  region: known.region,
  access_key_id: known.id,
  secret_access_key: known.secret,
  session_token: known.token,
  base_url: url,
  models: ["*"],
});

interface Client {
  readonly name: string;
  readonly target: (stream: boolean) => string;
  readonly body: (stream: boolean) => object;
  /** Where a whole answer has its text. */
  readonly text: string;
  /** What a stream holds at its end, and what it never holds when it broke. */
  readonly end: string;
}

export const clients: readonly Client[] = [
  {
    name: "chat completions",
    target: () => "/v1/chat/completions",
    body: (streams) => ({ model, stream: streams, messages: [{ role: "user", content: "Grüße 😀" }] }),
    text: "choices.0.message.content",
    end: "data: [DONE]",
  },
  {
    name: "responses",
    target: () => "/v1/responses",
    body: (streams) => ({ model, stream: streams, input: "Grüße 😀" }),
    text: "output.0.content.0.text",
    end: "event: response.completed",
  },
  {
    name: "messages",
    target: () => "/v1/messages",
    body: (streams) => ({
      model,
      stream: streams,
      max_tokens: 99,
      messages: [{ role: "user", content: "Grüße 😀" }],
    }),
    text: "content.0.text",
    end: "event: message_stop",
  },
  {
    name: "generateContent",
    target: (streams) =>
      `/v1beta/models/${encodeURIComponent(model)}:${streams ? "streamGenerateContent?alt=sse" : "generateContent"}`,
    body: () => ({ contents: [{ role: "user", parts: [{ text: "Grüße 😀" }] }] }),
    text: "candidates.0.content.parts.0.text",
    end: '"finishReason":"STOP"',
  },
];
