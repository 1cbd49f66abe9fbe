import { toSegment } from "./segment.ts";

// Where models of Vertex AI are asked.

/** One model in a project and a location. */
export interface VertexModel {
  /** With the version and no slash at its end. */
  readonly baseUrl: string;
  readonly project: string;
  readonly location: string;
  /** As its publisher calls it, without `publishers/`. */
  readonly model: string;
}

// A server that drops ";" and what follows it in a segment would drop the method name, so that is encoded; "@" before a
// version is plain in a path.
const encodeModel = (model: string): string => toSegment(model).replaceAll("%40", "@");

const modelUrl = ({ baseUrl, project, location, model }: VertexModel, publisher: string, method: string): string =>
  `${baseUrl}/projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}` +
  `/publishers/${publisher}/models/${encodeModel(model)}:${method}`;

/**
 * Gives the URL of any method of a Google model, such as `countTokens`.
 *
 * @throws {ProxyError} `invalid_request` - a name that could leave the base URL; so all that give a model's URL
 */
export const vertexGeminiMethodUrl = (model: VertexModel, method: string): string => modelUrl(model, "google", method);

/** Gives the URL of an answer of a Google model, a stream as server-sent events. */
export const vertexGeminiUrl = (model: VertexModel, stream: boolean): string =>
  vertexGeminiMethodUrl(model, stream ? "streamGenerateContent?alt=sse" : "generateContent");

/** Gives the URL of an answer of an Anthropic model. */
export const vertexAnthropicUrl = (model: VertexModel, stream: boolean): string =>
  modelUrl(model, "anthropic", stream ? "streamRawPredict" : "rawPredict");

/** Gives the URL that counts tokens for any Anthropic model; its body keeps `model`. */
export const vertexAnthropicCountUrl = (model: VertexModel): string =>
  modelUrl({ ...model, model: "count-tokens" }, "anthropic", "rawPredict");
