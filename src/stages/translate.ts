import { createAssembler, toEvents } from "../dialects/assemble.ts";
import type { ClientDialectName, Conversation, DialectName, JsonObject } from "../dialects/conversation.ts";
import type { Dialect, ReplyContext, UpstreamDialect } from "../dialects/dialect.ts";
import { createDrops } from "../dialects/drops.ts";
import { statusFor } from "../dialects/failure.ts";
import { isObject } from "../dialects/fields.ts";
import type { Reply } from "../dialects/reply.ts";
import { translateStream } from "../dialects/translate-stream.ts";
import { ProxyError } from "../errors.ts";
import { noteFailure, replyWhole, type Exchange } from "../pipeline.ts";
import type { Provider } from "../providers/provider.ts";
import { readStream } from "../wire/body.ts";
import { parseJson } from "../wire/lossless-json.ts";
import { createSseParser } from "../wire/sse.ts";
import type { Dispatch } from "./dispatch.ts";

/** The dialects, by name, as clients and as upstreams speak them. */
export interface Dialects {
  readonly clients: Readonly<Record<ClientDialectName, Dialect>>;
  readonly upstreams: Readonly<Record<DialectName, UpstreamDialect>>;
}

export interface TranslateOptions {
  readonly dialects: Dialects;
  /** Refuse what the target cannot be told, in place of naming it. */
  readonly isStrict: boolean;
  /** Seconds since 1970. */
  readonly nowSeconds: () => number;
  readonly newId: (prefix: string) => string;
}

/** A call to be sent in another dialect than it came in. */
export interface ForeignCall {
  readonly from: ClientDialectName;
  readonly provider: Provider;
  /** As the provider calls it. */
  readonly model: string;
  readonly stream: boolean;
  readonly body: Uint8Array;
  readonly framing: ReplyContext["framing"];
}

export type Translate = (exchange: Exchange, call: ForeignCall) => Promise<Response>;

/** The header that names what the target could not be told. */
export const droppedHeader = "x-qlite-dropped";

/** The longest reply that is held whole to be translated, in bytes. */
const maxReplyBytes = 67_108_864;

const decoder = new TextDecoder();

const parseRequest = (body: Uint8Array): JsonObject => {
  const parsed = toJson(decoder.decode(body));
  if (isObject(parsed)) return parsed;
  throw parsed === undefined
    ? new ProxyError("invalid_json", "The request body is not valid JSON")
    : new ProxyError("invalid_request", "The request body must be a JSON object");
};

const toJson = (text: string): unknown => {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
};

interface Written {
  readonly dialect: UpstreamDialect;
  readonly body: JsonObject;
  readonly dropped: readonly string[];
}

const tryWrite = (
  conversation: Conversation,
  from: Dialect,
  to: UpstreamDialect,
  { provider, model }: ForeignCall,
): Written | ProxyError => {
  const drops = createDrops(from.fieldNames);
  try {
    const body = to.writeRequest(conversation, provider.traitsOf(model), drops);
    return { dialect: to, body, dropped: drops.names() };
  } catch (thrown) {
    if (thrown instanceof ProxyError && thrown.code === "unsupported_feature") return thrown;
    throw thrown;
  }
};

/** Says the request in the first dialect of the provider that loses nothing, else in the one that loses least. */
const write = (conversation: Conversation, from: Dialect, dialects: Dialects, call: ForeignCall): Written => {
  let best: Written | null = null;
  let refusal: ProxyError | null = null;
  for (const name of call.provider.targets) {
    const written = tryWrite(conversation, from, dialects.upstreams[name], call);
    if (written instanceof ProxyError) refusal ??= written;
    else if (best === null || written.dropped.length < best.dropped.length) best = written;
    if (best?.dropped.length === 0) break;
  }
  if (best !== null) return best;
  throw refusal ?? new ProxyError("unsupported_feature", "The provider speaks no dialect this request can be said in");
};

const isEventStream = (headers: Headers): boolean =>
  headers.get("content-type")?.startsWith("text/event-stream") === true;

const notOfDialect = (): ProxyError =>
  new ProxyError("upstream_invalid_response", "The upstream's reply is not of its dialect");

const textOf = async (response: Response): Promise<string> =>
  response.body === null ? "" : decoder.decode(await readStream(response.body, maxReplyBytes, notOfDialect));

