/**
 * An upstream that answers in the dialect of the path it is asked at, with fixed answers.
 *
 * The model's name chooses how a stream comes, because every dialect's request carries it: `bench-4ms` is one event every
 * 4 ms, `bench-0ms` all of them at once. A stream has 1,000 text deltas.
 *
 * GET /seen tells the path and the bytes of the last request's body.
 */
import type { ClientDialectName } from "../src/dialects/conversation.ts";
import { eventsOf, replyOf } from "./translation-replies.ts";
import { dialectNames } from "./translation-requests.ts";

/** How many deltas a stream has. */
export const deltasOfStream = 1000;

/** The model that makes a stream come at a pace, 0 ms at once. */
export const modelOf = (gapMs: number): string => `bench-${gapMs}ms`;

/** What the upstream saw last. */
export type Seen = { readonly path: string; readonly bytes: number };

const encoder = new TextEncoder();

type Answers = { readonly whole: string; readonly events: readonly Uint8Array[]; readonly burst: Uint8Array };

const answersOf = (dialect: ClientDialectName): Answers => {
  const events = eventsOf(dialect, "text", deltasOfStream);
  return {
    whole: replyOf(dialect),
    events: events.map((event) => encoder.encode(event)),
    burst: encoder.encode(events.join("")),
  };
};

/** How many events a dialect's stream has, those around its deltas included. */
export const eventCountOf = (dialect: ClientDialectName): number => eventsOf(dialect, "text", deltasOfStream).length;

const dialectOf = (path: string): ClientDialectName => {
  if (path.endsWith("/chat/completions")) return "openai-chat";
  if (path.endsWith("/responses")) return "openai-responses";
  return path.endsWith("/messages") ? "anthropic" : "gemini";
};

const toStream = ({ events, burst }: Answers, gapMs: number): ReadableStream<Uint8Array> => {
  let timer: Timer | undefined;
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (gapMs === 0) {
        controller.enqueue(burst);
        controller.close();
        return;
      }
      let at = 0;
      timer = setInterval(() => {
        const event = events[at++];
        if (event !== undefined) controller.enqueue(event);
        if (at < events.length) return;
        clearInterval(timer);
        controller.close();
      }, gapMs);
    },
    cancel: () => clearInterval(timer),
  });
};

if (import.meta.main) {
  const answers = new Map(dialectNames.map((name) => [name, answersOf(name)]));
  let seen: Seen = { path: "", bytes: 0 };
  const server = Bun.serve({
    port: Number(process.env["PORT"] ?? 9100),
    hostname: "127.0.0.1",
    development: false,
    idleTimeout: 0,
    routes: { "/seen": () => Response.json(seen), "/livez": () => new Response("ok") },
    fetch: async (request) => {
      const path = request.url.slice(request.url.indexOf("/", 8));
      const body = await request.text();
      seen = { path, bytes: Buffer.byteLength(body) };
      const own = answers.get(dialectOf(path.replace(/\?.*$/, "")));
      if (own === undefined) return new Response(null, { status: 404 });
      if (!path.includes(":streamGenerateContent") && !body.includes('"stream":true')) {
        return new Response(own.whole, { headers: { "content-type": "application/json" } });
      }
      const gapMs = Number(/bench-(\d+)ms/.exec(path.includes(":stream") ? path : body)?.[1] ?? 0);
      return new Response(toStream(own, gapMs), {
        headers: { "content-type": "text/event-stream", "cache-control": "no-cache" },
      });
    },
  });
  process.stdout.write(`listening on ${server.url.href}\n`);
}
