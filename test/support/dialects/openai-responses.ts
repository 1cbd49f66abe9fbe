// OpenAI's Responses API. @see https://platform.openai.com/docs/api-reference/responses and /responses-streaming
import type {
  Response,
  ResponseCreateParams,
  ResponseFunctionToolCall,
  ResponseInputContent,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseReasoningItem,
  ResponseStreamEvent,
  ResponseUsage,
} from "openai/resources/responses/responses";
import { asked, figures, fromDataUrl, halves, said, toTypedEvent, type Answer, type Side } from "./scripted.ts";

/** Without the field the SDK itself adds. */
type Body = Omit<Response, "output_text">;
type Unnumbered<T> = T extends ResponseStreamEvent
  ? Omit<T, "sequence_number" | "response"> & (T extends { response: Response } ? { response: Body } : object)
  : never;
type Event = Unnumbered<ResponseStreamEvent>;

const model = "gpt-5.4";
const seal = "gAAAAABseal-of_OpenAI==";

const usage = {
  input_tokens: figures.input,
  input_tokens_details: { cached_tokens: figures.cached, cache_write_tokens: figures.written },
  output_tokens: figures.output,
  output_tokens_details: { reasoning_tokens: figures.reasoning },
  total_tokens: figures.input + figures.output,
} satisfies ResponseUsage;

const toBody = (output: ResponseOutputItem[], status: "completed" | "incomplete" | "in_progress" | "failed"): Body => ({
  id: "resp_01",
  object: "response",
  created_at: 1_760_000_000,
  access_programs: null,
  status,
  error: status === "failed" ? { code: "server_error", message: said.refusal } : null,
  incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
  instructions: null,
  metadata: {},
  model,
  output,
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: "auto",
  tools: [],
  top_p: 1,
  ...((status === "completed" || status === "incomplete") && { usage }),
});

/** An item, how it begins, and what its stream makes of it. */
interface Streamed {
  readonly item: ResponseOutputItem;
  readonly open: ResponseOutputItem;
  readonly grow: (output_index: number) => readonly Event[];
}

const toText = (text: string, pieces: readonly string[]): Streamed => {
  const id = "msg_01";
  const message = { id, type: "message", role: "assistant" } as const;
  const part = { type: "output_text", text, annotations: [], logprobs: [] } as const;
  const whole = { ...part, annotations: [], logprobs: [] };
  return {
    item: { ...message, status: "completed", content: [whole] } satisfies ResponseOutputMessage,
    open: { ...message, status: "in_progress", content: [] },
    grow: (output_index) => {
      const at = { item_id: id, output_index, content_index: 0 };
      return [
        { type: "response.content_part.added", ...at, part: { ...whole, text: "" } },
        ...pieces.map((delta) => ({ type: "response.output_text.delta" as const, ...at, delta, logprobs: [] })),
        { type: "response.output_text.done", ...at, text, logprobs: [] },
        { type: "response.content_part.done", ...at, part: whole },
      ];
    },
  };
};

const refusal: Streamed = {
  item: {
    id: "msg_01",
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "refusal", refusal: said.refusal }],
  },
  open: { id: "msg_01", type: "message", role: "assistant", status: "in_progress", content: [] },
  grow: (output_index) => {
    const at = { item_id: "msg_01", output_index, content_index: 0 };
    return [
      { type: "response.content_part.added", ...at, part: { type: "refusal", refusal: "" } },
      { type: "response.refusal.delta", ...at, delta: said.refusal },
      { type: "response.refusal.done", ...at, refusal: said.refusal },
      { type: "response.content_part.done", ...at, part: { type: "refusal", refusal: said.refusal } },
    ];
  },
};

const toReasoning = (isShown: boolean): Streamed => {
  const part = { type: "summary_text", text: said.thought } as const;
  const item = { id: "rs_01", type: "reasoning", summary: [], encrypted_content: seal } as const;
  return {
    item: { ...item, summary: isShown ? [part] : [] } satisfies ResponseReasoningItem,
    open: { ...item, summary: [], encrypted_content: null },
    grow: (output_index) => {
      if (!isShown) return [];
      const at = { item_id: item.id, output_index, summary_index: 0 };
      return [
        { type: "response.reasoning_summary_part.added", ...at, part: { ...part, text: "" } },
        ...said.thoughts.map((delta) => ({ type: "response.reasoning_summary_text.delta" as const, ...at, delta })),
        { type: "response.reasoning_summary_text.done", ...at, text: said.thought },
        { type: "response.reasoning_summary_part.done", ...at, part },
      ];
    },
  };
};

