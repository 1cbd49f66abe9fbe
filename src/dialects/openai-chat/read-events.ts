import { ProxyError } from "../../errors.ts";
import { parsePlainJson } from "../../wire/lossless-json.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { JsonObject } from "../conversation.ts";
import type { EventReader } from "../dialect.ts";
import { toList, toObject } from "../fields.ts";
import type { ReplyEvent } from "../reply.ts";
import { readFailure } from "./failure.ts";
import { createChoicesReader, readHead, usageOf, type ChoicesReader } from "./read-reply.ts";
import { readUsage } from "./usage.ts";

const parse = (data: string): JsonObject => {
  let value: unknown;
  try {
    value = parsePlainJson(data);
  } catch (cause) {
    throw new ProxyError("upstream_invalid_response", "The upstream sent an event that is not JSON", { cause });
  }
  const chunk = toObject(value);
  if (chunk === null) throw new ProxyError("upstream_invalid_response", "The upstream sent an event that is no object");
  return chunk;
};

/**
 * Reads a stream of chunks.
 *
 * An answer's last part, its finish and `end` come with `[DONE]`, because some servers send a `finish_reason` with every
 * chunk and others text behind it. A stream that closes after every choice had its `finish_reason`, but without `[DONE]`,
 * is whole too: then `isWhole` gives the missing events before it answers. An error in the stream is the end of it; one
 * that comes before anything else has no `start` before it.
 *
 * @see npm `openai` 7.57.0, resources/chat/completions/completions.d.ts, `ChatCompletionChunk` (read 2026-11-22)
 */
export const readEvents = (emit: (event: ReplyEvent) => void): EventReader => {
  let choices: ChoicesReader | null = null;
  let isOver = false;

  const begin = (chunk: JsonObject): ChoicesReader => {
    const head = readHead(chunk);
    emit({ kind: "start", ...head });
    return createChoicesReader(emit, head.id);
  };

  const finish = (reader: ChoicesReader): void => {
    reader.finish();
    emit({ kind: "end" });
    isOver = true;
  };

  return {
    event: ({ type, data }: SseEvent) => {
      if (isOver || data === "") return;
      // Trimming every chunk to compare it would be wasted: a chunk begins with its brace.
      if (data[0] !== "{" && data.trim() === "[DONE]") {
        if (choices === null) throw new ProxyError("upstream_invalid_response", "The upstream's stream has no choices");
        finish(choices);
        return;
      }
      const chunk = parse(data);
      if (type === "error" || (chunk["error"] !== undefined && chunk["error"] !== null)) {
        emit({ kind: "error", failure: readFailure(0, chunk) });
        isOver = true;
        return;
      }
      // Azure's first chunk has the filters' verdict on the prompt and no name yet.
      if (choices === null && toList(chunk["choices"]).length === 0) return;
      choices ??= begin(chunk);
      choices.read(chunk);
      const usage = usageOf(chunk);
      if (usage !== null) emit({ kind: "usage", usage: readUsage(usage) });
    },
    isWhole: () => {
      if (!isOver && choices !== null && choices.isFinished()) finish(choices);
      return isOver;
    },
  };
};
