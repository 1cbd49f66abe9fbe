import { toEmbedContentReply, toEmbeddingsRequest } from "../../dialects/gemini/embed-content.ts";
import { noDrops } from "./call.ts";
import { readWanted, toEmbeddings, toVectors } from "./embeddings.ts";
import type { Endpoint, Heard } from "./endpoint.ts";
import { modelOf } from "./models.ts";
import { sayJson, sayPlain, withHeaders } from "./say.ts";

/**
 * `POST …:embedContent` and `…:batchEmbedContents`, Gemini's embeddings: the vectors that the same texts get of
 * `/v1/embeddings`, if their dimensions are the same.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request`, `unsupported_feature`
 */
export const embedContents: Endpoint = {
  name: "embeddings",
  says: new Set(["vectors", "failure", "raw"]),
  isFixed: false,
  hear: ({ path, body }): Heard => {
    const isBatch = path.endsWith(":batchEmbedContents");
    const wanted = readWanted(toEmbeddingsRequest(body, modelOf(path), noDrops));
    return {
      model: wanted.model,
      stream: false,
      conversation: null,
      user: () => wanted.inputs.join("\n"),
      system: () => "",
      auto: () => ({ kind: "vectors", vectors: [] }),
      say: (answer, { ids }) => {
        if (answer.kind !== "vectors") return sayPlain(answer, "gemini", ids);
        const vectors = toVectors(wanted, answer.vectors).map((vector) => Array.from(vector));
        const reply = toEmbedContentReply(toEmbeddings(wanted.model, vectors, wanted.promptTokens), isBatch);
        return withHeaders(sayJson(reply), answer);
      },
    };
  },
};
