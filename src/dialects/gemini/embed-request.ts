// What Gemini is asked for embeddings with: the body of `:embedContent`, or of `:batchEmbedContents`, told by its `requests`.
// https://ai.google.dev/api/embeddings (read 2026-11-22).
import { ProxyError } from "../../errors.ts";
import type { JsonObject } from "../conversation.ts";
import { maybeObject, needObject, needText } from "../fields.ts";
import { camel, maybeItems } from "./proto.ts";

/** One content to be embedded. */
export interface EmbedRequest {
  /** Where it stands, to be set before the name of a field: `requests[0].`, or nothing for the body itself. */
  readonly at: string;
  readonly content: JsonObject;
  /** All else that is asked for but the model, in camelCase; what `embedContentConfig` says counts more. */
  readonly config: JsonObject;
}

const readOne = (value: unknown, path: string): EmbedRequest => {
  const { model: _, content, embedContentConfig, ...rest } = camel(needObject(value, path));
  const at = path === "" ? "" : `${path}.`;
  const config = maybeObject(embedContentConfig, `${at}embedContentConfig`) ?? {};
  return { at, content: needObject(content, `${at}content`), config: { ...rest, ...camel(config) } };
};

/** Whether a body is that of a batch. */
export const isEmbedBatch = (body: JsonObject): boolean => body["requests"] !== undefined;

/**
 * Reads the requests of a body, at least one.
 *
 * @throws {ProxyError} `invalid_request`, `missing_required_parameter`
 */
export const readEmbedRequests = (source: JsonObject): readonly EmbedRequest[] => {
  if (!isEmbedBatch(source)) return [readOne(source, "")];
  const requests = maybeItems(source["requests"], "requests");
  if (requests.length === 0) {
    throw new ProxyError("missing_required_parameter", "Missing required parameter: 'requests'", { param: "requests" });
  }
  return requests.map((request, index) => readOne(request, `requests[${index}]`));
};

/**
 * The text of a content, its parts joined.
 *
 * @throws {ProxyError} `invalid_request`
 * @throws {ProxyError} `unsupported_feature` - a part that is no text
 */
export const textToEmbed = ({ at, content }: EmbedRequest): string => {
  const path = `${at}content.parts`;
  const parts = maybeItems(camel(content)["parts"], path);
  if (parts.length === 0) {
    throw new ProxyError("invalid_request", `Invalid value for '${path}': content.parts must not be empty`, {
      param: path,
    });
  }
  const texts = parts.map((item, index) => {
    const here = `${path}[${index}]`;
    const part = camel(needObject(item, here));
    if (part["text"] === undefined && (part["inlineData"] ?? part["fileData"]) !== undefined) {
      throw new ProxyError("unsupported_feature", "The upstream makes embeddings of text alone", { param: here });
    }
    return needText(part["text"], `${here}.text`);
  });
  return texts.join("");
};

/**
 * What all requests of a batch say of a field, for an upstream that is told it once; null where none says it.
 *
 * @throws {ProxyError} `invalid_request`
 * @throws {ProxyError} `unsupported_feature` - they do not say the same
 */
export const sharedField = <T>(
  requests: readonly EmbedRequest[],
  name: string,
  read: (value: unknown, path: string) => T | null,
): T | null => {
  const said = requests.map(({ at, config }) => read(config[name], `${at}${name}`));
  const [first = null] = said;
  const odd = requests.find((_, index) => said[index] !== first);
  if (odd === undefined) return first;
  throw new ProxyError("unsupported_feature", `The upstream takes one '${name}' for all embeddings of a batch`, {
    param: `${odd.at}${name}`,
  });
};
