import { ProxyError } from "../../errors.ts";
import type { JsonObject } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { toObject, toText } from "../fields.ts";
import type { Reply } from "../reply.ts";
import { readFinish } from "./finish.ts";
import { objectsOf, readBlock } from "./read-blocks.ts";
import { readUsage } from "./usage.ts";

/** The model a prompt router chose; nobody names it otherwise. */
export const readModel = (holder: JsonObject): string =>
  toText(toObject(toObject(holder["trace"])?.["promptRouter"])?.["invokedModelId"]) ?? "";

/**
 * Reads a whole answer of Converse.
 *
 * The service gives no id and no instant in it, and no model but that of a prompt router. The trace of a guardrail has no
 * place in other dialects and is named.
 *
 * @throws {ProxyError} `upstream_invalid_response` - there is no message in it
 * @see npm `@aws-sdk/client-bedrock-runtime` 3.1164.0, `ConverseResponse` (read 2026-11-22)
 */
export const readReply = (body: JsonObject, drops: Drops): Reply => {
  const message = toObject(toObject(body["output"])?.["message"]);
  if (message === null) throw new ProxyError("upstream_invalid_response", "The upstream's reply holds no message");
  if (toObject(toObject(body["trace"])?.["guardrail"]) !== null) drops.name("trace.guardrail");
  return {
    id: "",
    model: readModel(body),
    createdAt: null,
    serviceTier: toText(toObject(body["serviceTier"])?.["type"]),
    fingerprint: null,
    candidates: [
      {
        index: 0,
        content: objectsOf(message["content"])
          .map(readBlock)
          .filter((part) => part !== null),
        finish: readFinish(body),
        logprobs: null,
      },
    ],
    usage: readUsage(body["usage"]),
  };
};
