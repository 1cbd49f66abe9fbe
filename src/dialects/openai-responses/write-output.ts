import type { Image, JsonObject, OutputPart, Reasoning, Signature, ToolCall } from "../conversation.ts";
import type { ReplyContext } from "../dialect.ts";
import { toText } from "../fields.ts";
import type { ReplyEvent } from "../reply.ts";
import { refusalOf } from "./finish.ts";
import { writeSeal } from "./seal.ts";
import type { Say } from "./wire-reply.ts";
import type { ImageItem, ItemStatus, OutputItem } from "./wire.ts";
import {
  createCall,
  createMessage,
  createReasoning,
  type MessageWriter,
  type PartWriter,
  type Place,
  type ReasoningWriter,
} from "./write-items.ts";

/** The output of a response, grown from the events of a reply. */
export interface OutputWriter {
  /** Takes what is of the first candidate; the dialect has but one. */
  readonly event: (event: ReplyEvent) => void;
  /** Ends the item under way, if there is one. */
  readonly close: (status: ItemStatus) => void;
  readonly items: readonly OutputItem[];
}

interface OpenItem {
  readonly index: number;
  readonly message: MessageWriter | null;
  readonly reasoning: { readonly partId: string | null; readonly writer: ReasoningWriter } | null;
  readonly toItem: (status: ItemStatus) => OutputItem;
  /** Says what is left to say of it. */
  readonly end?: (status: ItemStatus) => void;
  /** The seal of a call, which has no place in the call itself. */
  seal: Signature | null;
}

const imageFormats = ["png", "webp", "jpeg", "gif", "svg"] as const;

const toImageItem = (id: string, { source }: Image): ImageItem | null => {
  if (source.kind !== "base64") return null;
  const format = imageFormats.find((one) => source.mediaType.startsWith(`image/${one}`));
  return {
    id,
    type: "image_generation_call",
    status: "completed",
    ...(format !== undefined && { output_format: format }),
    result: source.data,
  };
};

/**
 * Starts an output. Neighbouring texts and refusals are one message, pieces of reasoning with one id one item; an item
 * ends when the next begins, or by `close`. A refusal of which no part says why gets one that does. Ids of items are
 * unique, as the official SDK requires; a second of the same is replaced.
 */
