// `:embedContent` and `:batchEmbedContents` to OpenAI's `/v1/embeddings`, and back. The clients of Gemini send batches alone.
// https://ai.google.dev/api/embeddings (read 2026-11-22); npm `@google/genai` 3.1.0, `embedContentParametersPrivateToMldev`;
// npm `openai` 7.57.0, resources/embeddings.d.ts.
import { ProxyError } from "../../errors.ts";
import type { JsonObject } from "../conversation.ts";
import { type Drops, dropUnknown } from "../drops.ts";
import { maybeNumber, maybeOneOf, maybeText, needList, needText, toList, toNumber, toObject } from "../fields.ts";
import { isEmbedBatch, readEmbedRequests, sharedField, textToEmbed } from "./embed-request.ts";
import { camel } from "./proto.ts";

const known: ReadonlySet<string> = new Set(["outputDimensionality"]);

/**
 * Gives the OpenAI request for the body of `:embedContent`, or of `:batchEmbedContents`, told by its `requests`.
 *
 * The task, the title and the like, which OpenAI has no words for, are named in `drops`.
 *
 * @throws {ProxyError} `invalid_request`
 * @throws {ProxyError} `unsupported_feature` - content that is no text, different dimensions in one batch
 */
export const toEmbeddingsRequest = (source: JsonObject, model: string, drops: Drops): JsonObject => {
  const requests = readEmbedRequests(source);
  for (const { config } of requests) dropUnknown(config, known, "requests.", drops);
  const texts = requests.map(textToEmbed);
  const dimensions = sharedField(requests, "outputDimensionality", maybeNumber);
  return {
    model,
    input: isEmbedBatch(source) ? texts : texts[0],
    encoding_format: "float",
    ...(dimensions === null ? {} : { dimensions }),
  };
};

const noEmbeddings = (): ProxyError =>
  new ProxyError("upstream_invalid_response", "The upstream's reply holds no embeddings");

const readVector = (value: unknown): readonly unknown[] => {
  // A server may answer in base64 whatever it was asked for: floats of 32 bits, the lowest byte first.
  if (typeof value !== "string") return toList(value);
  const bytes = Uint8Array.from(Buffer.from(value, "base64"));
  const view = new DataView(bytes.buffer);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => view.getFloat32(index * 4, true));
};

/**
 * Gives Gemini's reply for an OpenAI one, in the order of the request.
 *
 * @throws {ProxyError} `upstream_invalid_response` - no embeddings in it
 */
export const toEmbedContentReply = (reply: JsonObject, isBatch: boolean): JsonObject => {
  const items = toList(reply["data"]).map((item) => toObject(item) ?? {});
  const order = items.toSorted((a, b) => (toNumber(a["index"]) ?? 0) - (toNumber(b["index"]) ?? 0));
  const embeddings = order.map((item) => ({ values: readVector(item["embedding"]) }));
  const [first] = embeddings;
  if (first === undefined) throw noEmbeddings();
  const tokens = toNumber(toObject(reply["usage"])?.["prompt_tokens"]);
  const usage = tokens === null ? {} : { usageMetadata: { promptTokenCount: tokens } };
  return isBatch ? { embeddings, ...usage } : { embedding: first, ...usage };
};

const formats = ["float", "base64"] as const;
const knownOpenAi: ReadonlySet<string> = new Set(["model", "input", "dimensions", "encoding_format"]);

const readInput = (input: unknown): readonly string[] => {
  if (typeof input === "string") return [input];
  const list = needList(input, "input");
  if (list.length === 0) {
    throw new ProxyError("invalid_request", "Invalid value for 'input': it must not be empty", { param: "input" });
  }
  if (toNumber(list[0]) !== null || Array.isArray(list[0])) {
    throw new ProxyError("unsupported_feature", "'input' holds tokens; a model of Google's takes text", {
      param: "input",
    });
  }
  return list.map((one, index) => needText(one, `input[${index}]`));
};

/**
 * Gives the body of `:batchEmbedContents` for an OpenAI request; the model of the path is `model`.
 *
 * @throws {ProxyError} `invalid_request`
 * @throws {ProxyError} `unsupported_feature` - an input of tokens
 */
export const toBatchEmbedContents = (body: JsonObject, model: string, drops: Drops): JsonObject => {
  dropUnknown(body, knownOpenAi, "", drops);
  maybeOneOf(body["encoding_format"], formats, "encoding_format");
  const dimensions = maybeNumber(body["dimensions"], "dimensions");
  const size = dimensions === null ? {} : { outputDimensionality: dimensions };
  const name = model.includes("/") ? model : `models/${model}`;
  const toRequest = (text: string) => ({ model: name, content: { parts: [{ text }] }, ...size });
  return { requests: readInput(body["input"]).map(toRequest) };
};

const toBase64 = (values: readonly unknown[]): string => {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, toNumber(value) ?? 0, true);
  return Buffer.from(view.buffer).toString("base64");
};

/**
 * Gives the OpenAI reply for one of `:batchEmbedContents`, or of `:embedContent`, to the OpenAI request `asked`.
 *
 * Older models do not tell their usage; it is 0 then, as OpenAI's clients want a number.
 *
 * @throws {ProxyError} `upstream_invalid_response` - no embeddings in it
 */
export const toEmbeddingsReply = (reply: JsonObject, asked: JsonObject, model: string): JsonObject => {
  const isBase64 = maybeText(asked["encoding_format"], "encoding_format") === "base64";
  const embeddings = reply["embedding"] === undefined ? toList(reply["embeddings"]) : [reply["embedding"]];
  if (embeddings.length === 0) throw noEmbeddings();
  const data = embeddings.map((item, index) => {
    const values = toList(toObject(item)?.["values"]);
    return { object: "embedding", index, embedding: isBase64 ? toBase64(values) : values };
  });
  const metadata = camel(toObject(camel(reply)["usageMetadata"]) ?? {});
  const tokens = toNumber(metadata["promptTokenCount"]) ?? 0;
  return { object: "list", data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
};
