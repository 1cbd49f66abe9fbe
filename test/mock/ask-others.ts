import type { MessageParam } from "@anthropic-ai/sdk/resources/messages/messages";
import {
  FunctionCallingConfigMode,
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  type Part,
} from "@google/genai";
import { addSchema, edited, followUp, prompt, type Asker, type Mock, type Question, type Turn } from "./asker.ts";

const messageTools = ["other", "add"].map((name) => ({ name, input_schema: addSchema }));

const askMessages = async (
  mock: Mock,
  question: Question,
  messages: MessageParam[] = [{ role: "user", content: prompt }],
): Promise<Turn> => {
  const { isStream, force, hasSchema, thinks, stop, most } = question;
  const display = thinks === "hidden" ? ("omitted" as const) : ("summarized" as const);
  const params = {
    model: "m",
    max_tokens: most ?? 4096,
    messages,
    ...(force && {
      tools: messageTools,
      tool_choice: force === "any" ? { type: "any" as const } : { type: "tool" as const, name: "add" },
    }),
    ...(hasSchema && { output_config: { format: { type: "json_schema" as const, schema: addSchema } } }),
    ...(thinks && {
      thinking: thinks === "off" ? { type: "disabled" as const } : { type: "adaptive" as const, display },
    }),
    ...(stop !== undefined && { stop_sequences: [stop] }),
  };
  const reply = isStream
    ? await mock.anthropic.messages.stream(params).finalMessage()
    : await mock.anthropic.messages.create(params);
  const { content, usage } = reply;
  const calls = content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
  return {
    said: {
      text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
      thoughts: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
      calls: calls.map(({ name, input }) => ({ name, input })),
      finish: reply.stop_reason,
      stopSequence: reply.stop_sequence,
      usage: {
        input: usage.input_tokens,
        output: usage.output_tokens,
        reasoning: usage.output_tokens_details?.thinking_tokens,
      },
    },
    next: (edit) => {
      const results = calls.map(({ id }) => ({ type: "tool_result" as const, tool_use_id: id, content: "7" }));
      const more: MessageParam = { role: "user", content: results.length > 0 ? results : followUp };
      return askMessages(mock, question, [...messages, { role: "assistant", content: edited(content, edit) }, more]);
    },
  };
};

export const messagesAsker: Asker = {
  name: "anthropic",
  ask: (mock, question) => askMessages(mock, question),
  pieces: async (mock, seen) => {
    const ask = { model: "m", max_tokens: 4096, messages: [{ role: "user" as const, content: prompt }] };
    for await (const event of await mock.anthropic.messages.create({ ...ask, stream: true })) {
      if (event.type === "content_block_delta" && event.delta.type === "text_delta") seen.push(event.delta.text);
    }
  },
  finishes: { stop: "end_turn", length: "max_tokens", calls: "tool_use", cut: "stop_sequence" },
  noReasoning: 0,
  isThoughtBeside: false,
  hasStop: true,
};

const functionDeclarations = ["other", "add"].map((name) => ({ name, parametersJsonSchema: addSchema }));

const shown = (parts: readonly Part[], isThought: boolean): string =>
  parts.map(({ thought, text }) => ((thought === true) === isThought ? (text ?? "") : "")).join("");

const askGemini = async (
  mock: Mock,
  question: Question,
  contents: Content[] = [{ role: "user", parts: [{ text: prompt }] }],
): Promise<Turn> => {
  const { isStream, force, hasSchema, thinks, stop, most } = question;
  const functionCallingConfig = {
    mode: FunctionCallingConfigMode.ANY,
    ...(force === "add" && { allowedFunctionNames: ["add"] }),
  };
  const config: GenerateContentConfig = {
    ...(force && { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig } }),
    ...(hasSchema && { responseMimeType: "application/json", responseJsonSchema: addSchema }),
    ...(thinks && {
      thinkingConfig: { includeThoughts: thinks === "shown", thinkingBudget: thinks === "off" ? 0 : 1024 },
    }),
    ...(stop !== undefined && { stopSequences: [stop] }),
    ...(most !== undefined && { maxOutputTokens: most }),
  };
  const ask = { model: "m", contents, config };
  const replies: GenerateContentResponse[] = isStream
    ? await Array.fromAsync(await mock.gemini.models.generateContentStream(ask))
    : [await mock.gemini.models.generateContent(ask)];
  const parts = replies.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []);
  const last = replies.at(-1);
  const calls = parts.flatMap(({ functionCall }) => (functionCall === undefined ? [] : [functionCall]));
  return {
    said: {
      text: shown(parts, false),
      thoughts: shown(parts, true),
      calls: calls.map(({ name, args }) => ({ name: name ?? "", input: args })),
      finish: last?.candidates?.[0]?.finishReason,
      usage: {
        input: last?.usageMetadata?.promptTokenCount,
        output: last?.usageMetadata?.candidatesTokenCount,
        reasoning: last?.usageMetadata?.thoughtsTokenCount,
      },
    },
    next: (edit) => {
      const results = calls.map(({ id, name }) => ({
        functionResponse: { ...(id !== undefined && { id }), name: name ?? "", response: { output: "7" } },
      }));
      const more = results.length > 0 ? results : [{ text: followUp }];
      return askGemini(mock, question, [
        ...contents,
        { role: "model", parts: edited(parts, edit) },
        { role: "user", parts: more },
      ]);
    },
  };
};

export const geminiAsker: Asker = {
  name: "gemini",
  ask: (mock, question) => askGemini(mock, question),
  pieces: async (mock, seen) => {
    for await (const chunk of await mock.gemini.models.generateContentStream({ model: "m", contents: prompt })) {
      if (chunk.text !== undefined && chunk.text !== "") seen.push(chunk.text);
    }
  },
  finishes: { stop: "STOP", length: "MAX_TOKENS", calls: "STOP", cut: "STOP" },
  noReasoning: undefined,
  isThoughtBeside: true,
  hasStop: true,
};
