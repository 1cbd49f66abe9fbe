import { chooseTool, type Answer, type Want } from "./answer.ts";
import { mostTokens, type Endpoint, type MockCall } from "./endpoint.ts";
import { invalid, objectAt, objectsAt, requireCount, requireMessages, requireText, type Fields } from "./fields.ts";
import { createDeltas, eventStream, hole, toNamedEvent } from "./sse.ts";
import { estimateTokens, partOf } from "./text.ts";

const readWant = (body: Fields): Want => {
  const { type, name } = objectAt(body, "tool_choice");
  if (type === "any" || type === "tool") {
    const tools = objectsAt(body, "tools").flatMap(({ name: toolName, input_schema: schema }) =>
      typeof toolName === "string" && schema !== undefined ? [{ name: toolName, schema }] : [],
    );
    const tool = chooseTool(tools, type === "tool" && typeof name === "string" ? name : undefined);
    if (tool === undefined) throw invalid("tool_choice", "asks for a tool that 'tools' does not hold");
    return { kind: "call", ...tool };
  }
  const format = objectAt(objectAt(body, "output_config"), "format");
  return format["type"] === "json_schema" ? { kind: "json", schema: format["schema"] ?? {} } : { kind: "text" };
};

const countPrompt = (body: Fields): number => estimateTokens(body["system"], body["messages"]);

const stopOf = (answer: Answer) => {
  if (answer.isCut) return "max_tokens" as const;
  return answer.call === null ? ("end_turn" as const) : ("tool_use" as const);
};

/** Usage with all details present, what the mock never spends at 0. */
export const toMessageUsage = (inputTokens: number, outputTokens: number) => ({
  input_tokens: inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: outputTokens,
  output_tokens_details: { thinking_tokens: 0 },
  server_tool_use: null,
  service_tier: "standard" as const,
  inference_geo: null,
  speed: null,
});

/** A message; at the beginning of a stream with neither content nor a stop reason. */
export const toMessageBody = <Block extends object, Stop extends ReturnType<typeof stopOf> | null>(
  call: Pick<MockCall, "ids">,
  model: string,
  content: readonly Block[],
  stop: Stop,
  usage: ReturnType<typeof toMessageUsage>,
) => ({
  id: call.ids("msg_01"),
  type: "message" as const,
  role: "assistant" as const,
  model,
  content: [...content],
  stop_reason: stop,
  stop_sequence: null,
  stop_details: null,
  container: null,
  diagnostics: null,
  usage,
});

/** The one block of an answer; text and input are handed in, since a stream begins without them. */
export const toBlock = <Input>(call: Pick<MockCall, "ids">, answer: Answer, text: string, input: Input) =>
  answer.call === null
    ? { type: "text" as const, text, citations: null }
    : {
        type: "tool_use" as const,
        id: call.ids("toolu_01"),
        name: answer.call,
        input,
        caller: { type: "direct" as const },
      };

/** The input of a tool call; one cut short by the limit is no JSON any more and stands as `{}`. */
const toInput = (answer: Answer): unknown => {
  if (answer.call === null || answer.isCut) return {};
  const input: unknown = JSON.parse(answer.text);
  return input;
};

/** The events of a stream that do not repeat. */
export const toMessageEvents = (call: Pick<MockCall, "ids">, model: string, answer: Answer, inputTokens: number) => ({
  start: {
    type: "message_start" as const,
    message: toMessageBody(call, model, [], null, toMessageUsage(inputTokens, 0)),
  },
  blockStart: { type: "content_block_start" as const, index: 0, content_block: toBlock(call, answer, "", {}) },
  blockDelta: {
    type: "content_block_delta" as const,
    index: 0,
    delta:
      answer.call === null
        ? { type: "text_delta" as const, text: hole }
        : { type: "input_json_delta" as const, partial_json: hole },
  },
  blockStop: { type: "content_block_stop" as const, index: 0 },
  delta: {
    type: "message_delta" as const,
    delta: { stop_reason: stopOf(answer), stop_sequence: null, stop_details: null, container: null },
    usage: {
      input_tokens: inputTokens,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: answer.outputTokens,
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
    },
  },
  stop: { type: "message_stop" as const },
});

const writeMessage = function* (
  events: ReturnType<typeof toMessageEvents>,
  text: string,
  parts: number,
): Generator<string> {
  yield toNamedEvent(events.start);
  yield toNamedEvent(events.blockStart) + toNamedEvent({ type: "ping" });
  const toDelta = createDeltas(events.blockDelta);
  for (let part = 0; part < parts; part += 1) yield `event: content_block_delta\n${toDelta(partOf(text, part, parts))}`;
  yield toNamedEvent(events.blockStop) + toNamedEvent(events.delta) + toNamedEvent(events.stop);
};

/**
 * `POST /v1/messages`.
 *
 * A stream is `message_start`, `content_block_start` with a `ping`, exactly `chunks` deltas (text, or pieces of a tool's
 * JSON), then `content_block_stop`, `message_delta` and `message_stop` in one write.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `@anthropic-ai/sdk` 1.12.0, resources/messages/messages.d.ts
 */
export const messages: Endpoint = (call) => {
  const { body } = call;
  const model = requireText(body, "model");
  requireMessages(body);
  const answer = call.answer(readWant(body), requireCount(body, "max_tokens", 0, mostTokens));
  const inputTokens = countPrompt(body);
  if (body["stream"] === true) {
    const events = toMessageEvents(call, model, answer, inputTokens);
    return { kind: "stream", contentType: eventStream, writes: writeMessage(events, answer.text, call.chunks) };
  }
  const content = [toBlock(call, answer, answer.text, toInput(answer))];
  const usage = toMessageUsage(inputTokens, answer.outputTokens);
  return { kind: "whole", body: toMessageBody(call, model, content, stopOf(answer), usage) };
};

/** `POST /v1/messages/count_tokens`: the estimate that a message's usage shows too. */
export const countMessageTokens: Endpoint = ({ body }) => {
  requireText(body, "model");
  requireMessages(body);
  return { kind: "whole", body: { input_tokens: countPrompt(body) } };
};
