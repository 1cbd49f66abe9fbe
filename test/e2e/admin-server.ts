import { expect } from "bun:test";
import { errorTable, type ErrorCode } from "../../src/errors.ts";
import type { RawReply } from "../support/raw-client.ts";
import { ProxyError, toErrorText } from "../../src/errors.ts";
import { createRedactor } from "../../src/log.ts";
import { compose, replyWhole, type Handler } from "../../src/pipeline.ts";
import { createWait, createWaits } from "../../src/routing/waits.ts";
import { startServer } from "../../src/server.ts";
import { createAdminAccess } from "../../src/stages/admin-access.ts";
import { createAdmin } from "../../src/stages/admin.ts";
import { explain } from "../../src/telemetry/explain.ts";
import { summarize } from "../../src/telemetry/explain-summary.ts";
import { createRecent } from "../../src/telemetry/recent.ts";
import { until } from "../support/until.ts";

interface AdminServerOptions {
  readonly key?: string;
  readonly keep?: number;
  readonly metrics?: Handler | null;
  readonly usage?: Handler | null;
  readonly heartbeatMs?: number;
  readonly hostname?: string;
  readonly port?: number;
  readonly secrets?: readonly string[];
}

const now = (): number => performance.now();
const text =
  (body: string): Handler =>
  (exchange) =>
    replyWhole(exchange, body, {});

/** Serves the admin endpoints alone, over the real server. Disposing of it fails when a stream of it is left. */
export const startAdminServer = (options: AdminServerOptions = {}) => {
  const { key = null, keep = 100, heartbeatMs = 5000, hostname = "127.0.0.1", port = 0, secrets = [] } = options;
  const access = createAdminAccess(key);
  const recent = createRecent(keep);
  let followers = 0;
  const admin = createAdmin({
    access,
    recent: {
      ...recent,
      follow: (listener) => {
        const leave = recent.follow(listener);
        followers += 1;
        return () => {
          followers -= 1;
          leave();
        };
      },
    },
    keep,
    failed: () => {},
    explain,
    summarize,
    redact: createRedactor([...secrets, ...(key === null ? [] : [key])]).redact,
    metrics: options.metrics === undefined ? text("metrics\n") : options.metrics,
    usage: options.usage === undefined ? text("usage\n") : options.usage,
    heartbeatMs,
  });
  const last: Handler = (exchange) => {
    const reply = admin.handle(exchange);
    if (reply !== null) return reply;
    if (exchange.path === "/is-admin") return replyWhole(exchange, String(access.isAdmin(exchange)), {});
    throw new ProxyError("unknown_url", "There is nothing");
  };
  const waits = createWaits(now);
  // An observer, as the access log is one, so that every body is tapped.
  const handler = compose([(next) => (exchange) => (exchange.observers.push({}), next(exchange))], last);
  const server = startServer({
    hostname,
    port,
    handler,
    waits,
    createWait,
    idleSeconds: 10,
    replySilenceSeconds: 60,
    toErrorBody: toErrorText,
    now,
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    host: `localhost:${server.port}`,
    port: server.port,
    recent,
    admin,
    pending: waits.count,
    followers: () => followers,
    close: server.kill,
    [Symbol.asyncDispose]: async () => {
      admin.close();
      await until(() => waits.count() === 0, 3000, "no stream is left");
      await server.kill();
    },
  };
};

export const jsonOf = (reply: RawReply) => JSON.parse(reply.body.toString());

export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: ErrorCode;
}

/** Checks that a reply is an error in OpenAI's shape, with the status of its code. */
export const errorOf = (reply: RawReply): OpenAiError => {
  const { error }: { error: OpenAiError } = jsonOf(reply);
  expect(reply.status).toBe(errorTable[error.code].status);
  expect(reply.status).toBeWithin(400, 500);
  expect(Object.keys(error)).toEqual(["message", "type", "param", "code"]);
  return error;
};
