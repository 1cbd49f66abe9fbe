// What the stages share that say a request in another dialect: sending a JSON body, reading a JSON reply.
import type { JsonObject } from "../dialects/conversation.ts";
import type { Dialect, UpstreamDialect } from "../dialects/dialect.ts";
import { statusFor } from "../dialects/failure.ts";
import { isObject } from "../dialects/fields.ts";
import { ProxyError } from "../errors.ts";
import { replyWhole, type Exchange } from "../pipeline.ts";
import type { Credential, Provider } from "../providers/provider.ts";
import type { Share } from "../wire/allowance.ts";
import { readStream } from "../wire/body.ts";
import { parseJson } from "../wire/lossless-json.ts";
import type { Dispatch } from "./dispatch.ts";

/** The header that names what the target could not be told. */
const droppedHeader = "x-qlite-dropped";

/** The longest reply that is held whole, in bytes. */
const maxReplyBytes = 67_108_864;

const empty = new Uint8Array(0);
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A request of our own words. */
export interface Question {
  readonly url: string;
  readonly credential: Credential | null;
  readonly body: JsonObject;
  readonly stream: boolean;
  /** What the answer may come in; left out, it is what every dialect but Bedrock's has. */
  readonly accept?: string;
}

/** Sends a question, and asks for an answer that can be read. */
export const ask = (
  dispatch: Dispatch,
  exchange: Exchange,
  provider: Provider,
  { url, credential, body, stream, accept }: Question,
): Promise<Response> =>
  dispatch(exchange, provider, {
    url,
    credential,
    body: encoder.encode(JSON.stringify(body)),
    length: null,
    headers: {
      "content-type": "application/json",
      accept: accept ?? (stream ? "text/event-stream" : "application/json"),
      "accept-encoding": "identity",
    },
  });

/** The error for a reply that is not what its dialect says. */
export const notOfDialect = (): ProxyError =>
  new ProxyError("upstream_invalid_response", "The upstream's reply is not of its dialect");

/**
 * Reads a reply whole; one that is in hand already is not read again. `share` has what was read.
 *
 * @throws {ProxyError} `upstream_invalid_response` - longer than 64 MiB
 * @throws {ProxyError} `too_many_replies` - the share takes no more
 */
export const bytesOf = async ({ held }: Exchange, response: Response, share?: Share): Promise<Uint8Array> => {
  if (held !== null && typeof held !== "string") return held;
  const take = (bytes: number): void => {
    if (share?.take(bytes) === false) {
      throw new ProxyError(
        "too_many_replies",
        "The replies that are translated at this moment take all the memory there is for them",
      );
    }
  };
  return response.body === null ? empty : readStream(response.body, maxReplyBytes, notOfDialect, take);
};

/** The same as text. */
export const textOf = async (exchange: Exchange, response: Response, share?: Share): Promise<string> =>
  decoder.decode(await bytesOf(exchange, response, share));

const toJson = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

/** The object a reply holds. @throws {ProxyError} `upstream_invalid_response` - it holds none */
export const toReplyObject = (text: string): JsonObject => {
  const parsed = toJson(text);
  if (isObject(parsed)) return parsed;
  throw notOfDialect();
};

/** The object a request holds. @throws {ProxyError} `invalid_json`, `invalid_request` */
export const toRequestObject = (body: Uint8Array): JsonObject => {
  const parsed = toJson(decoder.decode(body));
  if (isObject(parsed)) return parsed;
  throw parsed === undefined
    ? new ProxyError("invalid_json", "The request body is not valid JSON")
    : new ProxyError("invalid_request", "The request body must be a JSON object");
};

/** Answers with JSON under the headers of the upstream's reply. */
export const replyJson = (exchange: Exchange, headers: Headers, status: number, body: JsonObject): Response => {
  headers.delete("content-length");
  headers.set("content-type", "application/json");
  return replyWhole(exchange, JSON.stringify(body), { status, headers });
};

/** Says an upstream's error in the client's dialect; its status stays, but for one that the client does not know. */
export const replyFailure = async (
  exchange: Exchange,
  response: Response,
  upstream: UpstreamDialect,
  client: Dialect,
): Promise<Response> => {
  const body = toJson(await textOf(exchange, response));
  const failure = upstream.readFailure(response.status, isObject(body) ? body : null, response.headers);
  return replyJson(exchange, response.headers, statusFor(failure, client.name), client.writeFailure(failure));
};

/**
 * Names what was left out in the reply's `x-qlite-dropped` and the log.
 *
 * @throws {ProxyError} `unsupported_parameter` - when translation is strict; `param` is the first of them
 */
export const noteDropped = (exchange: Exchange, names: readonly string[], isStrict: boolean): void => {
  const [first] = names;
  if (first === undefined) return;
  if (isStrict) {
    throw new ProxyError("unsupported_parameter", `The provider of this model does not support '${first}'`, {
      param: first,
    });
  }
  exchange.outcome.dropped = names;
  exchange.replyHeaders.push([droppedHeader, names.join(", ")]);
};

/** Adds what the client could not be told of a reply to the same; a reply is there, so that nothing is refused. */
export const noteReplyDropped = (exchange: Exchange, names: readonly string[]): void => {
  const known = exchange.outcome.dropped;
  const fresh = names.filter((name) => !known.includes(name));
  if (fresh.length === 0) return;
  exchange.outcome.dropped = [...known, ...fresh];
  exchange.replyHeaders.push([droppedHeader, fresh.join(", ")]);
};
