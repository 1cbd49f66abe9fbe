import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject } from "../../dialects/fields.ts";
import { CannotCarry, tellRest, toEntry, type Entry } from "./entry.ts";
import type { Tell } from "./report.ts";
import { toFinish, toUsage } from "./usage.ts";
import { compact, toArguments, toCode, toLiteral, toLiterals } from "./words.ts";

const literal = (text: string | undefined): string | undefined => (text === undefined ? undefined : toLiteral(text));

const toCall = (call: Entry): JsonObject => {
  const name = call.text("name");
  if (name === undefined || name === "") throw new CannotCarry(call.at("name"), "is missing", "name the tool");
  const id = call.text("id");
  return compact({
    name: toLiteral(name),
    arguments: toArguments(call.take("arguments")),
    id: id === "" ? undefined : literal(id),
  });
};

const toEntries = (entry: Entry, key: string): readonly Entry[] =>
  (entry.list(key) ?? []).map((item, index) => toEntry(item, [...entry.at(key), index]));

const toBlock = (part: Entry): JsonObject => {
  const type = part.text("type");
  if (type === "toolCall") return { tool_call: toCall(part) };
  if (type === "text") return { text: toLiteral(part.text("text") ?? "") };
  throw new CannotCarry(
    part.at("type"),
    `is ${String(type)}, a block that qlite does not know`,
    "write the blocks by hand",
  );
};

/** What around the answer is not ours to say. */
const lost: Readonly<Record<string, string>> = {
  reasoningSignature: "qlite seals thinking by itself",
  redactedThinking: "qlite answers no redacted thinking",
  webSearches: "qlite answers no web searches",
  provider: "a field of OpenRouter",
  nativeFinishReason: "a field of OpenRouter",
};

const toEnvelope = (response: Entry, tell: Tell): JsonObject => {
  for (const [key, why] of Object.entries(lost)) {
    if (response.take(key) !== undefined)
      tell("partly", response.at(key), why, "answer with `raw` if a test looks at it");
  }
  const role = response.text("role");
  if (role !== undefined && role !== "assistant")
    tell(
      "partly",
      response.at("role"),
      "an answer is always the assistant's",
      "answer with `raw` if a test looks at it",
    );
  return {
    id: literal(response.text("id")),
    created: response.number("created"),
    model: literal(response.text("model")),
    usage: toUsage(response, "usage", tell),
    finish_reason: toFinish(response.text("finishReason"), response, "finishReason", tell),
    system_fingerprint: response.text("systemFingerprint"),
  };
};

const toContent = (response: Entry, tell: Tell): JsonObject => {
  const content = response.take("content");
  const calls = toEntries(response, "toolCalls").map(toCall);
  const blocks = toEntries(response, "blocks").map(toBlock);
  const reasoning = literal(response.text("reasoning"));
  const thought = reasoning === undefined || reasoning === "" ? undefined : reasoning;
  const envelope = toEnvelope(response, tell);
  if (blocks.length > 0) {
    const all = thought === undefined ? blocks : [{ reasoning: thought }, ...blocks];
    return compact({ blocks: all, ...envelope });
  }
  const said = typeof content === "string" ? { text: toLiteral(content) } : { json: toLiterals(content) };
  const answer = content === undefined || (content === "" && calls.length > 0) ? {} : said;
  return compact({ ...answer, reasoning: thought, tool_calls: calls.length === 0 ? undefined : calls, ...envelope });
};

const toError = (response: Entry, error: Entry, tell: Tell): JsonObject => {
  response.take("fallthrough");
  const message = error.text("message");
  const status = response.number("status") ?? 500;
  const made = compact({
    status,
    type: error.text("type"),
    code: toCode(error.take("code")),
    message: literal(message),
    param: error.text("param"),
    retry_after: response.number("retryAfter") ?? (status === 429 ? 1 : undefined),
  });
  tellRest(error, tell);
  return { error: made };
};

const types: Readonly<Record<string, string>> = {
  mp3: "audio/mpeg",
  opus: "audio/opus",
  aac: "audio/aac",
  flac: "audio/flac",
  wav: "audio/wav",
};

const toAudio = (response: Entry, tell: Tell): JsonObject => {
  const audio = response.take("audio");
  const sound = isObject(audio) ? toEntry(audio, response.at("audio")) : null;
  const base64 = sound === null ? audio : sound.text("b64Json");
  const format = response.text("format") ?? "mp3";
  const content_type = sound?.text("contentType") ?? types[format] ?? `audio/${format}`;
  if (sound !== null) tellRest(sound, tell);
  return { ...toContent(response, tell), audio: { base64, content_type } };
};

const toImages = (response: Entry, tell: Tell): JsonObject => {
  const one = response.map("image");
  const entries = [...(one === undefined ? [] : [one]), ...toEntries(response, "images")];
  const images = entries.map((image) => {
    const base64 = image.text("b64Json");
    if (base64 === undefined)
      throw new CannotCarry(
        image.path,
        "is an image at a URL, which qlite does not answer",
        "put the image beside the fixtures: `image: { file: … }`",
      );
    tellRest(image, tell);
    return { base64 };
  });
  return { image: images.length === 1 ? images[0] : images };
};

const unsupported: Readonly<Record<string, string>> = {
  video: "an answer of a video endpoint, which qlite does not mock",
  json: "an answer of fal.ai, which qlite does not mock",
};

/**
 * The answer of a fixture of aimock in our words; what goes with it only in part is told.
 *
 * @throws {CannotCarry} an answer that there are no words for
 */
export const aimockResponse = (response: Entry, tell: Tell): JsonObject => {
  for (const [key, why] of Object.entries(unsupported)) {
    if (response.take(key) !== undefined) throw new CannotCarry(response.at(key), `is ${why}`, "keep aimock for it");
  }
  const make = (): JsonObject => {
    const error = response.map("error");
    if (error !== undefined) return toError(response, error, tell);
    const embedding = response.list("embedding");
    if (embedding !== undefined) return { embedding };
    if (response.take("audio") !== undefined) return toAudio(response, tell);
    if (response.take("image") !== undefined || response.take("images") !== undefined) return toImages(response, tell);
    const heard = response.map("transcription");
    if (heard === undefined) return toContent(response, tell);
    const transcript = toLiteral(heard.text("text") ?? "");
    tellRest(heard, tell);
    return { transcript };
  };
  const made = make();
  tellRest(response, tell);
  return made;
};
