/**
 * A fast upstream with fixed answers, so that what is measured is the proxy and not its source.
 *
 * The request body chooses the answer, because a proxy forwards it untouched:
 * no `"stream":true` gives one fixed chat completion; with it `"bench":{"mode":…}` gives
 * `chunks` (default): `chunks` events, one every `gapMs` (0 sends them in one burst), then `data: [DONE]`;
 * `endless`: one event every `gapMs` until the client leaves;
 * `flood`: 16 KiB at a time, as fast as the reader takes it, until the client leaves.
 * An event carries its send time in microseconds (`stamp: false` writes zeros, for byte comparison).
 *
 * GET /clock gives this process's `nowUs()`, GET /open the number of streams open.
 */
import { nowUs } from "./clock.ts";

type Plan = {
  readonly mode?: "chunks" | "endless" | "flood";
  readonly chunks?: number;
  readonly gapMs?: number;
  readonly stamp?: boolean;
};

const EVENT_HEAD =
  'data: {"id":"chatcmpl-bench-000000000000000001","object":"chat.completion.chunk","created":1700000000,' +
  '"model":"bench","system_fingerprint":"fp_bench0000","choices":[{"index":0,"delta":{"content":"';
const EVENT_TAIL = '"},"logprobs":null,"finish_reason":null}]}\n\n';

/** The reply without streaming: 456 bytes, the size of a short chat completion. */
export const UNARY_BODY = JSON.stringify({
  id: "chatcmpl-bench-000000000000000001",
  object: "chat.completion",
  created: 1700000000,
  model: "bench",
  system_fingerprint: "fp_bench0000",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "The quick brown fox jumps over the lazy dog. ".repeat(2).trim() },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 12, completion_tokens: 20, total_tokens: 32 },
}).padEnd(456, " ");

const encoder = new TextEncoder();
const FLOOD = encoder.encode((EVENT_HEAD + "0".repeat(16) + EVENT_TAIL).repeat(64));
const DONE = encoder.encode("data: [DONE]\n\n");

const toEvent = (stamp: boolean): Uint8Array =>
  encoder.encode(EVENT_HEAD + (stamp ? nowUs().toFixed(0) : "").padStart(16, "0") + EVENT_TAIL);

/** The whole body of a stream of `chunks` events without stamps. */
export const toStreamBody = (chunks: number): Buffer =>
  Buffer.concat([...Array.from({ length: chunks }, () => toEvent(false)), DONE]);

let open = 0;

const toStream = (plan: Plan): ReadableStream<Uint8Array> => {
  const { mode = "chunks", chunks = 3, gapMs = 0, stamp = true } = plan;
  let timer: Timer | undefined;
  let left = mode === "chunks" ? chunks : Infinity;
  let counted = true;
  const ended = () => {
    clearInterval(timer);
    if (counted) open--;
    counted = false;
  };
  open++;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (mode === "flood") return;
      const send = () => {
        if (left-- > 0) controller.enqueue(toEvent(stamp));
        if (left > 0) return;
        controller.enqueue(DONE);
        controller.close();
        ended();
      };
      if (gapMs > 0) timer = setInterval(send, gapMs);
      else for (let i = 0; i < chunks; i++) send();
    },
    pull: (controller) => {
      if (mode === "flood") controller.enqueue(FLOOD);
    },
    cancel: ended,
  });
};

if (import.meta.main) {
  const server = Bun.serve({
    port: Number(process.env["PORT"] ?? 9100),
    hostname: "127.0.0.1",
    development: false,
    idleTimeout: 0,
    routes: {
      "/clock": () => new Response(String(nowUs())),
      "/open": () => new Response(String(open)),
    },
    fetch: async (request) => {
      const body = await request.text();
      if (!body.includes('"stream":true')) {
        return new Response(UNARY_BODY, { headers: { "content-type": "application/json" } });
      }
      const { bench = {} }: { bench?: Plan } = JSON.parse(body);
      return new Response(toStream(bench), {
        headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
      });
    },
  });
  process.stdout.write(`listening on ${server.url.href}\n`);
}
