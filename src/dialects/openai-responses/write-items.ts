// The items of an answer as they grow: each says its events and gives itself whole at the end.
import { parsePlainJson } from "../../wire/lossless-json.ts";
import type { Citation, Grouped, Reasoning, Signature, ToolCall } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import type { TokenLogprob } from "../reply.ts";
import { restOfCitation } from "../rest.ts";
import { writeCitation, writeLogprobs } from "./marks.ts";
import { writeSeal } from "./seal.ts";
import type { ContentPart, Say } from "./wire-reply.ts";
import type {
  CustomCallItem,
  FunctionCallItem,
  ItemStatus,
  MessageItem,
  OwnItem,
  ReasoningItem,
  WireLogprob,
} from "./wire.ts";

/** A part of the answer as it grows. */
export interface PartWriter {
  readonly delta: (text: string, logprobs: readonly TokenLogprob[] | null) => void;
  readonly citation: (citation: Citation) => void;
  readonly signature: (signature: Signature) => void;
  readonly end: () => void;
}

export interface Place {
  readonly id: string;
  readonly index: number;
  readonly say: Say;
  /** Names what cannot be said. */
  readonly drop: (name: string) => void;
}

interface Item<T extends OwnItem> {
  readonly item: (status: ItemStatus) => T;
}

export interface MessageWriter extends Item<MessageItem> {
  readonly text: () => PartWriter;
  readonly refusal: () => PartWriter;
}

const ignore = (): void => {};

/** A message of the assistant; its parts come one after another. */
export const createMessage = ({ id, index, say, drop }: Place): MessageWriter => {
  const content: MessageItem["content"][number][] = [];
  const at = () => ({ item_id: id, output_index: index, content_index: content.length });
  return {
    item: (status) => ({ id, type: "message", status, content: [...content], role: "assistant" }),
    text: () => {
      const here = at();
      const place = `${JSON.stringify(here).slice(1, -1)},`;
      let text = "";
      const logprobs: WireLogprob[] = [];
      const annotations: ReturnType<typeof writeCitation>[] = [];
      const toPart = () => ({
        type: "output_text" as const,
        annotations: annotations.filter((one) => one !== null),
        logprobs,
        text,
      });
      say.event("response.content_part.added", {
        ...here,
        part: { type: "output_text", annotations: [], logprobs: [], text: "" },
      });
      return {
        delta: (delta, given) => {
          text += delta;
          if (given === null) {
            // As text: there are thousands of these.
            say.json("response.output_text.delta", `${place}"delta":${JSON.stringify(delta)},"logprobs":[]}`);
            return;
          }
          const written = writeLogprobs(given);
          logprobs.push(...written);
          say.event("response.output_text.delta", { ...here, delta, logprobs: written });
        },
        citation: (citation) => {
          const annotation = writeCitation(citation, text.length);
          if (annotation === null) {
            drop("message.annotations");
            return;
          }
          for (const name of restOfCitation(citation, "openai-responses", false)) drop(`message.annotations.${name}`);
          const annotation_index = annotations.push(annotation) - 1;
          say.event("response.output_text.annotation.added", { ...here, annotation_index, annotation });
        },
        signature: ignore,
        end: () => {
          const part = toPart();
          say.event("response.output_text.done", { ...here, text, logprobs });
          say.event("response.content_part.done", { ...here, part });
          content.push(part);
        },
      };
    },
    refusal: () => {
      const here = at();
      let refusal = "";
      say.event("response.content_part.added", { ...here, part: { type: "refusal", refusal: "" } });
      return {
        delta: (delta) => {
          refusal += delta;
          say.event("response.refusal.delta", { ...here, delta });
        },
        citation: ignore,
        signature: ignore,
        end: () => {
          say.event("response.refusal.done", { ...here, refusal });
          say.event("response.content_part.done", { ...here, part: { type: "refusal", refusal } });
          content.push({ type: "refusal", refusal });
        },
      };
    },
  };
};

export interface ReasoningWriter extends Item<ReasoningItem> {
  readonly part: (part: Reasoning) => PartWriter;
}

