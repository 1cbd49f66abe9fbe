import { writeSse } from "../../wire/sse.ts";
import type { OutputPart, Signature } from "../conversation.ts";
import type { EventWriter, ReplyContext } from "../dialect.ts";
import type { Finish, ReplyEvent, ReplyHead, TokenLogprob, Usage } from "../reply.ts";
import { writeAnnotation } from "./citations.ts";
import { writeFailure } from "./failure.ts";
import { isCut, matchedStop, refusalOf, writeFinish } from "./finish.ts";
import { asksWithFunctions } from "./legacy.ts";
import { writeLogprobs } from "./logprobs.ts";
import { writeCallSeal, writeSeal, writeText } from "./reasoning-details.ts";
import { writeUsage } from "./usage.ts";
import type { Annotation, CallDelta, Delta, WireFinish } from "./wire-reply.ts";
import { writeImage } from "./write-parts.ts";

/** One of the answers under way. */
interface Choice {
  part: OutputPart | null;
  hasRefusal: boolean;
  /** Of the content so far, and where the open text part begins in it; in UTF-16 units. */
  length: number;
  from: number;
  calls: number;
  /** The last part is a call of which no arguments have come. */
  isBare: boolean;
  /** How many entries of `reasoning_details` there are, and which of them the open part has. */
  details: number;
  detail: number | null;
  annotations: Annotation[];
}

const newChoice = (): Choice => ({
  part: null,
  hasRefusal: false,
  length: 0,
  from: 0,
  calls: 0,
  isBare: false,
  details: 0,
  detail: null,
  annotations: [],
});

/** A call as it begins, or a piece of its arguments. */
const callOf = (part: OutputPart, text: string, isFirst: boolean): Omit<CallDelta, "index"> => {
  if (part.kind !== "tool_call") return {};
  const { id, name, isCustom } = part;
  if (isCustom) {
    return isFirst ? { id, type: "custom", custom: { name, input: text } } : { custom: { input: text } };
  }
  return isFirst ? { id, type: "function", function: { name, arguments: text } } : { function: { arguments: text } };
};

/**
 * Writes a stream of chunks in OpenAI's order: the role, the deltas, the finish reason, the usage if the client asked for
 * it, `[DONE]`. Annotations come in one delta behind the text, as OpenAI's own client keeps the last list it was sent. An
 * error is the last thing written: no finish and no `[DONE]` behind it.
 *
 * @see npm `openai` 7.57.0, resources/chat/completions/completions.d.ts, `ChatCompletionChunk` (read 2026-11-22)
 */
