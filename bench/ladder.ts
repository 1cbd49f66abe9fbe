/**
 * The floor with parts of qlite added one after the other, each by the modules of `src/` that qlite itself uses.
 *
 * RUNG=3 PORT=9001 UPSTREAM=http://127.0.0.1:9100 bun bench/ladder.ts
 */
import type { Exchange } from "../src/pipeline.ts";
import { createWait, createWaits } from "../src/routing/waits.ts";
import { readBody } from "../src/wire/body.ts";
import { createHeaderRule, stripReplyHeaders, toUpstreamHeaders } from "../src/wire/headers.ts";
import { toRequestId } from "../src/wire/request-id.ts";
import { scanCall } from "../src/wire/scan.ts";

/** What each rung adds to the one before; rung 0 is `floor.ts`. */
export const rungs = [
  "floor",
  "+ body read and scanned",
  "+ headers by rule",
  "+ short reply read whole",
  "+ request id",
  "+ the client's leaving",
  "+ deadlines",
] as const;

const MAX_BODY_BYTES = 10_000_000;
const WHOLE_REPLY_BYTES = 65_536;
const DEADLINE_MS = 600_000;

const rung = Number(process.env["RUNG"] ?? rungs.length - 1);
const upstream = process.env["UPSTREAM"] ?? "http://127.0.0.1:9100";
const passes = createHeaderRule([], false);
const now = () => performance.now();
const waits = createWaits(now);

const plainHeaders = (request: Request): Headers => {
  const headers = new Headers(request.headers);
  for (const name of ["host", "connection", "content-length"]) headers.delete(name);
  return headers;
};

const ruledHeaders = (request: Request): Headers => {
  const headers = toUpstreamHeaders(request.headers, passes);
  headers.set("authorization", "Bearer sk-bench");
  return headers;
};

const isShort = (reply: Response): boolean =>
  Number(reply.headers.get("content-length") ?? Infinity) <= WHOLE_REPLY_BYTES;

const answer = async (request: Request, signal: AbortSignal): Promise<Response> => {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body.length > 0) scanCall(body);
  const headers = rung >= 2 ? ruledHeaders(request) : plainHeaders(request);
  const id = rung >= 4 ? toRequestId(request.headers.get("x-request-id")) : null;
  if (id !== null) headers.set("x-request-id", id);
  const reply = await fetch(upstream + request.url.slice(request.url.indexOf("/", 8)), {
    method: request.method,
    headers,
    body: body.length > 0 ? body : null,
    decompress: false,
    redirect: "manual",
    signal,
  });
  const isWhole = rung >= 3 && isShort(reply);
  if (rung >= 2) stripReplyHeaders(reply.headers);
  if (id !== null) reply.headers.set("x-request-id", id);
  return new Response(isWhole ? await reply.bytes() : reply.body, { status: reply.status, headers: reply.headers });
};

/** As `stages/dispatch.ts` does it: a controller of our own that the client's leaving aborts, for deadlines abort it too. */
const toController = ({ signal }: Request): AbortController => {
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener("abort", () => controller.abort(), { once: true });
  return controller;
};

const expire = ({ sending }: Exchange): void => sending?.controller.abort();

/** One sweep for the deadlines of all exchanges, `routing/waits.ts`. */
const watched = async (request: Request): Promise<Response> => {
  const controller = toController(request);
  const wait = createWait();
  const part = { wait, startedAt: now(), connection: { allowSilence: () => {} }, sending: { controller } };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- these are the fields that `waits` reads, no others
  const exchange = part as unknown as Exchange;
  wait.limitMs = DEADLINE_MS;
  wait.expired = expire;
  waits.begin(exchange);
  try {
    return await answer(request, controller.signal);
  } finally {
    waits.end(exchange);
  }
};

const answerRung = (request: Request): Promise<Response> => {
  if (rung >= 6) return watched(request);
  return answer(request, rung === 5 ? toController(request).signal : request.signal);
};

if (import.meta.main) {
  Bun.serve({
    port: Number(process.env["PORT"] ?? 9001),
    hostname: "127.0.0.1",
    development: false,
    idleTimeout: 120,
    fetch: answerRung,
  });
}
