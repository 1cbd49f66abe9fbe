import { toSegment } from "./segment.ts";

// Where models of Vertex AI are asked, and what its Anthropic models want said differently from Anthropic itself.

/** Locations that span several regions have a host of their own form. */
const multiRegions: ReadonlySet<string> = new Set(["us", "eu"]);

const hostOf = (location: string): string => {
  if (location === "global") return "aiplatform.googleapis.com";
  return multiRegions.has(location)
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
};

/**
 * Gives the address of the API in a location (a region, `us`, `eu` or `global`), without a slash at its end.
 *
 * @see npm `@google/genai` 3.1.0, `ApiClient`; `@anthropic-ai/vertex-sdk` 1.1.3, `client.ts` (read 2026-11-22)
 */
export const vertexBaseUrl = (location: string): string => `https://${hostOf(location)}/v1`;

/** One model in a project and a location. */
export interface VertexModel {
  /** With the version and no slash at its end, such as `vertexBaseUrl` gives. */
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

/** The version of Anthropic's API that Vertex wants named in the body. */
export const vertexAnthropicVersion = "vertex-2023-10-16";

/**
 * Makes a Messages request into one for Vertex: the model stands in the URL, the version in the body.
 *
 * @see https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude (read 2026-11-22)
 */
export const toVertexAnthropic = (body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const { model: _, ...rest } = body;
  return { anthropic_version: vertexAnthropicVersion, ...rest };
};
