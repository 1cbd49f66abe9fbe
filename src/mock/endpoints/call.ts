import type { Conversation } from "../../dialects/conversation.ts";
import type { Count } from "../../dialects/count.ts";
import type { CallFacts, Dialect, ReplyContext } from "../../dialects/dialect.ts";
import type { Drops } from "../../dialects/drops.ts";
import { toUnderWay } from "../../dialects/openai-responses/retell.ts";
import { isObject, maybeFlag } from "../../dialects/fields.ts";
import type { Reply } from "../../dialects/reply.ts";
import type { EndpointName } from "../asked.ts";
import { checkChoices, checkConversation } from "./check/check.ts";
import { toSteps, toWrites } from "./cut.ts";
import type { Endpoint, Heard, Incoming, SayOptions } from "./endpoint.ts";
import { requireText } from "./fields.ts";
import { readLeniently } from "./read-leniently.ts";
import { modelOf, unescapeModel } from "./models.ts";
import type { Said } from "../said.ts";
import { eventStream, sayJson, sayPlain, withHeaders } from "./say.ts";
import { checkSeals } from "../auto/seal.ts";
import { createdAt, type NameIds } from "../seed.ts";
import { lastUserText, systemText } from "./texts.ts";
import { countInput } from "../auto/usage.ts";

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

type ReadFacts = (incoming: Incoming) => Facts;

/** The model of the body; else the deployment in a path of Azure's, or the stored prompt, which names its model itself. */
const modelAsked = ({ body, path }: Incoming): string => {
  const { model, prompt } = body;
  if (model === undefined) {
    const deployment = /\/deployments\/([^/]+)\//.exec(path)?.[1];
    if (deployment !== undefined) return unescapeModel(deployment);
    if (isObject(prompt) && typeof prompt["id"] === "string") return prompt["id"];
  }
  return requireText(body, "model");
};

/** Model and form as OpenAI and Anthropic have them, in the body. */
const inBody: ReadFacts = (incoming) => ({
  model: modelAsked(incoming),
  stream: maybeFlag(incoming.body["stream"], "stream") === true,
  framing: "sse",
});

/** Model and form as Gemini has them, in the path: SSE with `alt=sse`, else one JSON array written piece by piece. */
const inPath: ReadFacts = ({ path, query }) => ({
  model: modelOf(path),
  stream: path.endsWith(":streamGenerateContent"),
  framing: /(?:^|&)alt=sse(?:&|$)/.test(query) ? "sse" : "json-array",
});

const contentTypes = { sse: eventStream, "json-array": "application/json; charset=utf-8" } as const;

/** Anthropic sends one early in every stream, and its clients have to skip it. */
const ping = 'event: ping\ndata: {"type":"ping"}\n\n';

/** The Responses API keeps answers unless told not to, and says so. */
const withStore = (conversation: Conversation): Conversation =>
  conversation.store === null ? { ...conversation, store: true } : conversation;

const isBackground = ({ native }: Conversation): boolean =>
  native.dialect === "openai-responses" && native.fields["background"] === true;

const saysReplies = new Set(["reply", "failure", "raw"] as const);

const sayReply = (
  { name, writeReply, writeEvents }: Dialect,
  reply: Reply,
  { stream, framing }: Facts,
  heard: Conversation,
  { ids, cut, nextWaitMs }: SayOptions,
): Said => {
  const conversation = name === "openai-responses" ? withStore(heard) : heard;
  const isQueued = isBackground(conversation);
  const context: ReplyContext = { conversation, nowSeconds: createdAt, newId: createNewId(ids), framing, isQueued };
  if (!stream) {
    const body = writeReply(reply, context, noDrops);
    return isQueued ? { ...sayJson(toUnderWay(body, "queued")), later: JSON.stringify(body) } : sayJson(body);
  }
  const greeting = name === "anthropic" ? ping : "";
  return {
    status: 200,
    headers: { "content-type": contentTypes[framing], "cache-control": "no-cache" },
    body: {
      kind: "stream",
      framing,
      writes: toWrites(toSteps(reply, cut), writeEvents(context), nextWaitMs, greeting),
    },
  };
};

/**
 * The endpoint of a dialect that answers conversations, whole or streamed.
 *
 * The request is read and checked here, and the answer said again, all but the deciding by the dialect. The writes of a
 * stream are the head with the beginning of the content, each piece, and the end.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`; more choices
 *   than are made
 */
export const createCall = (dialect: Dialect, name: EndpointName): Endpoint => {
  const readFacts = dialect.name === "gemini" ? inPath : inBody;
  return {
    name,
    says: saysReplies,
    isFixed: false,
    hear: (incoming): Heard => {
      const facts = readFacts(incoming);
      const { conversation, objection } = readLeniently(incoming.body, dialect, (body) =>
        dialect.readRequest(body, facts, noDrops),
      );
      checkChoices(conversation, dialect);
      return {
        model: facts.model,
        stream: facts.stream,
        conversation,
        judge: () => {
          if (objection !== null) throw objection;
          checkConversation(conversation, dialect, incoming.body);
        },
        user: () => lastUserText(conversation),
        system: () => systemText(conversation),
        checkSeals: (takes) => checkSeals(conversation, takes),
        auto: (ids, generate) => ({ kind: "reply", reply: generate(conversation, ids) }),
        say: (answer, options) =>
          answer.kind === "reply"
            ? withHeaders(sayReply(dialect, answer.reply, facts, conversation, options), answer)
            : sayPlain(answer, dialect.name, options.ids),
      };
    },
  };
};

/** The endpoint of a dialect that counts: the estimate that a reply's usage shows too. */
export const createCount = (
  { readRequest, writeReply }: Pick<Count, "readRequest" | "writeReply">,
  dialect: Dialect["name"],
): Endpoint => {
  const readFacts = dialect === "gemini" ? inPath : inBody;
  return {
    name: "count_tokens",
    says: new Set(["json", "failure", "raw"]),
    isFixed: true,
    hear: (incoming): Heard => {
      const facts = readFacts(incoming);
      const conversation = readRequest(incoming.body, { ...facts, stream: false }, noDrops);
      return {
        model: facts.model,
        stream: false,
        conversation,
        user: () => lastUserText(conversation),
        system: () => systemText(conversation),
        auto: () => ({ kind: "json", status: 200, body: { ...writeReply(countInput(conversation)) } }),
        say: (answer, { ids }) => sayPlain(answer, dialect, ids),
      };
    },
  };
};