export const createOutput = (context: ReplyContext, say: Say, drop: (name: string) => void): OutputWriter => {
  const items: OutputItem[] = [];
  const usedIds = new Set<string>();
  let open: OpenItem | null = null;
  let part: PartWriter | null = null;
  let partIndex = -1;
  let hasRefusal = false;

  const takeId = (wanted: string | null, prefix: string): string => {
    const id = wanted === null || wanted === "" || usedIds.has(wanted) ? context.newId(prefix) : wanted;
    usedIds.add(id);
    return id;
  };
  const place = (prefix: string, wanted: string | null = null): Place => ({
    id: takeId(wanted, prefix),
    index: items.length,
    say,
    drop,
  });
  const whole = (item: OutputItem): void => {
    say.event("response.output_item.added", { output_index: items.length, item });
    say.event("response.output_item.done", { output_index: items.length, item });
    items.push(item);
  };
  const close = (status: ItemStatus): void => {
    const ending = open;
    if (ending === null) return;
    open = null;
    ending.end?.(status);
    const item = ending.toItem(status);
    say.event("response.output_item.done", { output_index: ending.index, item });
    items.push(item);
    if (ending.seal === null) return;
    const encrypted = writeSeal(ending.seal, "call.");
    whole({ id: takeId(null, "rs_"), type: "reasoning", summary: [], encrypted_content: encrypted });
  };
  const begin = (item: OpenItem): void => {
    open = item;
    say.event("response.output_item.added", { output_index: item.index, item: item.toItem("in_progress") });
  };

  const message = (): MessageWriter => {
    if (open?.message) return open.message;
    close("completed");
    const at = place("msg_");
    const writer = createMessage(at);
    begin({ index: at.index, message: writer, reasoning: null, toItem: writer.item, seal: null });
    return writer;
  };
  // Who asks for a summary looks nowhere else, so that raw reasoning is said there too.
  const { reasoning: asked } = context.conversation;
  const wantsSummary = asked !== null && asked.summary !== null && asked.summary !== "none";
  const reasoning = (thought: Reasoning): PartWriter => {
    const given = wantsSummary ? { ...thought, isSummary: true } : thought;
    const known = open?.reasoning;
    if (known && known.partId !== null && known.partId === given.id) return known.writer.part(given);
    close("completed");
    const at = place("rs_", given.id);
    const writer = createReasoning(at);
    begin({ index: at.index, message: null, reasoning: { partId: given.id, writer }, toItem: writer.item, seal: null });
    return writer.part(given);
  };
  const toolOf = ({ name }: ToolCall) =>
    context.conversation.tools.find((tool) => tool.kind !== "native" && tool.name === name);
  const call = (given: ToolCall): PartWriter => {
    close("completed");
    const tool = toolOf(given);
    const isWrapped = !given.isCustom && tool?.kind === "custom";
    const isCustom = given.isCustom || isWrapped;
    const at = place(isCustom ? "ctc_" : "fc_");
    const id = given.id === "" ? context.newId("call_") : given.id;
    const writer = createCall(at, { ...given, id }, isWrapped, tool?.kind === "native" ? undefined : tool?.grouped);
    const item: OpenItem = {
      index: at.index,
      message: null,
      reasoning: null,
      toItem: writer.item,
      end: writer.end,
      seal: given.signature,
    };
    begin(item);
    return {
      ...writer.part,
      signature: (signature) => {
        item.seal = signature;
      },
    };
  };
  const native = (value: JsonObject): void => {
    close("completed");
    const id = toText(value["id"]);
    whole(id === null || usedIds.has(id) ? { ...value, id: takeId(null, "item_") } : value);
    if (id !== null) usedIds.add(id);
  };

  const start = (given: OutputPart): PartWriter | null => {
    switch (given.kind) {
      case "text": {
        const writer = message().text();
        if (given.text !== "") writer.delta(given.text, null);
        for (const citation of given.citations) writer.citation(citation);
        return writer;
      }
      case "refusal": {
        hasRefusal = true;
        const writer = message().refusal();
        if (given.text !== "") writer.delta(given.text, null);
        return writer;
      }
      case "reasoning": {
        const writer = reasoning(given);
        writer.delta(given.text, null);
        return writer;
      }
      case "tool_call": {
        const writer = call(given);
        writer.delta(given.arguments, null);
        return writer;
      }
      case "speech": {
        drop("message.audio");
        if (given.transcript === "") return null;
        const writer = message().text();
        writer.delta(given.transcript, null);
        return writer;
      }
      case "image": {
        if (given.native?.dialect === "openai-responses") {
          native(given.native.value);
          return null;
        }
        const item = toImageItem(takeId(null, "ig_"), given);
        if (item === null) drop("message.images");
        if (item === null) return null;
        close("completed");
        whole(item);
        return null;
      }
      case "native":
        if (given.dialect === "openai-responses") native(given.value);
        else drop(`message.${given.name}`);
        return null;
    }
  };

  return {
    items,
    close,
    event: (event) => {
      switch (event.kind) {
        case "part":
          if (event.candidate !== 0) break;
          part = start(event.part);
          partIndex = event.index;
          break;
        case "delta":
          if (event.candidate === 0 && event.index === partIndex) part?.delta(event.text, event.logprobs);
          break;
        case "citation":
          if (event.candidate === 0 && event.index === partIndex) part?.citation(event.citation);
          break;
        case "signature":
          if (event.candidate === 0 && event.index === partIndex) part?.signature(event.signature);
          break;
        case "part_end":
          if (event.candidate !== 0) break;
          part?.end();
          part = null;
          break;
        case "finish": {
          const refusal = refusalOf(event.finish);
          if (event.candidate === 0 && !hasRefusal && refusal !== null)
            start({ kind: "refusal", text: refusal })?.end();
          break;
        }
        case "start":
        case "usage":
        case "error":
        case "end":
          break;
      }
    },
  };
};
