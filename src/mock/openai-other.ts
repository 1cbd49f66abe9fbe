import { mostChoices, mostTokens, type Endpoint, type MockCall } from "./endpoint.ts";
import { invalid, missing, objectAt, readCount, requireText, type Fields } from "./fields.ts";
import { done, toEnvelope, toUsage } from "./openai-chat.ts";
import { unitVector } from "./seed.ts";
import { createDeltas, eventStream, hole, toData } from "./sse.ts";
import { estimateTokens, partOf } from "./text.ts";

const isTokens = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === "number";

/** One prompt or several: a text, texts, tokens, or arrays of tokens. */
const readBatch = (body: Fields, param: string): readonly unknown[] => {
  const value = body[param];
  if (value === undefined) throw missing(param);
  return Array.isArray(value) && !isTokens(value) ? value : [value];
};

const countPrompt = (prompts: readonly unknown[]): number =>
  prompts.reduce<number>((sum, prompt) => sum + (Array.isArray(prompt) ? prompt.length : estimateTokens(prompt)), 0);

type CompletionFinish = "stop" | "length";

export const toCompletionChoice = <Finish extends CompletionFinish | null>(
  index: number,
  text: string,
  finish: Finish,
) => ({ index, text, logprobs: null, finish_reason: finish });

/** The body of a legacy completion, or of one chunk of it. */
export const toCompletion = <Choice extends object>(
  call: Pick<MockCall, "ids">,
  model: string,
  choices: readonly Choice[],
) => {
  const { service_tier: _, ...envelope } = toEnvelope(call.ids("cmpl-"), "text_completion", model);
  return { ...envelope, choices: [...choices] };
};

/**
 * `POST …/completions`, the legacy endpoint: every prompt gets `n` times the same text.
 *
 * A stream is exactly `chunks` pieces of each choice, the finish reason, the usage if asked, and `[DONE]`.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/completions.d.ts
 */
export const completions: Endpoint = (call) => {
  const { body } = call;
  const model = requireText(body, "model");
  const prompts = readBatch(body, "prompt");
  const choices = (readCount(body, "n", 1, mostChoices) ?? 1) * prompts.length;
  if (choices < 1 || choices > mostChoices)
    throw invalid("n", `'n' times the prompts is ${choices} choices, wanted 1 to ${mostChoices}`);
  const answer = call.answer({ kind: "text" }, readCount(body, "max_tokens", 1, mostTokens));
  const finish = answer.isCut ? "length" : "stop";
  const usage = toUsage(countPrompt(prompts), answer.outputTokens * choices);
  const indexes = Array.from({ length: choices }, (_, index) => index);
  if (body["stream"] !== true) {
    const whole = indexes.map((index) => toCompletionChoice(index, answer.text, finish));
    return { kind: "whole", body: { ...toCompletion(call, model, whole), usage } };
  }

  const isUsageAsked = objectAt(body, "stream_options")["include_usage"] === true;
  const noUsage = isUsageAsked ? { usage: null } : {};
  const chunk = (index: number, text: string, end: CompletionFinish | null) => ({
    ...toCompletion(call, model, [toCompletionChoice(index, text, end)]),
    ...noUsage,
  });
  const writes = function* (): Generator<string> {
    const deltas = indexes.map((index) => createDeltas(chunk(index, hole, null)));
    for (let part = 0; part < call.chunks; part += 1) {
      const piece = partOf(answer.text, part, call.chunks);
      yield deltas.map((toDelta) => toDelta(piece)).join("");
    }
    const last = indexes.map((index) => toData(chunk(index, "", finish))).join("");
    if (!isUsageAsked) yield last + done;
    else {
      yield last;
      yield toData({ ...toCompletion(call, model, []), usage }) + done;
    }
  };
  return { kind: "stream", contentType: eventStream, writes: writes() };
};

const mostInputs = 2048;
const mostDimensions = 8192;
/** What the largest request to a real model comes to: 2,048 inputs of 3,072 numbers. */
const mostNumbers = 2048 * 3072;

const readInputs = (body: Fields): readonly string[] => {
  const inputs = readBatch(body, "input");
  if (inputs.length === 0 || inputs.length > mostInputs)
    throw invalid("input", `'input' has ${inputs.length} members, wanted 1 to ${mostInputs}`);
  return inputs.map((input) => {
    if (typeof input === "string" && input !== "") return input;
    if (Array.isArray(input) && input.length > 0 && input.every(Number.isInteger)) return input.join(",");
    throw invalid("input", "'input' is neither text with content nor token numbers");
  });
};

const defaultDimensions = (model: string): number => (model.includes("embedding-3-large") ? 3072 : 1536);

/** The body of an embeddings reply; the vectors as numbers, or as the base64 of their little-endian 32-bit floats. */
export const toEmbeddings = <Vector>(model: string, vectors: readonly Vector[], promptTokens: number) => ({
  object: "list" as const,
  data: vectors.map((embedding, index) => ({ object: "embedding" as const, index, embedding })),
  model,
  usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
});

/**
 * `POST …/embeddings`: for every input a vector of length 1 that depends on the input alone.
 *
 * Inputs: a text, texts, tokens or arrays of tokens, at most 2,048. Both encodings carry the same 32-bit floats.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/embeddings.d.ts
 */
export const embeddings: Endpoint = ({ body }) => {
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
  const vectors = inputs.map((input) => unitVector(input, dimensions));
  const promptTokens = countPrompt(readBatch(body, "input"));
  const reply =
    encoding === "float"
      ? toEmbeddings(
          model,
          vectors.map((vector) => Array.from(vector)),
          promptTokens,
        )
      : toEmbeddings(
          model,
          vectors.map((vector) => Buffer.from(vector.buffer).toString("base64")),
          promptTokens,
        );
  return { kind: "whole", body: reply };
};
