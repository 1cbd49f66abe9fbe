import type { JsonObject, OutputPart, Signature } from "../conversation.ts";
import { isObject, toList, toNumber, toObject, toText } from "../fields.ts";
import { readCitation, readCitations, readLogprobs } from "./marks.ts";
import type { Growing, PartQueue } from "./part-queue.ts";
import { readItem, readReasoning, summaryBreak } from "./read-item.ts";

interface Item {
  readonly id: string | null;
  /** By the index of the content, and for reasoning by which of its two texts it is. */
  readonly parts: Map<number | "summary" | "raw" | "call", Growing>;
  summaryIndex: number;
  /** Whether the server announced it; another of the same index is another item. */
  isAdded: boolean;
  isDone: boolean;
}

type PartKey = Parameters<Item["parts"]["get"]>[0];

/** The items of a stream, told as parts. */
export interface StreamItems {
  readonly added: (event: JsonObject) => void;
  /** An item as a whole; says what its deltas left out, all of it where there were none. */
  readonly whole: (event: JsonObject) => void;
  readonly part: (event: JsonObject) => void;
  readonly partDone: (event: JsonObject) => void;
  readonly textDelta: (event: JsonObject, kind: "text" | "refusal") => void;
  readonly textDone: (event: JsonObject) => void;
  readonly annotation: (event: JsonObject) => void;
  readonly callDelta: (event: JsonObject, isCustom: boolean) => void;
  readonly reasoningDelta: (event: JsonObject, key: "summary" | "raw") => void;
  /** Goes by the items of the whole response, then ends what is open. */
  readonly end: (output: readonly unknown[]) => void;
  /** Of all that began, in order. */
  readonly kinds: () => readonly Pick<OutputPart, "kind">[];
}

const emptyOf = (kind: "text" | "refusal"): OutputPart =>
  kind === "text" ? { kind, text: "", citations: [], cache: null } : { kind, text: "" };

/** The part as it begins, when its text is told by deltas. */
const withoutText = (part: OutputPart): OutputPart => {
  if (part.kind === "text") return { ...part, text: "", citations: [] };
  if (part.kind === "refusal") return { ...part, text: "" };
  if (part.kind === "reasoning") return { ...part, text: "", signature: null };
  return part.kind === "tool_call" ? { ...part, arguments: "" } : part;
};

const textOf = (part: OutputPart): string => {
  if (part.kind === "tool_call") return part.arguments;
  return part.kind === "text" || part.kind === "refusal" || part.kind === "reasoning" ? part.text : "";
};

const keyOf = (part: OutputPart, index: number): PartKey => {
  if (part.kind === "tool_call") return "call";
  if (part.kind !== "reasoning") return index;
  return part.isSummary ? "summary" : "raw";
};

const typeOf = (part: OutputPart): string => {
  if (part.kind === "text" || part.kind === "refusal") return "message";
  if (part.kind !== "tool_call") return part.kind;
  return part.isCustom ? "custom_tool_call" : "function_call";
};

/** Whether an item that was found by its index alone can be the one told so far. */
const isOf = (item: Item, json: JsonObject): boolean => {
  const [first] = item.parts.values();
  return first === undefined || typeOf(first.part) === toText(json["type"]);
};

/**
 * Follows the items of a stream. An item is known by its id, or where a server gives every event another id, by its
 * `output_index`; parts that were never announced begin with their first delta.
 */
