import type { JsonObject } from "../../dialects/conversation.ts";
import { countPrompts, readBatch } from "./batch.ts";
import type { Endpoint, Heard } from "./endpoint.ts";
import { invalid, readCount, requireText } from "./fields.ts";
import type { Said } from "../said.ts";
import { sayJson, sayPlain, withHeaders } from "./say.ts";
import { unitVector } from "../seed.ts";

const mostInputs = 2048;
const mostDimensions = 8192;
/** What the largest request to a real model comes to: 2,048 inputs of 3,072 numbers. */
const mostNumbers = 2048 * 3072;

const readInputs = (body: JsonObject): readonly string[] => {
  const inputs = readBatch(body, "input");
  if (inputs.length === 0 || inputs.length > mostInputs)
    throw invalid("input", `'input' has ${inputs.length} members, wanted 1 to ${mostInputs}`);
  return inputs.map((input) => {
    if (typeof input === "string" && input !== "") return input;
    if (Array.isArray(input) && input.length > 0 && input.every(Number.isInteger)) return input.join(",");
    throw invalid("input", "'input' is neither text with content nor token numbers");
  });
};

/** The names of models by which their numbers are told. */
const knownDimensions: readonly (readonly [name: RegExp, dimensions: number])[] = [
  [/embedding-3-large|gemini-embedding/, 3072],
  [/text-embedding-00\d|text-multilingual-embedding/, 768],
];

const defaultDimensions = (model: string): number => knownDimensions.find(([name]) => name.test(model))?.[1] ?? 1536;

/** The body of an embeddings reply; the vectors as numbers, or as the base64 of their little-endian 32-bit floats. */
export const toEmbeddings = <Vector>(model: string, vectors: readonly Vector[], promptTokens: number) => ({
  object: "list" as const,
  data: vectors.map((embedding, index) => ({ object: "embedding" as const, index, embedding })),
  model,
  usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
});

/** What vectors are wanted of. */
export interface Wanted {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly dimensions: number;
  readonly isBase64: boolean;
  readonly promptTokens: number;
}

/** @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param` */
export const readWanted = (body: JsonObject): Wanted => {
  const model = requireText(body, "model");
  const inputs = readInputs(body);
  const dimensions = readCount(body, "dimensions", 1, mostDimensions) ?? defaultDimensions(model);
  if (dimensions * inputs.length > mostNumbers)
    throw invalid(
      "input",
      `'input' times 'dimensions' is ${dimensions * inputs.length} numbers, wanted ${mostNumbers}`,
    );
  const encoding = body["encoding_format"] ?? "float";
  if (encoding !== "float" && encoding !== "base64")
    throw invalid("encoding_format", "'encoding_format' is neither 'float' nor 'base64'");
  const promptTokens = countPrompts(readBatch(body, "input"));
  return { model, inputs, dimensions, isBase64: encoding === "base64", promptTokens };
};

/** The vectors that are written, and those made of their inputs. */
export const toVectors = (
  { inputs, dimensions }: Wanted,
  written: readonly (readonly number[] | null)[],
): readonly Float32Array[] => {
  const forAll = written.length === 1 ? (written[0] ?? null) : null;
  return inputs.map((input, index) => {
    const numbers = written[index] ?? forAll;
    return numbers === null ? unitVector(input, dimensions) : Float32Array.from(numbers);
  });
};

const sayVectors = (wanted: Wanted, written: readonly (readonly number[] | null)[]): Said => {
  const { model, isBase64, promptTokens } = wanted;
  const vectors = toVectors(wanted, written);
  const reply = isBase64
    ? toEmbeddings(
        model,
        vectors.map((vector) => Buffer.from(vector.buffer).toString("base64")),
        promptTokens,
      )
    : toEmbeddings(
        model,
        vectors.map((vector) => Array.from(vector)),
        promptTokens,
      );
  return sayJson(reply);
};

/**
 * `POST …/embeddings`: for every input a vector of length 1 that depends on the input alone.
 *
 * Inputs: a text, texts, tokens or arrays of tokens, at most 2,048. Both encodings carry the same 32-bit floats.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/embeddings.d.ts
 */
export const embeddings: Endpoint = {
  name: "embeddings",
  says: new Set(["vectors", "failure", "raw"]),
  isFixed: false,
  hear: ({ body }): Heard => {
    const wanted = readWanted(body);
    return {
      model: wanted.model,
      stream: false,
      conversation: null,
      user: () => wanted.inputs.join("\n"),
      system: () => "",
      auto: () => ({ kind: "vectors", vectors: [] }),
      say: (answer, { ids }) =>
        answer.kind === "vectors"
          ? withHeaders(sayVectors(wanted, answer.vectors), answer)
          : sayPlain(answer, "openai-chat", ids),
    };
  },
};
