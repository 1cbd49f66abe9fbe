import type { ChatCompletionMessageParam } from "openai/resources/chat/completions";
import type { Response, ResponseInputItem } from "openai/resources/responses/responses";
import { addSchema, edited, followUp, prompt, type Asker, type Mock, type Question, type Turn } from "./asker.ts";

interface Thoughts {
  reasoning_content?: string;
  reasoning_details?: Record<string, unknown>[];
}

/** What servers of the chat dialect added to the messages, and the SDK has no types for. */
const thoughtsOf = (message: object): Thoughts => message;

const chatTools = ["other", "add"].map((name) => ({
  type: "function" as const,
  function: { name, parameters: addSchema },
}));

/** Puts the pieces of a seal together, which the SDK's stream does for its own fields alone. */
const join = (deltas: readonly Thoughts[]): Thoughts => {
  const text = deltas.map((delta) => delta.reasoning_content ?? "").join("");
  const details = deltas.flatMap((delta) => delta.reasoning_details ?? []);
  return { ...(text !== "" && { reasoning_content: text }), ...(details.length > 0 && { reasoning_details: details }) };
};

const askChat = async (
  mock: Mock,
  question: Question,
  messages: ChatCompletionMessageParam[] = [{ role: "user", content: prompt }],
): Promise<Turn> => {
  const { isStream, force, hasSchema, thinks, stop, most } = question;
  const named = { type: "function" as const, function: { name: "add" } };
  const params = {
    model: "m",
    messages,
    ...(force && { tools: chatTools, tool_choice: force === "any" ? ("required" as const) : named }),
    ...(hasSchema && {
      response_format: { type: "json_schema" as const, json_schema: { name: "sum", strict: true, schema: addSchema } },
    }),
    ...(thinks && { reasoning_effort: thinks === "off" ? ("none" as const) : ("low" as const) }),
    ...(thinks === "hidden" && { reasoning: { exclude: true } }),
    ...(stop !== undefined && { stop }),
    ...(most !== undefined && { max_completion_tokens: most }),
  };
  const { completions } = mock.openai.chat;
  const deltas: Thoughts[] = [];
  const reply = isStream
    ? await completions
        .stream({ ...params, stream_options: { include_usage: true } })
        .on("chunk", ({ choices }) => deltas.push(...choices.map((choice) => thoughtsOf(choice.delta))))
        .finalChatCompletion()
    : await completions.create(params);
  const { message, finish_reason: finish } = reply.choices[0]!;
  if (isStream) Object.assign(message, join(deltas));
  const calls = (message.tool_calls ?? []).flatMap((call) => (call.type === "function" ? [call] : []));
  return {
    said: {
      text: message.content ?? "",
      thoughts: thoughtsOf(message).reasoning_content ?? "",
      calls: calls.map(({ function: called }) => ({ name: called.name, input: JSON.parse(called.arguments) })),
      finish,
      usage: {
        input: reply.usage?.prompt_tokens,
        output: reply.usage?.completion_tokens,
        reasoning: reply.usage?.completion_tokens_details?.reasoning_tokens,
      },
    },
    next: (edit) => {
      const results = calls.map(({ id }) => ({ role: "tool" as const, tool_call_id: id, content: "7" }));
      const more = results.length > 0 ? results : [{ role: "user" as const, content: followUp }];
      return askChat(mock, question, [...messages, edited<ChatCompletionMessageParam>(message, edit), ...more]);
    },
  };
};

export const chatAsker: Asker = {
  name: "openai-chat",
  ask: (mock, question) => askChat(mock, question),
  pieces: async (mock, seen) => {
    const ask = { model: "m", messages: [{ role: "user" as const, content: prompt }], stream: true as const };
    for await (const chunk of await mock.openai.chat.completions.create(ask)) {
      const text = chunk.choices[0]?.delta.content;
      if (text !== undefined && text !== null && text !== "") seen.push(text);
    }
  },
  finishes: { stop: "stop", length: "length", calls: "tool_calls", cut: "stop" },
  noReasoning: 0,
  isThoughtBeside: false,
  hasStop: true,
};

const responseTools = ["other", "add"].map((name) => ({
  type: "function" as const,
  name,
  strict: true,
  parameters: addSchema,
}));

const askResponses = async (
  mock: Mock,
  question: Question,
  input: ResponseInputItem[] = [{ role: "user", content: prompt }],
): Promise<Turn> => {
  const { isStream, force, hasSchema, thinks, most } = question;
  const named = { type: "function" as const, name: "add" };
  const params = {
    model: "m",
    input,
    ...(force && { tools: responseTools, tool_choice: force === "any" ? ("required" as const) : named }),
    ...(hasSchema && { text: { format: { type: "json_schema" as const, name: "sum", schema: addSchema } } }),
    ...(thinks && {
      reasoning: {
        effort: thinks === "off" ? ("none" as const) : ("low" as const),
        ...(thinks === "shown" && { summary: "auto" as const }),
      },
    }),
    ...(most !== undefined && { max_output_tokens: most }),
  };
  const { responses } = mock.openai;
  const reply: Response = isStream ? await responses.stream(params).finalResponse() : await responses.create(params);
  // What came back goes in again; the SDK's types differ where only a compaction would.
  const output: ResponseInputItem[] = reply.output.flatMap((item) =>
    item.type === "message" || item.type === "reasoning" || item.type === "function_call" ? [item] : [],
  );
  const calls = reply.output.flatMap((item) => (item.type === "function_call" ? [item] : []));
  return {
    said: {
      text: reply.output_text,
      thoughts: reply.output
        .flatMap((item) => (item.type === "reasoning" ? item.summary.map(({ text }) => text) : []))
        .join(""),
      calls: calls.map(({ name, arguments: text }) => ({ name, input: JSON.parse(text) })),
      finish: reply.status,
      usage: {
        input: reply.usage?.input_tokens,
        output: reply.usage?.output_tokens,
        reasoning: reply.usage?.output_tokens_details.reasoning_tokens,
      },
    },
    next: (edit) => {
      const results = calls.map(({ call_id: id }) => ({
        type: "function_call_output" as const,
        call_id: id,
        output: "7",
      }));
      const more = results.length > 0 ? results : [{ role: "user" as const, content: followUp }];
      return askResponses(mock, question, [...input, ...edited(output, edit), ...more]);
    },
  };
};

export const responsesAsker: Asker = {
  name: "openai-responses",
  ask: (mock, question) => askResponses(mock, question),
  pieces: async (mock, seen) => {
    for await (const event of await mock.openai.responses.create({ model: "m", input: prompt, stream: true })) {
      if (event.type === "response.output_text.delta") seen.push(event.delta);
      if (event.type === "error") throw new Error(event.message);
    }
  },
  finishes: { stop: "completed", length: "incomplete", calls: "completed", cut: "completed" },
  noReasoning: 0,
  isThoughtBeside: false,
  hasStop: false,
};
