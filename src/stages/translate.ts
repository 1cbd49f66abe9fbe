import { createAssembler, toEvents } from "../dialects/assemble.ts";
import type { ClientDialectName, Conversation, JsonObject } from "../dialects/conversation.ts";
import type { ReplyContext, UpstreamDialect } from "../dialects/dialect.ts";
import { createDrops } from "../dialects/drops.ts";
import type { Reply } from "../dialects/reply.ts";
import { translateStream } from "../dialects/translate-stream.ts";
import { ProxyError } from "../errors.ts";
import { noteFailure, noteReported, replyWhole, toPlausible, type Exchange } from "../pipeline.ts";
import { createAllowance } from "../wire/allowance.ts";
import { eventParserOf, type CreateEventParser } from "../wire/event-parser.ts";
import {
  ask,
  bytesOf,
  noteDropped,
  noteReplyDropped,
  notOfDialect,
  replyFailure,
  replyJson,
  textOf,
  toReplyObject,
  toRequestObject,
} from "./ask.ts";
import type { Dispatch } from "./dispatch.ts";
import type { ResponseState } from "./response-state.ts";
import { maxAssembledTogether, noteHead, watchReply, wordsOfReply } from "./watch-reply.ts";
import { writeCall, type Dialects, type ForeignCall } from "./write-call.ts";

export interface TranslateOptions {
  readonly dialects: Dialects;
  /** Refuse what the target cannot be told, in place of naming it. */
  readonly isStrict: boolean;
  /** Seconds since 1970. */
  readonly nowSeconds: () => number;
  readonly newId: (prefix: string) => string;
  /** Tokens of a request at a glance, null when nobody wants to know. */
  readonly estimateInput: ((conversation: Conversation) => number) | null;
  /** What clients of a dialect expect to be kept between their requests. */
  readonly states: Readonly<Partial<Record<ClientDialectName, ResponseState>>>;
}

export type Translate = (exchange: Exchange, call: ForeignCall) => Promise<Response>;

type NewId = TranslateOptions["newId"];

/** For several writers of one reply: each takes the same ids in the same order, whoever comes first to one makes it. */
const shareIds = (newId: NewId): (() => NewId) => {
  const made: string[] = [];
  return () => {
    let next = 0;
    return (prefix) => {
      const id = made[next];
      if (id?.startsWith(prefix) === true) {
        next += 1;
        return id;
      }
      const own = newId(prefix);
      if (next === made.length) next = made.push(own);
      return own;
    };
  };
};

/** Reads a stream to its end where the client wants the answer whole. */
const assemble = (bytes: Uint8Array, createParser: CreateEventParser, dialect: UpstreamDialect): Reply => {
  const assembler = createAssembler();
  const events = dialect.readEvents(assembler.event);
  createParser(events.event).push(bytes);
  const isWhole = events.isWhole();
  const failure = assembler.failure();
  if (failure !== null) throw new ProxyError("upstream_invalid_response", failure.message);
  if (!isWhole) throw notOfDialect();
  return assembler.reply();
};

/**
 * Makes the translation of a call: the request from the client's dialect into one of the provider's, the reply back.
 *
 * What the provider cannot be told stands by name in the reply's `x-qlite-dropped` and in the log, or is refused when
 * translation is strict. The upstream's errors keep their status and say the same in the client's dialect. A stream stays
 * a stream; a provider that answers in the other form is still understood.
 *
 * @throws {ProxyError} `unsupported_parameter` - strict, and something would be lost; `param` names the first of it
 * @throws {ProxyError} `unsupported_feature` - a tool only another provider has
 * @throws {ProxyError} what the reader of the client's dialect refuses
 * @throws {ProxyError} `upstream_invalid_response` - the reply is not of the upstream's dialect
 */
