import { ProxyError } from "../../errors.ts";
import type { JsonObject, OutputPart } from "../conversation.ts";
import { isObject, toList, toNumber, toObject, toText } from "../fields.ts";
import type { Reply, ReplyHead, TokenLogprob } from "../reply.ts";
import { readFinish } from "./finish.ts";
import { readLogprobs } from "./marks.ts";
import { readItem, readReasoning } from "./read-item.ts";
import { readUsage } from "./usage.ts";

/** Reads what stands above the output of a response. */
export const readHead = (response: JsonObject): ReplyHead => ({
  id: toText(response["id"]) ?? "",
  model: toText(response["model"]) ?? "",
  createdAt: toNumber(response["created_at"]),
  serviceTier: toText(response["service_tier"]),
  fingerprint: null,
});

const logprobsOf = (item: JsonObject): readonly TokenLogprob[] =>
  item["type"] === "message"
    ? toList(item["content"]).flatMap((part) => readLogprobs(toObject(part)?.["logprobs"]) ?? [])
    : [];

/** Adds an item to those before it; one that only seals a call goes to the call. */
const addItem = (content: OutputPart[], item: JsonObject): void => {
  const last = content.at(-1);
  const seal = item["type"] === "reasoning" ? readReasoning(item).sealOfCall : null;
  if (seal !== null && last?.kind === "tool_call") content[content.length - 1] = { ...last, signature: seal };
  else content.push(...readItem(item));
};

/**
 * Reads a whole response.
 *
 * @throws {ProxyError} `upstream_invalid_response` - it has no output and no error
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts, `Response` (read 2026-11-22)
 */
export const readReply = (response: JsonObject): Reply => {
  if (!Array.isArray(response["output"]) && !isObject(response["error"])) {
    throw new ProxyError("upstream_invalid_response", "The upstream's reply is no response: it has no 'output'");
  }
  const content: OutputPart[] = [];
  const items = toList(response["output"]).filter(isObject);
  for (const item of items) addItem(content, item);
  const logprobs = items.flatMap(logprobsOf);
  const finish = readFinish(response, content);
  return {
    ...readHead(response),
    candidates: [{ index: 0, content, finish, logprobs: logprobs.length === 0 ? null : logprobs }],
    usage: readUsage(response),
  };
};
