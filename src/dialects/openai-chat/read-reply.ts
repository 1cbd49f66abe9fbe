import { ProxyError } from "../../errors.ts";
import { createAssembler } from "../assemble.ts";
import type { Citation, JsonObject } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { isObject, toList, toNumber, toObject, toText } from "../fields.ts";
import type { Reply, ReplyEvent, ReplyHead } from "../reply.ts";
import { readSources } from "./citations.ts";
import { readFailure } from "./failure.ts";
import { createChoiceReader, type ChoiceReader } from "./read-choice.ts";
import { readUsage } from "./usage.ts";

/** More answers than anybody asks for. */
const mostChoices = 128;

/** Reads what stands above the choices of a reply or a chunk. */
export const readHead = (body: JsonObject): ReplyHead => ({
  id: toText(body["id"]) ?? "",
  model: toText(body["model"]) ?? "",
  createdAt: toNumber(body["created"]),
  serviceTier: toText(body["service_tier"]),
  fingerprint: toText(body["system_fingerprint"]),
});

/** The `usage` of a reply or chunk, where Groq puts it too. */
export const usageOf = (body: JsonObject): JsonObject | null =>
  toObject(body["usage"]) ?? toObject(toObject(body["x_groq"])?.["usage"]);

/** Reads the choices of one answer, in whatever order they come. */
export interface ChoicesReader {
  /** @throws {ProxyError} `upstream_invalid_response` */
  readonly read: (body: JsonObject) => void;
  readonly isFinished: () => boolean;
  readonly finish: () => void;
}

/**
 * `id` is the answer's own: ids of tool calls are made of it where the upstream gives none, as Ollama once did; they must
 * differ from turn to turn, and OpenAI takes at most 40 characters.
 */
export const createChoicesReader = (emit: (event: ReplyEvent) => void, id: string): ChoicesReader => {
  const choices = new Map<number, ChoiceReader>();
  const ending = id.replaceAll(/[^\w-]/g, "").slice(-20);
  let sources: readonly Citation[] = [];
  const newCallId = (candidate: number, number: number): string => `call_${ending}_${candidate}_${number}`;

  const choiceAt = (index: number): ChoiceReader => {
    const known = choices.get(index);
    if (known !== undefined) return known;
    if (!Number.isInteger(index) || index < 0 || index >= mostChoices) {
      throw new ProxyError("upstream_invalid_response", `The upstream sent a choice with the index ${index}`);
    }
    const made = createChoiceReader(index, emit, newCallId);
    choices.set(index, made);
    return made;
  };

  return {
    read: (body) => {
      let place = 0;
      for (const choice of toList(body["choices"])) {
        if (!isObject(choice)) continue;
        choiceAt(toNumber(choice["index"]) ?? place).read(choice);
        place += 1;
      }
      const cited = readSources(body);
      if (cited !== null) sources = cited;
    },
    isFinished: () => choices.size > 0 && [...choices.values()].every((choice) => choice.isFinished()),
    finish: () => {
      for (const choice of choices.values()) choice.finish(sources);
    },
  };
};

/**
 * Reads a whole reply: as a stream of one event, so that both ways take and give the same.
 *
 * @throws {ProxyError} `upstream_invalid_response` - no choices, or an error under a good status
 * @see npm `openai` 7.57.0, resources/chat/completions/completions.d.ts, `ChatCompletion` (read 2026-11-22)
 */
export const readReply = (body: JsonObject, drops: Drops): Reply => {
  if (toList(body["choices"]).filter(isObject).length === 0) {
    const said = toObject(body["error"]) === null ? "" : `: ${readFailure(0, body).message}`;
    throw new ProxyError("upstream_invalid_response", `The upstream's reply has no choices${said}`);
  }
  if (isObject(body["moderation"])) drops.name("moderation");
  const assembler = createAssembler();
  const head = readHead(body);
  assembler.event({ kind: "start", ...head });
  const choices = createChoicesReader(assembler.event, head.id);
  choices.read(body);
  choices.finish();
  const usage = usageOf(body);
  if (usage !== null) assembler.event({ kind: "usage", usage: readUsage(usage) });
  return assembler.reply();
};