export const writeEvents = (context: ReplyContext): EventWriter => {
  const { wantsUsage } = context.conversation;
  const isLegacy = asksWithFunctions(context.conversation);
  const choices: Choice[] = [];
  const ending = wantsUsage ? ',"usage":null}\n\n' : "}\n\n";
  let beginning = "";
  let usage: Usage | null = null;
  let isOver = false;

  const begin = ({ id, model, createdAt, serviceTier, fingerprint }: ReplyHead): void => {
    const head = JSON.stringify({
      id: id === "" ? context.newId("chatcmpl-") : id,
      object: "chat.completion.chunk",
      created: createdAt ?? context.nowSeconds,
      model: model === "" ? context.conversation.model : model,
      ...(serviceTier === null ? {} : { service_tier: serviceTier }),
      ...(fingerprint === null ? {} : { system_fingerprint: fingerprint }),
    });
    beginning = `data: ${head.slice(0, -1)},"choices":[`;
  };

  const sayDelta = (candidate: number, delta: string, logprobs: string): string =>
    `${beginning}{"index":${candidate},"delta":${delta},"logprobs":${logprobs},"finish_reason":null}]${ending}`;

  const say = (candidate: number, delta: Delta, logprobs = "null"): string =>
    sayDelta(candidate, JSON.stringify(delta), logprobs);

  const sayEnd = (index: number, finish_reason: WireFinish, stop: string | null): string => {
    const choice = { index, delta: {}, logprobs: null, finish_reason, ...(stop === null ? {} : { stop_reason: stop }) };
    return `${beginning}${JSON.stringify(choice)}]${ending}`;
  };

  const sayCall = (candidate: number, delta: Omit<CallDelta, "index">, number: number): string => {
    if (!isLegacy) return say(candidate, { tool_calls: [{ index: number, ...delta }] });
    // The old way has words for one call.
    return delta.function === undefined || number > 0 ? "" : say(candidate, { function_call: delta.function });
  };

  const choiceAt = (candidate: number): Choice => (choices[candidate] ??= newChoice());

  const roleOf = (candidate: number, content: "" | null): string =>
    choices[candidate] === undefined ? say(candidate, { role: "assistant", content, refusal: null }) : "";

  const cited = (candidate: number): string => {
    const choice = choiceAt(candidate);
    const { annotations } = choice;
    if (annotations.length === 0) return "";
    choice.annotations = [];
    return say(candidate, { annotations });
  };

  const delta = (candidate: number, choice: Choice, text: string, tokens: readonly TokenLogprob[] | null): string => {
    const { part } = choice;
    if (part === null || (text === "" && tokens === null)) return "";
    const isRefusal = part.kind === "refusal";
    const logprobs = tokens === null ? "null" : JSON.stringify(writeLogprobs(tokens, isRefusal));
    if (part.kind === "text") {
      choice.length += text.length;
      return sayDelta(candidate, `{"content":${JSON.stringify(text)}}`, logprobs);
    }
    if (isRefusal) {
      choice.hasRefusal = true;
      return say(candidate, { refusal: text }, logprobs);
    }
    if (part.kind === "tool_call") {
      choice.isBare = false;
      return sayCall(candidate, callOf(part, text, false), choice.calls - 1);
    }
    if (part.kind !== "reasoning") return "";
    if (choice.detail === null) {
      choice.detail = choice.details;
      choice.details += 1;
    }
    const detail = writeText(part, text, choice.detail);
    return say(candidate, { reasoning_content: text, reasoning_details: [detail] });
  };

  /** The arguments of a call that turns out to have none: official clients parse them. */
  const settled = (candidate: number): string => {
    const choice = choiceAt(candidate);
    return choice.isBare ? delta(candidate, choice, "{}", null) : "";
  };

  const part = (candidate: number, begun: OutputPart): string => {
    const isText = begun.kind === "text";
    const role = roleOf(candidate, isText ? "" : null) + settled(candidate) + (isText ? "" : cited(candidate));
    const choice = choiceAt(candidate);
    choice.part = begun;
    choice.detail = null;
    choice.from = choice.length;
    switch (begun.kind) {
      case "text":
      case "refusal":
      case "reasoning":
        return role + delta(candidate, choice, begun.text, null);
      case "tool_call":
        choice.calls += 1;
        choice.isBare = begun.arguments === "" && !begun.isCustom;
        return role + sayCall(candidate, callOf(begun, begun.arguments, true), choice.calls - 1);
      case "image": {
        const image = writeImage(begun);
        return image === null ? role : role + say(candidate, { images: [image] });
      }
      case "speech": {
        const { id, data, transcript, expiresAt } = begun;
        const audioId = id === "" ? context.newId("audio_") : id;
        const sound = say(candidate, { audio: { id: audioId, data, transcript } });
        return role + sound + say(candidate, { audio: { expires_at: expiresAt ?? context.nowSeconds } });
      }
      case "native":
        return role;
    }
  };

  const seal = (candidate: number, choice: Choice, signature: Signature): string => {
    const sealed = choice.part;
    if (signature.value === "") return "";
    if (sealed?.kind === "tool_call") {
      choice.details += 1;
      return say(candidate, { reasoning_details: [writeCallSeal(sealed.id, signature, choice.details - 1)] });
    }
    if (sealed?.kind !== "reasoning") return "";
    const written = writeSeal(sealed, signature, 0);
    const isSame = choice.detail !== null && written["type"] === writeText(sealed, "", 0)["type"];
    if (!isSame) choice.details += 1;
    const index = isSame ? choice.detail : choice.details - 1;
    return say(candidate, { reasoning_details: [{ ...written, index }] });
  };

  const finish = (candidate: number, ended: Finish): string => {
    let written = roleOf(candidate, "") + (isCut(ended) ? "" : settled(candidate)) + cited(candidate);
    const choice = choiceAt(candidate);
    const refusal = choice.hasRefusal ? null : refusalOf(ended);
    if (refusal !== null) written += say(candidate, { refusal });
    const word = writeFinish(ended.reason, choice.hasRefusal || refusal !== null);
    return written + sayEnd(candidate, isLegacy && word === "tool_calls" ? "function_call" : word, matchedStop(ended));
  };

  const end = (): string => {
    isOver = true;
    const chunk =
      usage === null || !wantsUsage ? "" : `${beginning}],"usage":${JSON.stringify(writeUsage(usage))}}\n\n`;
    return `${chunk}data: [DONE]\n\n`;
  };

  return (event: ReplyEvent): string => {
    if (isOver) return "";
    switch (event.kind) {
      case "start":
        begin(event);
        return "";
      case "part":
        return part(event.candidate, event.part);
      case "delta":
        return delta(event.candidate, choiceAt(event.candidate), event.text, event.logprobs);
      case "citation": {
        const choice = choiceAt(event.candidate);
        const annotation = writeAnnotation(event.citation, choice.from, choice.length);
        if (annotation !== null) choice.annotations.push(annotation);
        return "";
      }
      case "signature":
        return seal(event.candidate, choiceAt(event.candidate), event.signature);
      case "part_end":
        return "";
      case "finish":
        return finish(event.candidate, event.finish);
      case "usage":
        usage = event.usage;
        return "";
      case "error":
        isOver = true;
        return writeSse(JSON.stringify(writeFailure(event.failure)));
      case "end":
        return end();
    }
  };
};
