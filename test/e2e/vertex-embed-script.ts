// Vertex AI's embeddings, as strict as Google's own: path, token and every field of the body.
import type { UpstreamScript } from "../support/raw-upstream.ts";
import { afterRequest, json } from "../support/upstream-scripts.ts";

const place = /^\/v1\/projects\/my-project\/locations\/europe-west4\/publishers\/google\/models\/([^/:]+):(\w+)$/;

/** What the service has behind each method; a model asked by the wrong one is not found. */
const served: Readonly<Record<string, readonly string[]>> = {
  predict: ["gemini-embedding-001", "text-embedding-005", "text-multilingual-embedding-002"],
  embedContent: ["gemini-embedding-2"],
};

type Body = Readonly<Record<string, unknown>>;
class Refusal extends Error {}

const only = (value: unknown, ...names: readonly string[]): Body => {
  if (typeof value !== "object" || value === null) throw new Refusal("not an object");
  for (const name of Object.keys(value)) if (!names.includes(name)) throw new Refusal(`Unknown name "${name}"`);
  return { ...value };
};

const vector = (size: unknown): readonly number[] =>
  Array.from({ length: typeof size === "number" ? size : 3 }, (_, index) => index / 4 - 0.5);

const predict = (model: string, body: unknown): Body => {
  const { instances, parameters = {} } = only(body, "instances", "parameters");
  if (!Array.isArray(instances)) throw new Refusal("instances");
  if (model === "gemini-embedding-001" && instances.length > 1) {
    throw new Refusal(`batchSize must be 1 but the entered value was ${instances.length}`);
  }
  const { outputDimensionality, autoTruncate = true } = only(parameters, "outputDimensionality", "autoTruncate");
  const predictions = instances.map((instance, index) => {
    const { content } = only(instance, "content", "task_type", "title", "mimeType");
    if (typeof content !== "string" || content === "") throw new Refusal("The text content is empty.");
    const isLong = content.length > 20;
    if (isLong && autoTruncate === false) throw new Refusal("The input is too long");
    const [, ...rest] = vector(outputDimensionality);
    // Numbers as protobuf spells them.
    const statistics = { token_count: Math.min(content.length, 20), truncated: isLong };
    return { embeddings: { values: [index, ...rest], statistics } };
  });
  return { predictions, metadata: { billableCharacterCount: 7 } };
};

const embedContent = (body: unknown): Body => {
  const { content, embedContentConfig = {} } = only(body, "content", "embedContentConfig");
  only(content, "parts", "role");
  const { outputDimensionality } = only(
    embedContentConfig,
    "taskType",
    "title",
    "outputDimensionality",
    "autoTruncate",
    "documentOcr",
    "audioTrackExtraction",
  );
  const promptTokensDetails = [
    { modality: "TEXT", tokenCount: 5 },
    { modality: "IMAGE", tokenCount: 6 },
  ];
  return {
    embedding: { values: vector(outputDimensionality) },
    usageMetadata: { promptTokenCount: 11, totalTokenCount: 11, promptTokensDetails },
    truncated: false,
  };
};

const answer = (target: string, text: string): Body => {
  const [, model = "", method = ""] = place.exec(target) ?? [];
  if (!(served[method] ?? []).includes(model)) throw new Refusal(`${model} does not support ${method}`);
  const body: unknown = JSON.parse(text);
  return method === "predict" ? predict(model, body) : embedContent(body);
};

export const vertexEmbeddings: UpstreamScript = afterRequest((call) => {
  if (!/^Bearer token-\d+$/.test(call.header("authorization") ?? "")) return call.reply(401, json, "{}");
  try {
    return call.reply(200, json, JSON.stringify(answer(call.target, call.body().toString())));
  } catch (thrown) {
    const message = String(thrown instanceof Error ? thrown.message : thrown);
    const error = { code: 400, message, status: "INVALID_ARGUMENT" };
    return call.reply(400, json, JSON.stringify({ error }));
  }
});