/** Reads a stream to its end where the client wants the answer whole. */
const assemble = (text: string, dialect: UpstreamDialect): Reply => {
  const assembler = createAssembler();
  const events = dialect.readEvents(assembler.event);
  createSseParser(events.event).push(new TextEncoder().encode(text));
  const failure = assembler.failure();
  if (failure !== null) throw new ProxyError("upstream_invalid_response", failure.message);
  if (!events.isWhole()) throw notOfDialect();
  return assembler.reply();
};

/**
 * Makes the translation of a call: the request from the client's dialect into one of the provider's, the reply back.
 *
 * What the provider cannot be told stands by name in the reply's `x-qlite-dropped` and in the log, or is refused when
 * translation is strict. The upstream's errors keep their status and say the same in the client's dialect.
 *
 * @throws {ProxyError} `unsupported_parameter` - strict, and something would be lost; `param` names the first of it
 * @throws {ProxyError} `unsupported_feature` - a tool only another provider has
 * @throws {ProxyError} what the reader of the client's dialect refuses
 * @throws {ProxyError} `upstream_invalid_response` - the reply is not of the upstream's dialect
 */
export const createTranslate = (options: TranslateOptions, dispatch: Dispatch): Translate => {
  const { dialects, isStrict, nowSeconds, newId } = options;

  const noteDropped = (exchange: Exchange, names: readonly string[]): void => {
    if (names.length === 0) return;
    const [first = ""] = names;
    if (isStrict) {
      throw new ProxyError("unsupported_parameter", `The provider of this model does not support '${first}'`, {
        param: first,
      });
    }
    exchange.outcome.dropped = names;
    exchange.replyHeaders.push([droppedHeader, names.join(", ")]);
  };

  return async (exchange, call) => {
    const { from, provider, model, stream, framing } = call;
    const client = dialects.clients[from];
    const readDrops = createDrops(client.fieldNames);
    const conversation = client.readRequest(
      parseRequest(call.body),
      { model: provider.nameOf(model), stream },
      readDrops,
    );
    const written = write(conversation, client, dialects, call);
    noteDropped(exchange, [...new Set([...readDrops.names(), ...written.dropped])]);
    const upstream = written.dialect;

    const response = await dispatch(exchange, provider, {
      url: provider.urlOf(upstream.name, model, stream),
      credential: provider.credential,
      body: new TextEncoder().encode(JSON.stringify(written.body)),
      length: null,
      headers: {
        "content-type": "application/json",
        accept: stream ? "text/event-stream" : "application/json",
        // What is to be read must come as it is.
        "accept-encoding": "identity",
      },
    });

    const { status, headers } = response;
    headers.delete("content-length");
    const json = (body: JsonObject, code: number): Response => {
      headers.set("content-type", "application/json");
      return replyWhole(exchange, JSON.stringify(body), { status: code, headers });
    };
    if (status >= 400) {
      const body = toJson(await textOf(response));
      const failure = upstream.readFailure(status, isObject(body) ? body : null);
      return json(client.writeFailure(failure), statusFor(failure, from));
    }

    const context: ReplyContext = { conversation, nowSeconds: nowSeconds(), newId, framing };
    const isStream = isEventStream(headers);
    if (stream && isStream && response.body !== null) {
      headers.set("content-type", framing === "sse" ? "text/event-stream" : "application/json");
      const body = translateStream(response.body, {
        read: upstream.readEvents,
        write: client.writeEvents(context),
        arrived: () => {
          exchange.wait.since = 0;
        },
        failed: (error) => noteFailure(exchange.outcome, error),
      });
      return new Response(body, { status, headers });
    }

    const text = await textOf(response);
    const replyDrops = createDrops(client.fieldNames);
    const readWhole = (): Reply => {
      const body = toJson(text);
      if (!isObject(body)) throw notOfDialect();
      return upstream.readReply(body, replyDrops);
    };
    const reply = isStream ? assemble(text, upstream) : readWhole();
    if (stream) {
      const writeEvent = client.writeEvents(context);
      headers.set("content-type", framing === "sse" ? "text/event-stream" : "application/json");
      return replyWhole(exchange, toEvents(reply).map(writeEvent).join(""), { status, headers });
    }
    return json(client.writeReply(reply, context, replyDrops), status);
  };
};
