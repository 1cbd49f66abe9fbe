import type { Image, JsonObject, OutputPart, Signature } from "../conversation.ts";
import { toList, toObject, toText } from "../fields.ts";
import { restOfImage } from "../rest.ts";
import { readCitations } from "./marks.ts";
import { readSeal } from "./seal.ts";

type Reasoning = OutputPart & { readonly kind: "reasoning" };

export interface ReadReasoning {
  readonly parts: readonly Reasoning[];
  /** The item was but the seal of the call before it. */
  readonly sealOfCall: Signature | null;
}

/** How the parts of a summary hang together: each is a paragraph. */
export const summaryBreak = "\n\n";

const textsOf = (value: unknown): string =>
  toList(value)
    .map((part) => toText(toObject(part)?.["text"]) ?? "")
    .filter((text) => text !== "")
    .join(summaryBreak);

/**
 * Reads a reasoning item: its summary as one part and its raw text as another, the seal on the last of them.
 *
 * One part for the summary, because other dialects seal each part, and the item has one seal. No parts when it holds nothing.
 */
export const readReasoning = (item: JsonObject): ReadReasoning => {
  const id = toText(item["id"]);
  const encrypted = toText(item["encrypted_content"]) ?? "";
  const seal = encrypted === "" ? null : readSeal(id, encrypted);
  if (seal?.note === "call.") return { parts: [], sealOfCall: seal.signature };
  const summary = textsOf(item["summary"]);
  const raw = textsOf(item["content"]);
  const toPart = (text: string, isSummary: boolean, signature: Signature | null): Reasoning => ({
    kind: "reasoning",
    id,
    text,
    isSummary,
    isRedacted: signature !== null && seal?.note === "redacted.",
    signature,
  });
  const signature = seal?.signature ?? null;
  if (raw === "") {
    return { parts: summary === "" && seal === null ? [] : [toPart(summary, true, signature)], sealOfCall: null };
  }
  const first = summary === "" ? [] : [toPart(summary, true, null)];
  return { parts: [...first, toPart(raw, false, signature)], sealOfCall: null };
};

/** Reads an image the model made, null for an item that is none or holds none. */
export const toImage = (item: JsonObject): Image | null => {
  const data = toText(item["result"]);
  if (item["type"] !== "image_generation_call" || data === null || data === "") return null;
  const mediaType = `image/${toText(item["output_format"]) ?? "png"}`;
  const source = { kind: "base64", data, mediaType } as const;
  const native = { kind: "native", dialect: "openai-responses", name: "image_generation_call", value: item } as const;
  return { kind: "image", source, detail: null, cache: null, ...(restOfImage({ native }).length > 0 && { native }) };
};

const readMessage = (item: JsonObject): readonly OutputPart[] =>
  toList(item["content"]).flatMap((value): readonly OutputPart[] => {
    const part = toObject(value);
    const refusal = toText(part?.["refusal"]);
    if (refusal !== null) return [{ kind: "refusal", text: refusal }];
    const text = toText(part?.["text"]);
    return text === null ? [] : [{ kind: "text", text, citations: readCitations(part?.["annotations"]), cache: null }];
  });

/** Reads an item of a reply; what is not known is `Native`. */
export const readItem = (item: JsonObject): readonly OutputPart[] => {
  const name = toText(item["type"]) ?? "";
  switch (name) {
    case "message":
      return readMessage(item);
    case "reasoning":
      return readReasoning(item).parts;
    case "function_call":
    case "custom_tool_call": {
      const isCustom = name === "custom_tool_call";
      return [
        {
          kind: "tool_call",
          id: toText(item["call_id"]) ?? toText(item["id"]) ?? "",
          name: toText(item["name"]) ?? "",
          arguments: toText(item[isCustom ? "input" : "arguments"]) ?? "",
          isCustom,
          signature: null,
          cache: null,
        },
      ];
    }
    default:
      return [toImage(item) ?? { kind: "native", dialect: "openai-responses", name, value: item }];
  }
};
