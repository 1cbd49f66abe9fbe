import type { DialectName } from "../dialects/conversation.ts";
import { ProxyError } from "../errors.ts";
import type { Exchange, Handler } from "../pipeline.ts";
import type { Provider } from "../providers/provider.ts";
import type { Registry, Target } from "../routing/registry.ts";
import type { Allowance } from "../wire/allowance.ts";
import { checkLength, readBody } from "../wire/body.ts";
import type { GeminiCall } from "../wire/gemini-path.ts";
import { checkJson, checkJsonInSlices, scanCall, scanCallInSlices, sliceBytes, type Call } from "../wire/scan.ts";
import { spliceModel } from "../wire/splice.ts";
import type { Dispatch } from "./dispatch.ts";
import type { SendCall } from "./meter.ts";
import type { Reseal } from "./reseal.ts";
import type { Translate } from "./translate.ts";

export interface CallLimits {
  /** The largest body, in bytes. */
  readonly maxBodyBytes: number;
  /** For the bodies of all requests together, in bytes. */
  readonly bodies: Allowance;
  /** Within this many milliseconds a body must have arrived; null for no limit. */
  readonly readTimeoutMs: number | null;
}

/** What every call needs of the house. */
export interface CallParts {
  readonly registry: Registry;
  readonly dispatch: Dispatch;
  readonly translate: Translate;
  readonly reseal: Reseal;
  /** Sends what passes untranslated, and reads its usage if somebody wants to know. */
  readonly send: SendCall;
  readonly limits: CallLimits;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Answers a call whose path names model and method. */
export type GeminiHandler = (exchange: Exchange, call: GeminiCall) => ReturnType<Handler>;

const toClientError = (thrown: unknown): unknown =>
  thrown instanceof ProxyError
    ? thrown
    : new ProxyError("client_closed_request", "The client left before its request was whole", {
        cause: thrown,
      });

/** Up to here a body is not counted, in bytes: there are no more of them than connections. */
const uncountedBytes = 65_536;

/** Takes a body's place among those in hand; one whose length is not told may turn out as long as any. */
const admit = (exchange: Exchange, { bodies, maxBodyBytes }: CallLimits, length: number | null): void => {
  if (length !== null ? length <= uncountedBytes : exchange.request.body === null) return;
  const share = bodies.open();
  if (!share.take(length ?? maxBodyBytes)) {
    throw new ProxyError(
      "too_many_bodies",
      "The bodies of the requests under way take all the memory there is for them (server.max_bodies)",
      // What follows of the body is not read.
      { headers: { "retry-after": "1", connection: "close" } },
    );
  }
  exchange.received = share;
};

/**
 * Reads the body of a call whole.
 *
 * @throws {ProxyError} `unsupported_media_type` - the body is compressed, so its model cannot be read
 * @throws {ProxyError} `too_many_bodies` - those of all requests are too much together
 * @throws {ProxyError} `request_timeout`, `client_closed_request`, and what `readBody` throws
 */
export const receive = (exchange: Exchange, limits: CallLimits, now: () => number): Promise<Uint8Array<ArrayBuffer>> =>
  new Promise((resolve, reject) => {
    const { wait, request, outcome } = exchange;
    const encoding = request.headers.get("content-encoding");
    if (encoding !== null && encoding !== "identity") {
      throw new ProxyError(
        "unsupported_media_type",
        "The request body is compressed; send it without content-encoding",
      );
    }
    const length = checkLength(request.headers, limits.maxBodyBytes);
    admit(exchange, limits, length);
    wait.limitMs = limits.readTimeoutMs ?? Infinity;
    wait.expired = () =>
      reject(
        new ProxyError(
          "request_timeout",
          `The request body did not arrive within the limit of ${limits.readTimeoutMs} ms`,
          { headers: { connection: "close" } },
        ),
      );
    readBody(request, limits.maxBodyBytes, length).then(
      (body) => {
        outcome.receivedAt = now();
        outcome.requestBytes = body.length;
        if (length === null) exchange.received?.give(limits.maxBodyBytes - body.length);
        exchange.capture?.request(body);
        resolve(body);
      },
      (thrown: unknown) => reject(toClientError(thrown)),
    );
  });

// One line for all bodies, because they share the event loop: of ten large ones, one has a slice in each turn of it.
let lastTurn = Promise.resolve();
const turn = (): Promise<void> => {
  lastTurn = lastTurn.then(() => new Promise((resolve) => setImmediate(resolve)));
  return lastTurn;
};

/** Scans a body, see `scanCall`; a large one slice by slice, and whoever else waits has his turn between them. */
export const readCall = (body: Uint8Array, mayLackModel = false): Call | Promise<Call> =>
  body.length <= sliceBytes ? scanCall(body, mayLackModel) : scanCallInSlices(body, turn, sliceBytes, mayLackModel);

/** Checks a body, see `checkJson`, in the same way. */
export const checkBody = (body: Uint8Array): void | Promise<void> =>
  body.length <= sliceBytes ? checkJson(body) : checkJsonInSlices(body, turn);

/** Names the provider for a request that names no model; only one from the config can be named. */
export const providerHeader = "x-qlite-provider";

/**
 * Finds who is asked where no model is named.
 *
 * @throws {ProxyError} `unknown_provider`
 */
export const findProvider = ({ request, dialect }: Exchange, registry: Registry): Provider => {
  const name = request.headers.get(providerHeader);
  const provider = name === null ? (registry.firstOf(dialect) ?? registry.first) : registry.provider(name);
  if (provider !== null) return provider;
  throw new ProxyError("unknown_provider", `The header ${providerHeader} names no provider that is switched on`);
};

const unknownModel = (model: string, registry: Registry): ProxyError => {
  const shown = model.length > 100 ? `${model.slice(0, 100)}…` : model;
  const near = registry.suggest(model);
  const hint = near === null ? "GET /v1/models lists those that are" : `Did you mean "${near}"?`;
  return new ProxyError("model_not_found", `The model "${shown}" is not served here. ${hint}`, {
    param: "model",
  });
};

/**
 * Finds who serves a model, and notes what was asked for.
 *
 * @throws {ProxyError} `model_not_found`
 */
export const findTarget = (exchange: Exchange, registry: Registry, model: string, stream: boolean): Target => {
  const { outcome } = exchange;
  outcome.model = model;
  outcome.stream = stream;
  const target = registry.find(model);
  if (target === null) throw unknownModel(model, registry);
  outcome.targetModel = target.provider.nameOf(target.model);
  outcome.route = target.found;
  return target;
};

/** Gives the same bytes but for the model, where the provider calls it by another name. */
export const renamed = (
  body: Uint8Array<ArrayBuffer>,
  call: Call,
  { provider, model }: Target,
): Uint8Array<ArrayBuffer> => {
  const name = provider.nameOf(model);
  return name === call.model ? body : spliceModel(body, call, name);
};

/** The same for a call in a dialect, and with what the provider wants said in a form of its own. */
export const named = (
  use: "call" | "count",
  dialect: DialectName,
  body: Uint8Array<ArrayBuffer>,
  call: Call,
  target: Target,
): Uint8Array<ArrayBuffer> => {
  const { provider, model } = target;
  return provider.rewrite === null
    ? renamed(body, call, target)
    : provider.rewrite.bytes(use, dialect, body, call, provider.nameOf(model));
};
