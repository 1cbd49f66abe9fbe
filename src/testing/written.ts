// From the words of a program to those of fixture files.
import type { Written } from "./backend.ts";

const fileWords: Readonly<Record<string, string>> = {
  anyText: "any_text",
  toolChoice: "tool_choice",
  toolResult: "tool_result",
  responseFormat: "response_format",
  toolCalls: "tool_calls",
  toolCall: "tool_call",
  finishReason: "finish_reason",
  stopSequence: "stop_sequence",
  textFile: "text_file",
  systemFingerprint: "system_fingerprint",
  serviceTier: "service_tier",
  mediaType: "media_type",
  contentType: "content_type",
  retryAfter: "retry_after",
  retryAfterMs: "retry_after_ms",
  shouldRetry: "should_retry",
  errorEvent: "error_event",
  wrongContentType: "wrong_content_type",
  emptyBody: "empty_body",
  html502: "html_502",
};

/** What stands below these is the program's own. */
const own: ReadonlySet<string> = new Set(["json", "arguments", "headers", "usage", "body", "sse"]);

const isMap = (value: unknown): value is Written =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof RegExp);

const toHeaders = (value: unknown): unknown =>
  isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, text]) => [name, toValue(text)])) : value;

const toValue = (value: unknown): unknown => {
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return value.map(toValue);
  return isMap(value) ? toWritten(value) : value;
};

/** Writes a map as a fixture file would: `anyText` is `any_text`, a `RegExp` its text; functions stay. */
export const toWritten = (value: object): Written =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => {
        const inner = key === "headers" ? toHeaders(member) : own.has(key) ? member : toValue(member);
        return [fileWords[key] ?? key, inner];
      }),
  );

const mostShown = 120;

/** A `match` in one line of ASCII, for the id of a fixture, which stands in a header. */
export const describeMatch = (match: Written): string => {
  const shown = JSON.stringify(match, (_, value: unknown) => (typeof value === "function" ? "function" : value));
  const line = shown.replaceAll(/[^ -~]+/g, "?");
  return line.length <= mostShown ? line : `${line.slice(0, mostShown - 3)}...`;
};

/** Whether a function stands somewhere in it. */
export const holdsFunction = (value: unknown): boolean => {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsFunction);
};
