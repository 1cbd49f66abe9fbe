import { toMatcher } from "../wire/glob.ts";

/** The method of a model of Vertex AI that makes embeddings. */
export type EmbeddingMethod = "predict" | "embedContent";

/** Where a model makes embeddings, and in which way. */
export interface EmbeddingPlace {
  readonly method: EmbeddingMethod;
  /** Whole. */
  readonly url: string;
}

/**
 * Which models are asked by which method; the first that fits counts.
 *
 * @see npm `@google/genai` 3.1.0, `tIsVertexEmbedContentModel`
 */
const methods: readonly (readonly [models: string, method: EmbeddingMethod])[] = [
  ["gemini-embedding-001", "predict"],
  ["*gemini*", "embedContent"],
  ["*maas*", "embedContent"],
];

const rules = methods.map(([models, method]) => ({ matches: toMatcher(models), method }));

/** The method by which a model makes embeddings; one that is not known is asked as those of text are. */
export const embeddingMethodOf = (model: string): EmbeddingMethod =>
  rules.find(({ matches }) => matches(model))?.method ?? "predict";