export const createStreamItems = (queue: PartQueue): StreamItems => {
  const byId = new Map<string, Item>();
  const byIndex = new Map<number, Item>();
  const kinds: Pick<OutputPart, "kind">[] = [];
  /** A call whose item is done; it stays open for the seal that may stand behind it. */
  let lastCall: Growing | null = null;

  const endCall = (): void => {
    lastCall?.close();
    lastCall = null;
  };
  const open = (item: Item, key: PartKey, part: OutputPart): Growing => {
    const known = item.parts.get(key);
    if (known !== undefined) return known;
    endCall();
    // A next part of one item is the end of the one before it.
    for (const before of item.parts.values()) before.close();
    const growing = queue.open(part);
    kinds.push({ kind: part.kind });
    item.parts.set(key, growing);
    return growing;
  };
  const make = (id: string | null, index: number | null): Item => {
    const item: Item = { id, parts: new Map(), summaryIndex: 0, isAdded: false, isDone: false };
    if (id !== null) byId.set(id, item);
    if (index !== null) byIndex.set(index, item);
    return item;
  };
  const find = (event: JsonObject, id: string | null): Item => {
    const index = toNumber(event["output_index"]);
    const known = (id === null ? undefined : byId.get(id)) ?? (index === null ? undefined : byIndex.get(index));
    if (known !== undefined) return known;
    return make(id, index);
  };
  const add = (event: JsonObject, id: string | null): Item => {
    const index = toNumber(event["output_index"]);
    const known = find(event, id);
    const item = known.isAdded && known.id !== id ? make(id, index) : known;
    item.isAdded = true;
    return item;
  };
  const itemOf = (event: JsonObject): Item => find(event, toText(event["item_id"]) || null);
  const sealCall = (signature: Signature): void => {
    lastCall?.signature(signature);
    endCall();
  };
  const textPart = (event: JsonObject, kind: "text" | "refusal"): Growing =>
    open(itemOf(event), toNumber(event["content_index"]) ?? 0, emptyOf(kind));

  const wholeItem = (item: Item, json: JsonObject): void => {
    if (item.isDone) return;
    item.isDone = true;
    const contents = toList(json["content"]);
    let seal: Signature | null = null;
    for (const [index, part] of readItem(json).entries()) {
      const growing = open(item, keyOf(part, index), withoutText(part));
      const logprobs = part.kind === "text" ? readLogprobs(toObject(contents[index])?.["logprobs"]) : null;
      growing.settle(textOf(part), logprobs, part.kind === "text" ? part.citations : []);
      if (part.kind === "reasoning" && part.signature !== null) seal = part.signature;
      if (part.kind === "tool_call" && !queue.hasWaiting()) lastCall = growing;
    }
    // The part that began last is the one still open, whichever of its texts a server sent first.
    if (seal !== null) [...item.parts.values()].at(-1)?.signature(seal);
    for (const growing of item.parts.values()) if (growing !== lastCall) growing.close();
  };

  return {
    added: (event) => {
      const json = toObject(event["item"]) ?? {};
      const item = add(event, toText(json["id"]) || null);
      const type = toText(json["type"]);
      const seal = type === "reasoning" ? readReasoning(json).sealOfCall : null;
      if (seal !== null) {
        sealCall(seal);
        item.isDone = true;
      }
      const [part] = type === "function_call" || type === "custom_tool_call" ? readItem(json) : [];
      if (part !== undefined) open(item, "call", withoutText(part));
    },
    whole: (event) => {
      const json = toObject(event["item"]) ?? {};
      wholeItem(find(event, toText(json["id"]) || null), json);
    },
    part: (event) => {
      const type = toText(toObject(event["part"])?.["type"]);
      if (type === "output_text") textPart(event, "text");
      if (type === "refusal") textPart(event, "refusal");
    },
    partDone: (event) => {
      const part = toObject(event["part"]);
      const growing = itemOf(event).parts.get(toNumber(event["content_index"]) ?? 0);
      if (part === null || growing === undefined) return;
      const text = toText(part["text"]) ?? toText(part["refusal"]) ?? "";
      growing.settle(text, readLogprobs(part["logprobs"]), readCitations(part["annotations"]));
      growing.close();
    },
    textDelta: (event, kind) => {
      textPart(event, kind).delta(toText(event["delta"]) ?? "", readLogprobs(event["logprobs"]));
    },
    textDone: (event) => {
      const growing = itemOf(event).parts.get(toNumber(event["content_index"]) ?? 0);
      const text = toText(event["text"]) ?? toText(event["refusal"]) ?? "";
      growing?.settle(text, readLogprobs(event["logprobs"]), []);
    },
    annotation: (event) => {
      const citation = readCitation(event["annotation"]);
      if (citation !== null) textPart(event, "text").citation(citation);
    },
    callDelta: (event, isCustom) => {
      // Without the item before it a call has no name yet; its item, when it is done, tells all.
      const growing = itemOf(event).parts.get("call");
      if (growing?.part.kind !== "tool_call" || growing.part.isCustom !== isCustom) return;
      growing.delta(toText(event["delta"]) ?? "", null);
    },
    reasoningDelta: (event, key) => {
      const item = itemOf(event);
      const isSummary = key === "summary";
      const growing = open(item, key, {
        kind: "reasoning",
        id: item.id,
        text: "",
        isSummary,
        isRedacted: false,
        signature: null,
      });
      const index = toNumber(event[isSummary ? "summary_index" : "content_index"]) ?? 0;
      const text = toText(event["delta"]) ?? "";
      if (text !== "" && index !== item.summaryIndex && growing.hasText()) growing.delta(summaryBreak, null);
      if (text !== "") item.summaryIndex = index;
      growing.delta(text, null);
    },
    end: (output) => {
      for (const [index, json] of output.entries()) {
        if (!isObject(json)) continue;
        const item = find({ output_index: index }, toText(json["id"]) || null);
        if (isOf(item, json)) wholeItem(item, json);
      }
      endCall();
      queue.closeAll();
    },
    kinds: () => kinds,
  };
};
