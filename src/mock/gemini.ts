import { chooseTool, type Answer, type Want } from "./answer.ts";
import { mostTokens, type Endpoint, type MockCall } from "./endpoint.ts";
import { invalid, objectAt, objectsAt, readCount, requireObjects, type Fields } from "./fields.ts";
import { unescapeModel } from "./models.ts";
import { eventStream, toData } from "./sse.ts";
import { estimateTokens, partOf } from "./text.ts";

/** The greatest number of candidates of one request. */
const mostCandidates = 8;

const readCall = (body: Fields): Want | undefined => {
  const calling = objectAt(objectAt(body, "toolConfig"), "functionCallingConfig");
  if (calling["mode"] !== "ANY") return undefined;
  const allowed = calling["allowedFunctionNames"];
  const name: unknown = Array.isArray(allowed) ? allowed[0] : undefined;
  const tools = objectsAt(body, "tools")
    .flatMap((tool) => objectsAt(tool, "functionDeclarations"))
    .flatMap(({ name: toolName, parameters, parametersJsonSchema }) =>
      typeof toolName === "string" ? [{ name: toolName, schema: parametersJsonSchema ?? parameters }] : [],
    );
  const tool = chooseTool(tools, typeof name === "string" ? name : undefined);
  if (tool === undefined)
    throw invalid("toolConfig.functionCallingConfig", "asks for a function that 'tools' does not declare");
  return { kind: "call", ...tool };
};

const readWant = (body: Fields): Want => {
  const call = readCall(body);
  if (call !== undefined) return call;
  const config = objectAt(body, "generationConfig");
  const schema = config["responseJsonSchema"] ?? config["responseSchema"];
  const isJson = schema !== undefined || config["responseMimeType"] === "application/json";
  return isJson ? { kind: "json", schema } : { kind: "text" };
};

const countPrompt = (body: Fields): number => estimateTokens(body["systemInstruction"], body["contents"]);

const countText = (tokens: number) => [{ modality: "TEXT" as const, tokenCount: tokens }];

/** Usage with all details present, what the mock never spends at 0. */
export const toUsageMetadata = (promptTokens: number, outputTokens: number) => ({
  promptTokenCount: promptTokens,
  candidatesTokenCount: outputTokens,
  totalTokenCount: promptTokens + outputTokens,
  cachedContentTokenCount: 0,
  thoughtsTokenCount: 0,
  toolUsePromptTokenCount: 0,
  promptTokensDetails: countText(promptTokens),
  candidatesTokensDetails: countText(outputTokens),
});

/** The arguments of a call; ones cut short by the limit are no JSON any more and stand as none. */
const toArgs = (answer: Answer): unknown => {
  if (answer.isCut) return {};
  const args: unknown = JSON.parse(answer.text);
  return args;
};

const toPart = (call: Pick<MockCall, "ids">, answer: Answer, text: string) =>
  answer.call === null ? { text } : { functionCall: { id: call.ids("fc-"), name: answer.call, args: toArgs(answer) } };

const finishOf = (answer: Answer) => (answer.isCut ? ("MAX_TOKENS" as const) : ("STOP" as const));

/** A reply, or one chunk of it: all candidates hold the same part. */
export const toGenerated = <Part extends object, End extends object>(
  call: Pick<MockCall, "ids">,
  model: string,
  candidates: number,
  part: Part,
  end: End,
) => ({
  candidates: Array.from({ length: candidates }, (_, index) => ({
    content: { role: "model" as const, parts: [part] },
    ...end,
    index,
  })),
  modelVersion: model,
  responseId: call.ids("gemini-"),
});

/** The model of a path such as `/v1beta/models/gemini-x:generateContent`: the last segment up to the last colon. */
const modelOf = (path: string): string => unescapeModel(path.slice(path.lastIndexOf("/") + 1, path.lastIndexOf(":")));

const readAsk = (call: MockCall) => {
  const { body } = call;
  requireObjects(body, "contents");
  const config = objectAt(body, "generationConfig");
  const candidates = readCount(config, "candidateCount", 1, mostCandidates) ?? 1;
  const answer = call.answer(readWant(body), readCount(config, "maxOutputTokens", 1, mostTokens));
  return {
    answer,
    candidates,
    model: modelOf(call.path),
    usageMetadata: toUsageMetadata(countPrompt(body), answer.outputTokens * candidates),
  };
};

/**
 * `POST …/models/{model}:generateContent`.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `@google/genai` 3.1.0, dist/genai.d.ts (GenerateContentResponse)
 */
export const generateContent: Endpoint = (call) => {
  const { answer, candidates, model, usageMetadata } = readAsk(call);
  const part = toPart(call, answer, answer.text);
  const body = toGenerated(call, model, candidates, part, { finishReason: finishOf(answer) });
  return { kind: "whole", body: { ...body, usageMetadata } };
};

/** Puts one chunk on the wire: as an SSE event, or as a piece of one JSON array. */
type Frame = (chunk: object, isFirst: boolean, isLast: boolean) => string;

const toArrayPiece: Frame = (chunk, isFirst, isLast) =>
  `${isFirst ? "[" : ",\r\n"}${JSON.stringify(chunk)}${isLast ? "]" : ""}`;

const writeChunks = function* (call: MockCall, ask: ReturnType<typeof readAsk>, frame: Frame): Generator<string> {
  const { answer, candidates, model, usageMetadata } = ask;
  const parts = answer.call === null ? call.chunks : 1;
  for (let part = 0; part < parts; part += 1) {
    const piece = toPart(call, answer, partOf(answer.text, part, parts));
    yield frame(toGenerated(call, model, candidates, piece, {}), part === 0, false);
  }
  const last = toGenerated(call, model, candidates, { text: "" }, { finishReason: finishOf(answer) });
  yield frame({ ...last, usageMetadata }, false, true);
};

/**
 * `POST …/models/{model}:streamGenerateContent`: SSE with `alt=sse`, else one JSON array written piece by piece.
 *
 * Exactly `chunks` pieces of text, or one whole function call; then a chunk with the finish reason and the usage.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `@google/genai` 3.1.0, dist/genai.d.ts (GenerateContentResponse)
 */
export const streamGenerateContent: Endpoint = (call) => {
  const ask = readAsk(call);
  return new URLSearchParams(call.query).get("alt") === "sse"
    ? { kind: "stream", contentType: eventStream, writes: writeChunks(call, ask, toData) }
    : {
        kind: "stream",
        contentType: "application/json; charset=utf-8",
        writes: writeChunks(call, ask, toArrayPiece),
      };
};

/** `POST …/models/{model}:countTokens`: the estimate that a reply's usage shows too. */
export const countContentTokens: Endpoint = ({ body }) => {
  const asked = body["contents"] === undefined ? objectAt(body, "generateContentRequest") : body;
  requireObjects(asked, "contents");
  const totalTokens = countPrompt(asked);
  return { kind: "whole", body: { totalTokens, promptTokensDetails: countText(totalTokens) } };
};
