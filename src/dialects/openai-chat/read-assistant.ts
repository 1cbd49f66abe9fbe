import { ProxyError } from "../../errors.ts";
import { createAssembler } from "../assemble.ts";
import type { JsonObject, OutputPart, ToolCall } from "../conversation.ts";
import { dropUnknown, type Drops } from "../drops.ts";
import {
  isObject,
  maybeList,
  maybeObject,
  maybeText,
  needObject,
  needText,
  toObject,
  toText,
  wrongType,
} from "../fields.ts";
import { readAnnotations } from "./citations.ts";
import { createParts } from "./growing-parts.ts";
import { readAssistantContent, readType } from "./read-parts.ts";
import { createReasoningReader } from "./read-reasoning.ts";
import { readImageUrl } from "./sources.ts";

const known = {
  message: new Set(
    (
      "role content name refusal tool_calls function_call audio annotations reasoning_content reasoning " +
      // `parsed` is what the SDK's helpers leave on a message; it says nothing that `content` does not.
      "reasoning_details images parsed"
    ).split(" "),
  ),
  call: new Set(["id", "type", "function", "custom", "index", "extra_content"]),
  body: new Set(["name", "arguments", "input", "parsed_arguments"]),
  annotation: new Set(["url", "title", "content", "start_index", "end_index"]),
};

const readCall = (value: unknown, path: string, drops: Drops): ToolCall => {
  const call = needObject(value, path);
  dropUnknown(call, known.call, "messages.tool_calls.", drops);
  const id = needText(call["id"], `${path}.id`);
  const type = readType(call, ["function", "custom"], path);
  const body = needObject(call[type], `${path}.${type}`);
  dropUnknown(body, known.body, `messages.tool_calls.${type}.`, drops);
  const isCustom = type === "custom";
  const key = isCustom ? "input" : "arguments";
  const extra = maybeObject(call["extra_content"], `${path}.extra_content`);
  return {
    kind: "tool_call",
    id,
    name: needText(body["name"], `${path}.${type}.name`),
    arguments: needText(body[key], `${path}.${type}.${key}`),
    isCustom,
    signature: extra === null ? null : { by: "openai-chat", value: JSON.stringify({ extra_content: extra }) },
    cache: null,
  };
};

/** Names what annotations hold that `readAnnotations` has no words for. */
const checkAnnotations = (annotations: readonly unknown[], drops: Drops): void => {
  for (const annotation of annotations.filter(isObject)) {
    const type = toText(annotation["type"]) ?? "url_citation";
    dropUnknown(annotation, new Set(["type", type]), "messages.annotations.", drops);
    dropUnknown(toObject(annotation[type]) ?? {}, known.annotation, `messages.annotations.${type}.`, drops);
  }
};

const legacyPrefix = "call_function_";

/** Whether a call was made with the old `function_call`, which has no id and needs no result. */
export const isLegacyCall = ({ id }: ToolCall): boolean => id.startsWith(legacyPrefix);

const readCalls = (message: JsonObject, path: string, index: number, drops: Drops): readonly ToolCall[] => {
  const calls = (maybeList(message["tool_calls"], `${path}.tool_calls`) ?? []).map((call, at) =>
    readCall(call, `${path}.tool_calls[${at}]`, drops),
  );
  const legacy = maybeObject(message["function_call"], `${path}.function_call`);
  if (legacy === null) return calls;
  const name = needText(legacy["name"], `${path}.function_call.name`);
  const text = needText(legacy["arguments"], `${path}.function_call.arguments`);
  const call = { kind: "tool_call", id: `${legacyPrefix}${index}`, name, arguments: text, isCustom: false } as const;
  return [...calls, { ...call, signature: null, cache: null }];
};

const reasoningFields = ["reasoning_content", "reasoning", "reasoning_details"];

/** The reasoning in a message a client sends back; read as it would be in a reply. */
const readReasoning = (message: JsonObject): readonly OutputPart[] => {
  if (!reasoningFields.some((field) => message[field])) return [];
  const assembler = createAssembler();
  const parts = createParts(0, assembler.event);
  const reader = createReasoningReader(parts);
  reader.read(message);
  reader.flush();
  parts.end();
  return assembler.reply().candidates[0]?.content ?? [];
};

const readSpeech = (message: JsonObject, path: string): readonly OutputPart[] => {
  const audio = maybeObject(message["audio"], `${path}.audio`);
  if (audio === null) return [];
  const id = needText(audio["id"], `${path}.audio.id`);
  const transcript = maybeText(audio["transcript"], `${path}.audio.transcript`) ?? "";
  return [{ kind: "speech", id, data: "", transcript, expiresAt: null }];
};

const readImages = (message: JsonObject, path: string): readonly OutputPart[] =>
  (maybeList(message["images"], `${path}.images`) ?? []).map((image, index) => {
    const at = `${path}.images[${index}].image_url`;
    const url = needText(needObject(needObject(image, at)["image_url"], at)["url"], `${at}.url`);
    const source = readImageUrl(url);
    if (source === null) {
      throw new ProxyError("invalid_request", `Invalid '${at}.url': wanted an http(s) URL or a data URL`, {
        param: at,
      });
    }
    return { kind: "image", source, detail: null, cache: null };
  });

/** Reads a message of the assistant: its reasoning first, its calls last. `index` is its place among the messages. */
export const readAssistant = (
  message: JsonObject,
  path: string,
  index: number,
  drops: Drops,
): readonly OutputPart[] => {
  dropUnknown(message, known.message, "messages.", drops);
  const said = message["content"] ?? null;
  const content: OutputPart[] = [];
  if (said !== null) content.push(...readAssistantContent(said, `${path}.content`, drops));
  const annotations = maybeList(message["annotations"], `${path}.annotations`) ?? [];
  checkAnnotations(annotations, drops);
  const citations = readAnnotations(annotations);
  const first = content[0];
  if (citations.length > 0 && first?.kind === "text") content[0] = { ...first, citations };
  const refusal = maybeText(message["refusal"], `${path}.refusal`);
  if (refusal !== null && refusal !== "") content.push({ kind: "refusal", text: refusal });
  content.push(...readImages(message, path), ...readSpeech(message, path));

  const calls = readCalls(message, path, index, drops);
  const seals = new Map<string, ToolCall["signature"]>();
  const reasoning = readReasoning(message).filter((part) => {
    const isOnCall =
      part.kind === "reasoning" && part.text === "" && calls.some((call) => call.id === part.id && part.signature);
    if (isOnCall) seals.set(part.id ?? "", part.signature);
    return !isOnCall;
  });
  if (content.length + calls.length + reasoning.length === 0) {
    throw wrongType(`${path}.content`, "a string or an array of content parts", said ?? undefined);
  }
  const sealed = calls.map((call) => ({ ...call, signature: seals.get(call.id) ?? call.signature }));
  // An echo of a reply that was calls alone has the empty text some servers put there.
  const isEmpty = said === "" && (calls.length > 0 || reasoning.length > 0);
  return [...reasoning, ...(isEmpty ? content.slice(1) : content), ...sealed];
};