/** Reasoning: a summary, raw text, or nothing but a seal. A text is announced with its first delta. */
export const createReasoning = ({ id, index, say }: Place): ReasoningWriter => {
  const summary: ReasoningItem["summary"][number][] = [];
  const content: (ContentPart & { type: "reasoning_text" })[] = [];
  let sealed: string | null = null;
  const here = { item_id: id, output_index: index };

  const grow = (isSummary: boolean): Pick<PartWriter, "delta" | "end"> => {
    let text = "";
    const inSummary = { ...here, summary_index: summary.length };
    const inContent = { ...here, content_index: content.length };
    return {
      delta: (delta) => {
        if (delta === "") return;
        const isFirst = text === "";
        text += delta;
        if (isSummary) {
          const part = { type: "summary_text", text: "" } as const;
          if (isFirst) say.event("response.reasoning_summary_part.added", { ...inSummary, part });
          say.event("response.reasoning_summary_text.delta", { ...inSummary, delta });
        } else {
          const part = { type: "reasoning_text", text: "" } as const;
          if (isFirst) say.event("response.content_part.added", { ...inContent, part });
          say.event("response.reasoning_text.delta", { ...inContent, delta });
        }
      },
      end: () => {
        if (text === "") return;
        if (isSummary) {
          say.event("response.reasoning_summary_text.done", { ...inSummary, text });
          say.event("response.reasoning_summary_part.done", { ...inSummary, part: { type: "summary_text", text } });
          summary.push({ type: "summary_text", text });
        } else {
          say.event("response.reasoning_text.done", { ...inContent, text });
          say.event("response.content_part.done", { ...inContent, part: { type: "reasoning_text", text } });
          content.push({ type: "reasoning_text", text });
        }
      },
    };
  };

  return {
    item: () => ({
      id,
      type: "reasoning",
      summary: [...summary],
      ...(content.length > 0 && { content: [...content] }),
      ...(sealed !== null && { encrypted_content: sealed }),
    }),
    part: ({ isSummary, isRedacted, signature }) => {
      const seal = (given: Signature): void => {
        sealed = writeSeal(given, isRedacted ? "redacted." : "");
      };
      if (signature !== null) seal(signature);
      return { ...grow(isSummary), citation: ignore, signature: seal };
    },
  };
};

/** The text in `{"input": ...}`, which is what a custom tool is called with where there are only functions. */
const unwrapInput = (text: string): string => {
  try {
    return toText(toObject(parsePlainJson(text))?.["input"]) ?? text;
  } catch {
    return text;
  }
};

export interface CallWriter extends Item<FunctionCallItem | CustomCallItem> {
  readonly part: PartWriter;
  /** Says the arguments whole; only now is it known whether the answer was cut in them. */
  readonly end: (status: ItemStatus) => void;
}

/**
 * A call of a function or of a custom tool. `isWrapped` is a custom tool of the client's that the upstream called as a
 * function: its arguments are held until they are whole, and their `input` is what the client gets. `grouped` tells which
 * tool of which namespace it is. Official clients parse the arguments, so that none are an empty object.
 */
export const createCall = (
  { id, index, say }: Place,
  call: ToolCall,
  isWrapped: boolean,
  grouped: Grouped | undefined,
): CallWriter => {
  const here = { item_id: id, output_index: index };
  const named = {
    call_id: call.id,
    name: grouped?.member ?? call.name,
    ...(grouped !== undefined && { namespace: grouped.namespace }),
  };
  const isCustom = call.isCustom || isWrapped;
  let text = "";
  const sayDelta = (delta: string): void => {
    if (delta === "") return;
    say.event(isCustom ? "response.custom_tool_call_input.delta" : "response.function_call_arguments.delta", {
      ...here,
      delta,
    });
  };
  return {
    item: (status) =>
      isCustom
        ? { id, type: "custom_tool_call", status, input: text, ...named }
        : { id, type: "function_call", status, arguments: text, ...named },
    part: {
      delta: (delta) => {
        text += delta;
        if (!isWrapped) sayDelta(delta);
      },
      citation: ignore,
      signature: ignore,
      end: ignore,
    },
    end: (status) => {
      if (isWrapped || (!isCustom && text === "" && status === "completed")) {
        text = isWrapped ? unwrapInput(text) : "{}";
        sayDelta(text);
      }
      if (isCustom) say.event("response.custom_tool_call_input.done", { ...here, input: text });
      else say.event("response.function_call_arguments.done", { ...here, arguments: text });
    },
  };
};
