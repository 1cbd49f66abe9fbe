// Calls with something planted in every place of them, and a service that sings it all.
import { chat, toChunk, toRequestBytes } from "../support/http-bytes.ts";
import { connectRaw, requestRaw, type RawReply } from "../support/raw-client.ts";
import type { RawUpstream, UpstreamScript } from "../support/raw-upstream.ts";
import { until } from "../support/until.ts";
import { afterRequest, json, lastChunk, streamHead } from "../support/upstream-scripts.ts";

// None of them looks like a key, so that no pattern helps: what is safe is safe by how it is handled.
export const keys = {
  provider: 'canary+provider/"key==',
  admin: "canary-admin-4711",
  bearer: "canary.client.bearer",
  xApiKey: "canary.client.x-api-key",
  goog: "canary.client.x-goog-api-key",
  query: "canary.client.query",
  otlp: "canary.otlp.header",
} as const;
export const talk = {
  prompt: "canary of the prompt",
  answer: "canary of the answer",
  tool: "canary of the tool",
} as const;
export const aside = { upstreamHeader: "canary-in-a-reply-header", cookie: "canary-in-a-cookie" } as const;

const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const call = {
  id: "call_1",
  type: "function",
  function: { name: "look", arguments: JSON.stringify({ for: talk.tool }) },
};
const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m-1", ...fields })}\n\n`;
const events = [
  chunk({ choices: [{ index: 0, delta: { role: "assistant", content: talk.answer }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...call }] }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] }),
  chunk({ choices: [], usage }),
  "data: [DONE]\n\n",
];
export const whole = JSON.stringify({
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "m-1",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: talk.answer, tool_calls: [call] },
      finish_reason: "tool_calls",
    },
  ],
  usage,
});
const headers = { ...json, "x-internal-token": aside.upstreamHeader, "set-cookie": `s=${aside.cookie}` };

/** What a model of this name does; any other answers. Its errors repeat all that it was told. */
export const service: UpstreamScript = afterRequest(async (asked) => {
  const body: { readonly model: string; readonly stream?: boolean } = JSON.parse(asked.body().toString());
  const key = asked.header("authorization")?.replace("Bearer ", "");
  const echo = JSON.stringify({
    error: { message: `${key} ${asked.head} ${asked.body().toString()}`, type: "invalid" },
  });
  if (body.model === "bad") return asked.reply(400, headers, echo);
  if (body.model === "denied") return asked.reply(401, headers, echo);
  if (body.model === "moved") return asked.reply(302, { ...headers, location: `http://x/?key=${keys.provider}` });
  if (body.model === "garbled") return asked.write(`HTTP/1.1 ${keys.provider} ${talk.answer}\r\n\r\n`);
  if (body.model === "slow") return undefined;
  if (body.model === "reset") return asked.reset();
  if (body.stream !== true) return asked.reply(200, headers, whole);
  await asked.write(streamHead.replace("\r\n\r\n", `\r\nx-internal-token: ${aside.upstreamHeader}\r\n\r\n`));
  for (const event of events.slice(0, 2)) await asked.write(toChunk(event));
  if (body.model === "cut") {
    // By then the client has what was written.
    await Bun.sleep(10);
    return asked.reset();
  }
  if (body.model === "endless") return undefined;
  for (const event of events.slice(2)) await asked.write(toChunk(event));
  return asked.write(lastChunk);
});

const clientKeys = {
  authorization: `Bearer ${keys.bearer}`,
  "x-api-key": keys.xApiKey,
  "x-goog-api-key": keys.goog,
  cookie: `session=${keys.xApiKey}`,
};
const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];
export const history = [
  { role: "user", content: talk.prompt },
  { role: "assistant", content: null, tool_calls: [call] },
  { role: "tool", tool_call_id: "call_1", content: talk.tool },
];

type Body = Readonly<Record<string, unknown>>;
type Ask = readonly [path: string, body: (model: string, stream: boolean) => Body];

/** A call in each dialect; all but the first are translated. */
export const asks: readonly Ask[] = [
  [chat, (model, stream) => ({ model, stream, messages: history, tools })],
  [
    "/v1/messages",
    (model, stream) => ({ model, stream, max_tokens: 99, messages: [{ role: "user", content: talk.prompt }] }),
  ],
  ["/v1/responses", (model, stream) => ({ model, stream, store: false, input: talk.prompt })],
  ["/v1beta/models/", () => ({ contents: [{ role: "user", parts: [{ text: talk.prompt }] }] })],
];

const targetOf = (path: string, model: string, stream: boolean): string => {
  const query = `?key=${keys.query}`;
  if (!path.startsWith("/v1beta")) return path + query;
  return `${path}${model}:${stream ? "streamGenerateContent" : "generateContent"}${query}${stream ? "&alt=sse" : ""}`;
};

export const served = ["m", "bad", "denied", "moved", "garbled", "slow", "reset", "cut"];
/** One of each fate. */
const models = [...served, "unreachable", "unheard-of"];

interface Bed {
  readonly url: string;
  readonly upstream: RawUpstream;
}

/** What only the operator may ask; it is in no record. */
export const denied = ["/metrics", "/admin/requests", `/admin/usage?by=${keys.query}`];
/** How a client leaves: in mid-stream, and before the head. */
export const left = ["endless", "slow"];

/** Everything that can happen to a call; gives what was answered. */
export const exercise = async ({ url, upstream }: Bed): Promise<readonly RawReply[]> => {
  const replies: RawReply[] = [];
  const send = async (method: string, target: string, sent: Readonly<Record<string, string>>, body?: string) =>
    void replies.push(await requestRaw(url, method, target, sent, body));
  for (const [path, toBody] of asks) {
    for (const stream of [false, true]) {
      for (const model of models) {
        const body = JSON.stringify(toBody(model, stream));
        await send("POST", targetOf(path, model, stream), { ...json, ...clientKeys }, body);
      }
    }
  }
  const [, toBody] = asks[0]!;
  const explained = { ...json, authorization: `Bearer ${keys.admin}`, "x-qlite-explain": "1" };
  for (const model of models) {
    await send("POST", `${chat}?key=${keys.query}`, explained, JSON.stringify(toBody(model, false)));
  }
  await send("POST", chat, { ...json, ...clientKeys }, `{"model":"m","messages":["${talk.prompt}"`);
  await send("POST", chat, { ...clientKeys, "content-encoding": "gzip" }, talk.prompt);
  await send("GET", `/v1/files?key=${keys.query}`, { ...clientKeys, "x-qlite-provider": keys.xApiKey });
  await send("GET", `/nowhere?key=${keys.query}`, clientKeys);
  await send("POST", "/v1/tokenize", { ...json, ...clientKeys }, JSON.stringify({ model: "m", text: talk.prompt }));
  for (const target of denied) {
    await send("GET", target, { authorization: `Bearer ${keys.bearer}` });
  }
  for (const model of left) {
    const before = upstream.requests.length;
    using client = await connectRaw(url);
    const body = JSON.stringify(toBody(model, true));
    await client.send(toRequestBytes("POST", `${chat}?key=${keys.query}`, { ...json, ...clientKeys }, body));
    await (model === "endless"
      ? client.until((received) => received.includes(talk.tool))
      : until(() => upstream.requests.length > before && upstream.last().isWhole()));
  }
  return replies;
};
