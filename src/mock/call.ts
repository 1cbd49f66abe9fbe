import type { Conversation } from "../dialects/conversation.ts";
import type { Count } from "../dialects/count.ts";
import type { CallFacts, Dialect, ReplyContext } from "../dialects/dialect.ts";
import type { Drops } from "../dialects/drops.ts";
import { maybeFlag } from "../dialects/fields.ts";
import { checkConversation } from "./check.ts";
import { toSteps, toWrites } from "./cut.ts";
import type { Endpoint, MockCall } from "./endpoint.ts";
import { requireText } from "./fields.ts";
import { unescapeModel } from "./models.ts";
import { eventStream } from "./reply.ts";
import { checkSeals } from "./seal.ts";
import { createdAt, type NameIds } from "./seed.ts";
import { countInput } from "./usage.ts";

/** The mock speaks each dialect to itself: what is dropped on the way is nobody's loss. */
export const noDrops: Drops = { field: () => {}, name: () => {}, names: () => [] };

/** Gives the ids that a dialect makes up itself, each of them another. */
const createNewId = (ids: NameIds): ((prefix: string) => string) => {
  let count = 0;
  return (prefix) => ids(prefix, count++);
};

/** What a request says beside its conversation. */
interface Facts extends CallFacts {
  readonly framing: ReplyContext["framing"];
}

type ReadFacts = (call: MockCall) => Facts;

/** Model and form as OpenAI and Anthropic have them, in the body. */
const inBody: ReadFacts = ({ body }) => ({
  model: requireText(body, "model"),
  stream: maybeFlag(body["stream"], "stream") === true,
  framing: "sse",
});

/** The model of a path such as `/v1beta/models/gemini-x:generateContent`: the last segment up to the last colon. */
const modelIn = (path: string): string => unescapeModel(path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf(":")));

/** Model and form as Gemini has them, in the path: SSE with `alt=sse`, else one JSON array written piece by piece. */
const inPath: ReadFacts = ({ path, query }) => ({
  model: modelIn(path),
  stream: path.endsWith(":streamGenerateContent"),
  framing: /(?:^|&)alt=sse(?:&|$)/.test(query) ? "sse" : "json-array",
});

const contentTypes = { sse: eventStream, "json-array": "application/json; charset=utf-8" } as const;

/** Anthropic sends one early in every stream, and its clients have to skip it. */
const ping = 'event: ping\ndata: {"type":"ping"}\n\n';

/** The Responses API keeps answers unless told not to, and says so. */
const withStore = (conversation: Conversation): Conversation =>
  conversation.store === null ? { ...conversation, store: true } : conversation;

/**
 * The endpoint of a dialect that answers conversations, whole or streamed.
 *
 * The request is read and checked, the answer decided, and said again, all but the deciding by the dialect. The writes of
 * a stream are the head with the beginning of the content, each piece, and the end.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 */
export const createCall = (dialect: Dialect): Endpoint => {
  const { name } = dialect;
  const readFacts = name === "gemini" ? inPath : inBody;
  const greeting = name === "anthropic" ? ping : "";
  return (call) => {
    const { body, ids, answer, cut } = call;
    const facts = readFacts(call);
    const conversation = dialect.readRequest(body, facts, noDrops);
    checkConversation(conversation, dialect, body);
    checkSeals(conversation);
    const reply = answer(conversation, ids);
    const context: ReplyContext = {
      conversation: name === "openai-responses" ? withStore(conversation) : conversation,
      nowSeconds: createdAt,
      newId: createNewId(ids),
      framing: facts.framing,
    };
    if (!facts.stream) return { kind: "whole", body: dialect.writeReply(reply, context, noDrops) };
    const writes = toWrites(toSteps(reply, cut), dialect.writeEvents(context), greeting);
    return { kind: "stream", contentType: contentTypes[facts.framing], writes };
  };
};

/** The endpoint of a dialect that counts: the estimate that a reply's usage shows too. */
export const createCount = (
  { readRequest, writeReply }: Pick<Count, "readRequest" | "writeReply">,
  isGemini = false,
): Endpoint => {
  const readFacts = isGemini ? inPath : inBody;
  return (call) => ({
    kind: "whole",
    body: writeReply(countInput(readRequest(call.body, { ...readFacts(call), stream: false }, noDrops))),
  });
};
