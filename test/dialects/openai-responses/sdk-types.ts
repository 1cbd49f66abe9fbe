// Holds what is written in this dialect to the types of the official SDK; `tsc` is what runs it.
import type {
  CustomTool,
  FunctionTool,
  Response,
  ResponseCompletedEvent,
  ResponseCreateParamsNonStreaming,
  ResponseCreateParamsStreaming,
  ResponseCreatedEvent,
  ResponseCustomToolCallItem,
  ResponseErrorEvent,
  ResponseFunctionToolCallItem,
  ResponseInputAudio,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseOutputMessage,
  ResponseOutputText,
  ResponseReasoningItem,
  ResponseStreamEvent,
  ResponseTextConfig,
  ResponseUsage,
} from "openai/resources/responses/responses";
import type { Reasoning } from "openai/resources/shared";
import type * as Wire from "../../../src/dialects/openai-responses/wire.ts";
import type { EventFields, WireResponse, WireToolUsage } from "../../../src/dialects/openai-responses/wire-reply.ts";

/** The SDK's arrays are mutable; ours are the same in all else. */
type Mutable<T> = T extends (infer E)[] | readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

/** An opaque value of the client's or the provider's own stands where the SDK has its own union. */
type Text = Omit<Wire.OutputText, "annotations"> & { annotations: Wire.UrlCitation[] };
type Message = Omit<Wire.MessageItem, "content"> & { content: (Text | Wire.OutputRefusal)[] };
type Item = Exclude<Wire.OwnItem, Wire.MessageItem> | Message;
type Opaque =
  | "output"
  | "tools"
  | "tool_choice"
  | "text"
  | "reasoning"
  | "metadata"
  | "max_tool_calls"
  | "prompt_cache_key"
  | "safety_identifier"
  | "truncation"
  | "service_tier"
  // Null in an answer under way and where the client told nobody, as the service says it; the SDK leaves both out.
  | "usage"
  | "user";
/** What a response must hold; `output_text` is put there by the SDK itself. */
type Needed = {
  [Key in keyof Response]-?: undefined extends Response[Key] ? never : Key;
}[Exclude<keyof Response, "output_text">];
type Event<T extends keyof EventFields> = Mutable<EventFields[T]> & { type: T; sequence_number: number };
/** Events whose every field is ours. */
type PlainEvent = Exclude<
  keyof EventFields,
  | `response.${"created" | "queued" | "in_progress" | "completed" | "incomplete" | "failed"}`
  | `response.output_item.${string}`
  | `response.content_part.${string}`
  | "response.output_text.annotation.added"
  | "error"
>;
type EveryPlain = { [T in PlainEvent]: Event<T> }[PlainEvent];

export const checks = [
  (key: Needed): keyof WireResponse => key,
  (body: Mutable<Omit<WireResponse, Opaque>>): Omit<Response, Opaque | "output_text"> => body,
  (body: Mutable<Text>): ResponseOutputText => body,
  (body: Mutable<Item>): ResponseOutputItem => body,
  (body: Mutable<Message>): ResponseOutputMessage => body,
  (body: Mutable<Wire.ReasoningItem>): ResponseReasoningItem => body,
  (body: Mutable<Wire.FunctionCallItem>): ResponseFunctionToolCallItem => body,
  (body: Mutable<Wire.CustomCallItem>): ResponseCustomToolCallItem => body,
  (body: Mutable<Wire.WireUsage>): ResponseUsage => body,
  (body: Mutable<WireToolUsage>): Response.ToolUsage => body,
  (body: EveryPlain): ResponseStreamEvent => body,
  (body: Event<"error">): ResponseErrorEvent => body,
  (type: keyof EventFields): ResponseStreamEvent["type"] => type,
  (event: Pick<ResponseCreatedEvent, "type">): Pick<Event<"response.created">, "type"> => event,
  (event: Pick<ResponseCompletedEvent, "type">): Pick<Event<"response.completed">, "type"> => event,

  (item: Mutable<Omit<Wire.InputMessage, "content">> & { content: string | Wire.InputContent[] }): ResponseInputItem =>
    item,
  (item: Mutable<Wire.PastCall>): ResponseInputItem => item,
  (item: Mutable<Wire.CallOutput>): ResponseInputItem => item,
  // The service takes these two without the ids it gives itself; the SDK's types are those of its output.
  (
    item: Mutable<Omit<Wire.PastMessage, "content">> & { content: Message["content"] },
  ): Omit<ResponseOutputMessage, "id" | "status" | "content"> & { content: unknown } => item,
  (item: Mutable<Wire.PastReasoning>): Omit<ResponseReasoningItem, "id"> => item,
  (part: Mutable<Wire.InputAudio>): ResponseInputAudio => part,
  (tool: Mutable<Wire.FunctionTool>): FunctionTool => tool,
  (tool: Mutable<Omit<Wire.CustomTool, "format">>): CustomTool => tool,
  (choice: Mutable<Wire.WireToolChoice>): NonNullable<ResponseCreateParamsStreaming["tool_choice"]> => choice,
  (text: Mutable<Omit<Wire.WireText, "verbosity">>): ResponseTextConfig => text,
  (reasoning: Mutable<Omit<Wire.WireReasoning, "effort">>): Reasoning => reasoning,
  (
    body: Mutable<Pick<WireResponse, "instructions" | "temperature" | "top_p" | "store" | "max_output_tokens">>,
  ): ResponseCreateParamsNonStreaming => body,
];
