import { ProxyError } from "../errors.ts";
import type { Exchange, Handler } from "../pipeline.ts";
import type { Registry } from "../routing/registry.ts";
import { readBody } from "../wire/body.ts";
import { scanCall } from "../wire/scan.ts";
import { spliceModel } from "../wire/splice.ts";
import type { Dispatch } from "./dispatch.ts";

interface CallLimits {
  /** The largest body, in bytes. */
  readonly maxBodyBytes: number;
  /** Within this many milliseconds a body must have arrived; null for no limit. */
  readonly readTimeoutMs: number | null;
}

const toClientError = (thrown: unknown): unknown =>
  thrown instanceof ProxyError
    ? thrown
    : new ProxyError("client_closed_request", "The client left before its request was whole", { cause: thrown });

const receive = (exchange: Exchange, limits: CallLimits): Promise<Uint8Array<ArrayBuffer>> =>
  new Promise((resolve, reject) => {
    const { wait } = exchange;
    wait.limitMs = limits.readTimeoutMs ?? Infinity;
    wait.expired = () =>
      reject(
        new ProxyError(
          "request_timeout",
          `The request body did not arrive within the limit of ${limits.readTimeoutMs} ms`,
          { headers: { connection: "close" } },
        ),
      );
    readBody(exchange.request, limits.maxBodyBytes).then(resolve, (thrown: unknown) => reject(toClientError(thrown)));
  });

const unknownModel = (model: string, registry: Registry): ProxyError => {
  const shown = model.length > 100 ? `${model.slice(0, 100)}…` : model;
  const near = registry.suggest(model);
  const hint = near === null ? "GET /v1/models lists those that are" : `Did you mean "${near}"?`;
  return new ProxyError("model_not_found", `The model "${shown}" is not served here. ${hint}`, { param: "model" });
};

/**
 * Answers an endpoint whose JSON body names a model: reads the body, finds the model's target, sends the same bytes on.
 *
 * Only where the target's model has another name is the body touched, and then only that one string of it.
 *
 * @throws {ProxyError} `unsupported_media_type` - the body is compressed, so its model cannot be read
 * @throws {ProxyError} what `readBody` and `scanCall` throw, and `model_not_found`
 */
export const createCall =
  (registry: Registry, dispatch: Dispatch, limits: CallLimits): Handler =>
  async (exchange) => {
    const encoding = exchange.request.headers.get("content-encoding");
    if (encoding !== null && encoding !== "identity") {
      throw new ProxyError(
        "unsupported_media_type",
        "The request body is compressed; send it without content-encoding",
      );
    }
    const body = await receive(exchange, limits);
    const call = scanCall(body);
    exchange.outcome.model = call.model;
    exchange.outcome.stream = call.stream;
    const target = registry.find(call.model);
    if (target === null) throw unknownModel(call.model, registry);
    const bytes = target.model === call.model ? body : spliceModel(body, call, target.model);
    return dispatch(exchange, target.provider, { body: bytes, length: null });
  };