const calls = asked.map(({ id: call_id, name, input }): Streamed => {
  const text = JSON.stringify(input);
  const id = `fc_${call_id}`;
  const item: ResponseFunctionToolCall = { type: "function_call", id, call_id, name, arguments: text };
  return {
    item: { ...item, id, status: "completed" },
    open: { ...item, id, arguments: "", status: "in_progress" },
    grow: (output_index) => [
      ...halves(text).map((delta) => ({
        type: "response.function_call_arguments.delta" as const,
        item_id: id,
        output_index,
        delta,
      })),
      { type: "response.function_call_arguments.done", item_id: id, output_index, arguments: text },
    ],
  };
});

const toNumbered = (event: Event, at: number): string => {
  const numbered = { ...event, sequence_number: at };
  return toTypedEvent(numbered);
};
const toEvents = (events: readonly Event[]): readonly string[] => events.map(toNumbered);

const toAnswer = (streamed: readonly Streamed[], status: "completed" | "incomplete" = "completed"): Answer => {
  const whole = toBody(
    streamed.map(({ item }) => item),
    status,
  );
  const events: readonly Event[] = [
    { type: "response.created", response: toBody([], "in_progress") },
    { type: "response.in_progress", response: toBody([], "in_progress") },
    ...streamed.flatMap(({ item, open, grow }, output_index): readonly Event[] => [
      { type: "response.output_item.added", output_index, item: open },
      ...grow(output_index),
      { type: "response.output_item.done", output_index, item },
    ]),
    { type: `response.${status}`, response: whole },
  ];
  return { whole, events: toEvents(events) };
};

const typeOfStatus: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "invalid_request_error",
  429: "requests",
};

const text = toText(said.text, said.pieces);
const object = JSON.stringify(said.object);
const toParams = (body: string): ResponseCreateParams => JSON.parse(body);

export const openaiResponses: Side = {
  dialect: "openai-responses",
  model,
  provider: (url) => ({ type: "openai", base_url: `${url}/v1`, dialects: ["openai-responses"] }),
  path: () => "/v1/responses",
  credential: ["authorization", "Bearer sk-upstream-secret"],
  isStream: (call) => toParams(call.body().toString()).stream === true,
  written: figures.written,
  answers: {
    text: toAnswer([text]),
    short: toAnswer([text], "incomplete"),
    json: toAnswer([toText(object, halves(object))]),
    calls: toAnswer(calls),
    thought: toAnswer([toReasoning(true), text]),
    thoughtCalls: toAnswer([toReasoning(true), ...calls]),
    hiddenCalls: toAnswer([toReasoning(false), ...calls]),
    refusal: toAnswer([refusal]),
  },
  failure: (status) => ({
    error: { message: said.refusal, type: typeOfStatus[status] ?? "server_error", param: null, code: null },
  }),
  overloadStatus: 503,
  // The service says it twice.
  streamFailure:
    toNumbered({ type: "error", code: "server_error", message: said.refusal, param: null }, 98) +
    toNumbered({ type: "response.failed", response: toBody([], "failed") }, 99),
  seals: { thought: [`rs_01 ${seal}`], thoughtCalls: [`rs_01 ${seal}`], hiddenCalls: [`rs_01 ${seal}`] },
  read: (body) => {
    const { input = [], instructions, tools, text: format, max_output_tokens: limit } = toParams(body);
    const items: readonly ResponseInputItem[] = typeof input === "string" ? [] : input;
    const results = new Map(
      items.flatMap((item) => (item.type === "function_call_output" ? [[item.call_id, item.output]] : [])),
    );
    const partsOf = (...roles: readonly string[]): readonly ResponseInputContent[] =>
      items.flatMap((item): readonly ResponseInputContent[] => {
        // A message of the model has an id, and none of its parts is an input.
        if (!("role" in item) || !("content" in item) || "id" in item || !roles.includes(item.role)) return [];
        return typeof item.content === "string" ? [{ type: "input_text", text: item.content }] : item.content;
      });
    const textsOf = (...roles: readonly string[]): readonly string[] =>
      partsOf(...roles).flatMap((part) => (part.type === "input_text" ? part.text : []));
    return {
      system: [...(typeof instructions === "string" ? [instructions] : []), ...textsOf("system", "developer")],
      questions: textsOf("user"),
      answered: items.flatMap((item) =>
        item.type === "function_call"
          ? {
              name: item.name,
              input: JSON.parse(item.arguments),
              result: JSON.stringify(results.get(item.call_id) ?? null),
            }
          : [],
      ),
      seals: items.flatMap((item) =>
        item.type === "reasoning" && item.encrypted_content ? `${item.id} ${item.encrypted_content}` : [],
      ),
      media: partsOf("user").flatMap((part) => {
        if (part.type === "input_image") return fromDataUrl(part.image_url ?? "");
        return part.type === "input_file" ? fromDataUrl(part.file_data) : [];
      }),
      limit,
      tools: (tools ?? []).flatMap((tool) => (tool.type === "function" ? tool.name : [])),
      schema: format?.format?.type === "json_schema" ? format.format.schema : null,
    };
  },
};
