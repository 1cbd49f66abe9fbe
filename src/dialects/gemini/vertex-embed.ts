// Gemini's embeddings as Vertex AI takes them, by `:predict` or by an `:embedContent` of its own, and back.
// npm `@google/genai` 3.1.0: `embedContentParametersPrivateToVertex`, `embedContentResponseFromVertex`.
import { ProxyError } from "../../errors.ts";
import type { JsonObject } from "../conversation.ts";
import { type Drops, dropUnknown } from "../drops.ts";
import { compact, maybeFlag, maybeNumber, maybeText, toFlag, toList, toNumber, toObject } from "../fields.ts";
import type { Usage } from "../reply.ts";
import { type EmbedRequest, readEmbedRequests, sharedField, textToEmbed } from "./embed-request.ts";
import { camel } from "./proto.ts";
import { readUsage } from "./usage.ts";

/** One of the ways in which Vertex makes embeddings. */
export interface VertexEmbedding {
  /**
   * Gives the body for that of `:embedContent` or `:batchEmbedContents`; `list` is what the client calls its inputs.
   *
   * @throws {ProxyError} `invalid_request`
   * @throws {ProxyError} `unsupported_feature` - what this way cannot be told, and that cannot be left out
   */
  readonly toRequest: (body: JsonObject, list: string, drops: Drops) => JsonObject;
  /**
   * Gives the reply of `:batchEmbedContents`, and with each embedding its `statistics`, which Google's clients know.
   *
   * @throws {ProxyError} `upstream_invalid_response` - not one embedding for each of the `count` inputs
   */
  readonly toReply: (reply: JsonObject, count: number) => JsonObject;
}

/** An object under a name, nothing where it is empty. */
const under = (name: string, object: JsonObject): JsonObject =>
  Object.keys(object).length === 0 ? {} : { [name]: object };

const dropOthers = (requests: readonly EmbedRequest[], known: ReadonlySet<string>, drops: Drops): void => {
  for (const { at, config } of requests) dropUnknown(config, known, at === "" ? "" : "requests.", drops);
};

const invalid = (): ProxyError =>
  new ProxyError("upstream_invalid_response", "The upstream's reply does not hold one embedding for each input");

const toEmbedding = (values: unknown, statistics: JsonObject): JsonObject => {
  const list = toList(values);
  if (list.length === 0 || list.some((value) => toNumber(value) === null)) throw invalid();
  return { values: list, ...under("statistics", compact(statistics)) };
};

const predictFields: ReadonlySet<string> = new Set([
  "taskType",
  "title",
  "mimeType",
  "outputDimensionality",
  "autoTruncate",
]);

/** `:predict`: texts, each with its task and title; all else is said once for all of them. */
const predict: VertexEmbedding = {
  toRequest: (body, _, drops) => {
    const requests = readEmbedRequests(body);
    dropOthers(requests, predictFields, drops);
    const parameters = compact({
      outputDimensionality: sharedField(requests, "outputDimensionality", maybeNumber),
      autoTruncate: sharedField(requests, "autoTruncate", maybeFlag),
    });
    const instances = requests.map((request) => {
      const { at, config } = request;
      return compact({
        content: textToEmbed(request),
        task_type: maybeText(config["taskType"], `${at}taskType`),
        title: maybeText(config["title"], `${at}title`),
        mimeType: maybeText(config["mimeType"], `${at}mimeType`),
      });
    });
    return { instances, ...under("parameters", parameters) };
  },
  toReply: (reply, count) => {
    const predictions = toList(reply["predictions"]);
    if (predictions.length !== count) throw invalid();
    let tokens: number | null = 0;
    const embeddings = predictions.map((prediction) => {
      const embedding = toObject(toObject(prediction)?.["embeddings"]) ?? {};
      const statistics = camel(toObject(embedding["statistics"]) ?? {});
      const tokenCount = toNumber(statistics["tokenCount"]);
      tokens = tokens === null || tokenCount === null ? null : tokens + tokenCount;
      return toEmbedding(embedding["values"], { tokenCount, truncated: toFlag(statistics["truncated"]) });
    });
    return compact({
      embeddings,
      metadata: toObject(reply["metadata"]),
      usageMetadata: tokens === null ? null : { promptTokenCount: tokens },
    });
  },
};

const configFields: ReadonlySet<string> = new Set([
  "taskType",
  "title",
  "outputDimensionality",
  "autoTruncate",
  "documentOcr",
  "audioTrackExtraction",
]);

/** `:embedContent`: one content of any kind. */
const embedContent: VertexEmbedding = {
  toRequest: (body, list, drops) => {
    const requests = readEmbedRequests(body);
    const [request] = requests;
    if (request === undefined || requests.length > 1) {
      const message = `The upstream embeds one input a request with this model, '${list}' holds ${requests.length}`;
      throw new ProxyError("unsupported_feature", message, { param: list });
    }
    dropOthers(requests, configFields, drops);
    const { at, content, config } = request;
    const told = compact({
      taskType: maybeText(config["taskType"], `${at}taskType`),
      title: maybeText(config["title"], `${at}title`),
      outputDimensionality: maybeNumber(config["outputDimensionality"], `${at}outputDimensionality`),
      autoTruncate: maybeFlag(config["autoTruncate"], `${at}autoTruncate`),
      documentOcr: maybeFlag(config["documentOcr"], `${at}documentOcr`),
      audioTrackExtraction: maybeFlag(config["audioTrackExtraction"], `${at}audioTrackExtraction`),
    });
    return { content, ...under("embedContentConfig", told) };
  },
  toReply: (reply) => {
    const { embedding, usageMetadata, truncated } = camel(reply);
    const usage = toObject(usageMetadata);
    const tokenCount = toNumber(usage?.["promptTokenCount"]);
    return compact({
      embeddings: [toEmbedding(toObject(embedding)?.["values"], { tokenCount, truncated: toFlag(truncated) })],
      usageMetadata: usage,
    });
  },
};

/** By the method of the model that is called. */
export const vertexEmbeddings = { predict, embedContent } as const;

/** The same as the reply of `:embedContent`. */
export const toSingleReply = ({ embeddings, ...rest }: JsonObject): JsonObject => ({
  embedding: toList(embeddings)[0],
  ...rest,
});

/** The usage of a reply of `toReply`, null where none was told. */
export const usageOfEmbeddings = (reply: JsonObject): Usage | null => {
  const metadata = toObject(reply["usageMetadata"]);
  return metadata === null || toNumber(metadata["promptTokenCount"]) === null ? null : readUsage(metadata, null);
};

/** Whether an input was cut short, which Vertex does unless it is told not to. */
export const isCutShort = (reply: JsonObject): boolean =>
  toList(reply["embeddings"]).some((item) => toObject(toObject(item)?.["statistics"])?.["truncated"] === true);
