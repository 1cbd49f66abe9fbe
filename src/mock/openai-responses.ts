import { chooseTool, type Answer, type Want } from "./answer.ts";
import { createdAt, mostTokens, type Endpoint, type MockCall } from "./endpoint.ts";
import { invalid, objectAt, objectsAt, readCount, requireObjects, requireText, type Fields } from "./fields.ts";
import { eventStream, toNamedEvent } from "./sse.ts";
import { estimateTokens, partOf } from "./text.ts";

const readCall = (body: Fields): Want | undefined => {
  const choice = objectAt(body, "tool_choice");
  const isAllowed = choice["type"] === "allowed_tools" && choice["mode"] === "required";
  const isNamed = choice["type"] === "function";
  if (body["tool_choice"] !== "required" && !isAllowed && !isNamed) return undefined;
  const name = isAllowed ? objectsAt(choice, "tools")[0]?.["name"] : choice["name"];
  const tools = objectsAt(body, "tools").flatMap(({ type, name: toolName, parameters }) =>
    type === "function" && typeof toolName === "string" ? [{ name: toolName, parameters }] : [],
  );
  const tool = chooseTool(tools, typeof name === "string" ? name : undefined);
  if (tool === undefined) throw invalid("tool_choice", "'tool_choice' asks for a function that 'tools' does not hold");
  return { kind: "call", name: tool.name, schema: tool.parameters ?? undefined };
};

const readWant = (body: Fields): Want => {
  const call = readCall(body);
  if (call !== undefined) return call;
  const format = objectAt(objectAt(body, "text"), "format");
  if (format["type"] === "json_object") return { kind: "json", schema: undefined };
  return format["type"] === "json_schema" ? { kind: "json", schema: format["schema"] ?? {} } : { kind: "text" };
};

/** What an answer rests on when it has no input of its own. */
const isContinued = (body: Fields): boolean =>
  ["previous_response_id", "conversation", "prompt"].some((key) => body[key] !== undefined && body[key] !== null);

const readInput = (body: Fields): unknown => {
  if (body["input"] === undefined && isContinued(body)) return [];
  return typeof body["input"] === "string" ? requireText(body, "input") : requireObjects(body, "input");
};

type Status = "in_progress" | "completed" | "incomplete";

const toPart = (text: string) => ({ type: "output_text" as const, annotations: [], logprobs: [], text });

/** The one item of an answer: a message, or a function call; an item that has just begun holds no text. */
export const toItem = (call: Pick<MockCall, "ids">, answer: Answer, status: Status, text: string) =>
  answer.call === null
    ? {
        id: call.ids("msg_"),
        type: "message" as const,
        status,
        role: "assistant" as const,
        content: status === "in_progress" ? [] : [toPart(text)],
      }
    : {
        id: call.ids("fc_"),
        type: "function_call" as const,
        status,
        call_id: call.ids("call_"),
        name: answer.call,
        arguments: text,
      };

/** Usage with all details present, what the mock never spends at 0. */
export const toResponseUsage = (inputTokens: number, outputTokens: number) => ({
  input_tokens: inputTokens,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: inputTokens + outputTokens,
});

/** A response as it stands at one moment; what the request set is repeated, the rest has the API's defaults. */
export const toResponseBody = <Output extends object, Usage extends object | null>(
  call: Pick<MockCall, "ids" | "body">,
  status: Status,
  output: readonly Output[],
  usage: Usage,
) => ({
  id: call.ids("resp_"),
  object: "response" as const,
  created_at: createdAt,
  status,
  background: false,
  completed_at: status === "completed" ? createdAt : null,
  access_programs: null,
  error: null,
  incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" as const } : null,
  instructions: call.body["instructions"] ?? null,
  max_output_tokens: call.body["max_output_tokens"] ?? null,
  max_tool_calls: call.body["max_tool_calls"] ?? null,
  metadata: call.body["metadata"] ?? {},
  model: call.body["model"],
  output: [...output],
  parallel_tool_calls: call.body["parallel_tool_calls"] ?? true,
  previous_response_id: call.body["previous_response_id"] ?? null,
  prompt_cache_key: call.body["prompt_cache_key"] ?? null,
  reasoning: call.body["reasoning"] ?? { effort: null, summary: null },
  safety_identifier: call.body["safety_identifier"] ?? null,
  service_tier: "default" as const,
  store: call.body["store"] ?? true,
  temperature: call.body["temperature"] ?? 1,
  text: call.body["text"] ?? { format: { type: "text" }, verbosity: "medium" },
  tool_choice: call.body["tool_choice"] ?? "auto",
  tools: call.body["tools"] ?? [],
  top_logprobs: call.body["top_logprobs"] ?? 0,
  top_p: call.body["top_p"] ?? 1,
  truncation: call.body["truncation"] ?? "disabled",
  usage,
  user: call.body["user"] ?? null,
});

const toFinal = (call: MockCall, answer: Answer, inputTokens: number) => {
  const status = answer.isCut ? ("incomplete" as const) : ("completed" as const);
  const item = toItem(call, answer, status, answer.text);
  return { item, body: toResponseBody(call, status, [item], toResponseUsage(inputTokens, answer.outputTokens)) };
};

const writeResponse = function* (call: MockCall, answer: Answer, inputTokens: number): Generator<string> {
  let sequence = 0;
  const event = (type: string, fields: object): string =>
    toNamedEvent({ type, ...fields, sequence_number: sequence++ });
  const begun = toItem(call, answer, "in_progress", "");
  const inItem = { item_id: begun.id, output_index: 0 };
  const inPart = { ...inItem, content_index: 0 };
  const isCall = answer.call !== null;
  const started = toResponseBody(call, "in_progress", [], null);

  yield (
    event("response.created", { response: started }) +
      event("response.in_progress", { response: started }) +
      event("response.output_item.added", { output_index: 0, item: begun }) +
      (isCall ? "" : event("response.content_part.added", { ...inPart, part: toPart("") }))
  );

  for (let part = 0; part < call.chunks; part += 1) {
    const delta = partOf(answer.text, part, call.chunks);
    yield isCall
      ? event("response.function_call_arguments.delta", { ...inItem, delta })
      : event("response.output_text.delta", { ...inPart, delta, logprobs: [] });
  }

  const { item, body } = toFinal(call, answer, inputTokens);
  const finished = isCall
    ? event("response.function_call_arguments.done", { ...inItem, name: answer.call, arguments: answer.text })
    : event("response.output_text.done", { ...inPart, text: answer.text, logprobs: [] }) +
      event("response.content_part.done", { ...inPart, part: toPart(answer.text) });
  yield (
    finished +
      event("response.output_item.done", { output_index: 0, item }) +
      event(`response.${body.status}`, { response: body })
  );
};

/**
 * `POST …/responses`.
 *
 * A stream is `response.created`, `.in_progress`, `.output_item.added` and (for text) `.content_part.added` in one
 * write, exactly `chunks` deltas, then the `done` events and `response.completed` (or `.incomplete`) in one write.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/responses/responses.d.ts
 */
export const responses: Endpoint = (call) => {
  const { body } = call;
  requireText(body, "model");
  const inputTokens = estimateTokens(body["instructions"], readInput(body));
  const maxTokens = readCount(body, "max_output_tokens", 1, mostTokens);
  const answer = call.answer(readWant(body), maxTokens);
  return body["stream"] === true
    ? { kind: "stream", contentType: eventStream, writes: writeResponse(call, answer, inputTokens) }
    : { kind: "whole", body: toFinal(call, answer, inputTokens).body };
};
