import { chooseTool, type Answer, type Want } from "./answer.ts";
import { createdAt, mostChoices, mostTokens, type Endpoint, type MockCall } from "./endpoint.ts";
import { invalid, objectAt, objectsAt, readCount, requireMessages, requireText, type Fields } from "./fields.ts";
import { createDeltas, eventStream, hole, toData } from "./sse.ts";
import { estimateTokens, partOf } from "./text.ts";

/** Usage as chat and legacy completions state it: all details present, what the mock never spends at 0. */
export const toUsage = (promptTokens: number, completionTokens: number) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  prompt_tokens_details: {
    cached_tokens: 0,
    cache_write_tokens: 0,
    audio_tokens: 0,
    image_tokens: 0,
    text_tokens: promptTokens,
  },
  completion_tokens_details: {
    reasoning_tokens: 0,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
    text_tokens: completionTokens,
  },
});

const readCall = (body: Fields): Want | undefined => {
  const choice = body["tool_choice"];
  const choiceFields = objectAt(body, "tool_choice");
  const allowed = objectAt(choiceFields, "allowed_tools");
  const named = objectAt(choiceFields, "function")["name"];
  const isRequired = choice === "required" || allowed["mode"] === "required";
  if (!isRequired && choiceFields["type"] !== "function") return undefined;

  const firstAllowed = objectsAt(allowed, "tools").map((tool) => objectAt(tool, "function")["name"])[0];
  const name = isRequired ? firstAllowed : named;
  const tools = objectsAt(body, "tools").flatMap((tool) => {
    const { name: toolName, parameters } = objectAt(tool, "function");
    return typeof toolName === "string" ? [{ name: toolName, parameters }] : [];
  });
  const tool = chooseTool(tools, typeof name === "string" ? name : undefined);
  if (tool === undefined) throw invalid("tool_choice", "'tool_choice' asks for a function that 'tools' does not hold");
  return { kind: "call", name: tool.name, schema: tool.parameters };
};

const readWant = (body: Fields): Want => {
  const call = readCall(body);
  if (call !== undefined) return call;
  const format = objectAt(body, "response_format");
  if (format["type"] === "json_object") return { kind: "json", schema: undefined };
  if (format["type"] !== "json_schema") return { kind: "text" };
  return { kind: "json", schema: objectAt(format, "json_schema")["schema"] ?? {} };
};

const finishOf = (answer: Answer) => {
  if (answer.isCut) return "length" as const;
  return answer.call === null ? ("stop" as const) : ("tool_calls" as const);
};

const toMessage = (answer: Answer, callId: string) =>
  answer.call === null
    ? { role: "assistant" as const, content: answer.text, refusal: null, annotations: [] }
    : {
        role: "assistant" as const,
        content: null,
        refusal: null,
        annotations: [],
        tool_calls: [
          { id: callId, type: "function" as const, function: { name: answer.call, arguments: answer.text } },
        ],
      };

/** What stands in front of every body of one answer. */
export const toEnvelope = <Kind extends string>(id: string, object: Kind, model: string) => ({
  id,
  object,
  created: createdAt,
  model,
  service_tier: "default" as const,
  system_fingerprint: "fp_qlite",
});

/** The body of a chat completion: `choices` times the same answer. */
export const toChatCompletion = (
  call: Pick<MockCall, "ids">,
  model: string,
  choices: number,
  answer: Answer,
  promptTokens: number,
) => ({
  ...toEnvelope(call.ids("chatcmpl-"), "chat.completion", model),
  choices: Array.from({ length: choices }, (_, index) => ({
    index,
    message: toMessage(answer, call.ids("call_", index)),
    logprobs: null,
    finish_reason: finishOf(answer),
  })),
  usage: toUsage(promptTokens, answer.outputTokens * choices),
});

const firstDelta = (answer: Answer, callId: string) =>
  answer.call === null
    ? { role: "assistant" as const, content: "", refusal: null }
    : {
        role: "assistant" as const,
        content: null,
        tool_calls: [
          { index: 0, id: callId, type: "function" as const, function: { name: answer.call, arguments: "" } },
        ],
      };

const nextDelta = (answer: Answer, text: string) =>
  answer.call === null ? { content: text } : { tool_calls: [{ index: 0, function: { arguments: text } }] };

/** The bodies of a streamed answer, each made on demand; `usage` is absent unless the client asked for it. */
export const toChatChunks = (
  call: Pick<MockCall, "ids">,
  model: string,
  answer: Answer,
  usage: ReturnType<typeof toUsage> | undefined,
) => {
  const envelope = toEnvelope(call.ids("chatcmpl-"), "chat.completion.chunk", model);
  const noUsage = usage === undefined ? {} : { usage: null };
  const chunk = <Delta extends object>(index: number, delta: Delta, finish: ReturnType<typeof finishOf> | null) => ({
    ...envelope,
    choices: [{ index, delta, logprobs: null, finish_reason: finish }],
    ...noUsage,
  });
  return {
    first: (index: number) => chunk(index, firstDelta(answer, call.ids("call_", index)), null),
    next: (index: number, text: string) => chunk(index, nextDelta(answer, text), null),
    last: (index: number) => chunk(index, {}, finishOf(answer)),
    usage: () => (usage === undefined ? undefined : { ...envelope, choices: [], usage }),
  };
};

export const done = "data: [DONE]\n\n";

const writeChat = function* (
  chunks: ReturnType<typeof toChatChunks>,
  text: string,
  choices: number,
  parts: number,
): Generator<string> {
  const indexes = Array.from({ length: choices }, (_, index) => index);
  const deltas = indexes.map((index) => createDeltas(chunks.next(index, hole)));
  yield indexes.map((index) => toData(chunks.first(index))).join("");
  for (let part = 0; part < parts; part += 1) {
    const piece = partOf(text, part, parts);
    let events = "";
    for (const toDelta of deltas) events += toDelta(piece);
    yield events;
  }
  const finish = indexes.map((index) => toData(chunks.last(index))).join("");
  const usage = chunks.usage();
  if (usage === undefined) yield finish + done;
  else {
    yield finish;
    yield toData(usage) + done;
  }
};

/**
 * `POST …/chat/completions`.
 *
 * A stream is the role (for a tool call with its name), exactly `chunks` pieces, the finish reason, the usage chunk with
 * no choices if `stream_options.include_usage`, and `[DONE]`. All choices of `n` are the same and go side by side.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/chat/completions/completions.d.ts
 */
export const chatCompletions: Endpoint = (call) => {
  const { body } = call;
  const model = requireText(body, "model");
  const messages = requireMessages(body);
  const choices = readCount(body, "n", 1, mostChoices) ?? 1;
  const maxTokens =
    readCount(body, "max_completion_tokens", 1, mostTokens) ?? readCount(body, "max_tokens", 1, mostTokens);
  const answer = call.answer(readWant(body), maxTokens);
  const promptTokens = estimateTokens(messages);
  if (body["stream"] !== true)
    return { kind: "whole", body: toChatCompletion(call, model, choices, answer, promptTokens) };

  const isUsageAsked = objectAt(body, "stream_options")["include_usage"] === true;
  const usage = isUsageAsked ? toUsage(promptTokens, answer.outputTokens * choices) : undefined;
  const chunks = toChatChunks(call, model, answer, usage);
  return { kind: "stream", contentType: eventStream, writes: writeChat(chunks, answer.text, choices, call.chunks) };
};