export const createTranslate = (options: TranslateOptions, dispatch: Dispatch): Translate => {
  const { dialects, isStrict, nowSeconds, newId, estimateInput, states } = options;
  const assembled = createAllowance(maxAssembledTogether);

  return async (exchange, call) => {
    const { from, provider, model, stream, framing } = call;
    const { outcome } = exchange;
    const client = dialects.clients[from];
    const state = states[from] ?? null;
    const drops = createDrops(client.fieldNames);
    const facts = { model: provider.nameOf(model), stream };
    const came = toRequestObject(call.body);
    const body = state === null ? came : state.expand(came);
    const asked = client.readRequest(body, facts, drops);
    const conversation = state === null ? asked : state.resume(asked, body);
    const written = writeCall(conversation, client, dialects, call);
    noteDropped(exchange, [...new Set([...drops.names(), ...written.dropped])], isStrict);
    const upstream = written.dialect;
    outcome.upstreamDialect = upstream.name;
    if (estimateInput !== null && stream) outcome.inputEstimate = estimateInput(conversation);
    const share = assembled.open();
    // Before it is sent: whoever observes is given the deadlines of a stream.
    exchange.observers.push({ end: share.close });
    const response = await ask(dispatch, exchange, provider, {
      url: provider.urlOf(upstream.name, model, stream),
      credential: provider.credential,
      body: provider.rewrite?.object("call", upstream.name, written.body) ?? written.body,
      stream,
      ...(upstream.name === "bedrock-converse" ? { accept: "*/*" } : {}),
    });
    if (response.status >= 400) return replyFailure(exchange, response, upstream, client);

    const isKept = state?.isKept(asked) === true;
    const context: ReplyContext = {
      conversation: isKept ? { ...asked, store: true } : asked,
      nowSeconds: nowSeconds(),
      newId,
      framing,
    };
    // What is kept of a stream has to have the ids the client was told.
    const takeIds = isKept && stream ? shareIds(newId) : null;
    const toContext = (): ReplyContext => (takeIds === null ? context : { ...context, newId: takeIds() });
    const replyDrops = createDrops(client.fieldNames);
    // A reply to a client that may name it later gets an id of ours: those of other providers may come twice.
    const id = state === null ? null : newId("resp_");
    /** Says the whole reply, and with it what cannot be said of it; of a stream, too, that is what was lost. */
    const finish = (reply: Reply): JsonObject => {
      const said = client.writeReply(reply, toContext(), replyDrops);
      noteReplyDropped(exchange, replyDrops.names());
      if (isKept) state.keep(conversation, body, reply, said);
      return said;
    };

    const { status, headers } = response;
    const createParser = eventParserOf(headers.get("content-type"));
    headers.delete("content-length");
    if (stream) headers.set("content-type", framing === "sse" ? "text/event-stream" : "application/json");
    if (stream && createParser !== null && response.body !== null) {
      const seen = watchReply(exchange, {
        id,
        isMetered: estimateInput !== null,
        share,
        catchUp: () => translation.catchUp(),
        finish,
      });
      const translation = translateStream({
        createParser,
        deltas: upstream.deltas,
        read: (emit) => upstream.readEvents((event) => emit(seen(event))),
        write: client.writeEvents(toContext()),
        failed: (error) => noteFailure(outcome, error),
      });
      exchange.recast = translation;
      return new Response(response.body, { status, headers });
    }

    const read =
      createParser === null
        ? upstream.readReply(toReplyObject(await textOf(exchange, response, share)), replyDrops)
        : assemble(await bytesOf(exchange, response, share), createParser, upstream);
    const reply = id === null ? read : { ...read, id };
    noteHead(outcome, reply);
    if (estimateInput !== null) {
      const usage = toPlausible(reply.usage);
      if (usage !== null) noteReported(outcome, usage);
      else {
        outcome.inputEstimate = estimateInput(conversation);
        outcome.watch = { settle: () => {}, said: () => ({ text: wordsOfReply(reply), scale: 1 }) };
      }
    }
    const said = finish(reply);
    if (!stream) return replyJson(exchange, headers, status, said);
    return replyWhole(exchange, toEvents(reply).map(client.writeEvents(toContext())).join(""), { status, headers });
  };
};
