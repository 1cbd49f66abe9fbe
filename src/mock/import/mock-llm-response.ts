import type { JsonObject } from "../../dialects/conversation.ts";
import { isObject, toObject, toText } from "../../dialects/fields.ts";
import { CannotCarry, toEntry, type Entry } from "./entry.ts";
import type { Tell } from "./report.ts";
import { toFinish, toUsage } from "./usage.ts";
import { compact, toCode } from "./words.ts";

const names: Readonly<Record<string, string>> = { path: "request.path" };

/** A query of theirs that a template can say: a field of the body, or the path. */
const toName = (context: string, query: string): string | null => {
  const way = query.trim();
  if (context !== "request") return null;
  if (Object.hasOwn(names, way)) return names[way] ?? null;
  if (!/^body(?:\.\w+|\[-?\d+\])+$/.test(way)) return null;
  return way === "body.messages[-1].content" ? "user" : `request.${way}`;
};

/**
 * The text of an answer with templates of ours in it.
 *
 * @throws {CannotCarry} a query that there is no name for
 */
const toTemplate = (written: string, entry: Entry): string =>
  written.replaceAll(/\{\{([^}]*)\}\}|\{\{/g, (whole, inner: string | undefined) => {
    if (inner === "timestamp") return "{{ id }}";
    const [, context = "", query = ""] = /^jmes\s+(\w+)\s+(.+)$/.exec(inner ?? "") ?? [];
    // What they do not know they leave as it is.
    if (context === "") return whole.replaceAll("{{", "{{ '{{' }}");
    const name = toName(context, query);
    if (name !== null) return `{{ ${name} }}`;
    throw new CannotCarry(
      entry.at("content"),
      `has {{${String(inner)}}}, which no template of qlite says`,
      "write it by hand: {{ user }}, {{ request.body.FIELD }}",
    );
  });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const toCalls = (message: JsonObject): readonly JsonObject[] =>
  (Array.isArray(message["tool_calls"]) ? message["tool_calls"] : []).filter(isObject).map((call: JsonObject) => {
    const made = toObject(call["function"]) ?? {};
    return compact({ name: made["name"], arguments: toText(made["arguments"]) ?? "{}", id: call["id"] });
  });

/** The reply of a chat as what it says, null for one that a field of ours cannot say. */
const toChat = (reply: JsonObject, at: Entry, tell: Tell): JsonObject | null => {
  const choices = Array.isArray(reply["choices"]) ? reply["choices"] : [];
  const message = toObject(toObject(choices[0])?.["message"]);
  if (message === null || choices.length !== 1) return null;
  const entry = toEntry(reply, at.path);
  const calls = toCalls(message);
  const content = toText(message["content"]);
  const finish = toText(toObject(choices[0])?.["finish_reason"]) ?? undefined;
  const { refusal } = message;
  const model = entry.text("model");
  const made = compact({
    text: content ?? undefined,
    tool_calls: calls.length === 0 ? undefined : calls,
    refusal: toText(refusal) ?? undefined,
    finish_reason: toFinish(finish, entry, "choices", tell),
    // The one asked for is the one that answers.
    model: model === "{{ request.body.model }}" ? undefined : model,
    id: entry.text("id"),
    created: typeof reply["created"] === "number" ? reply["created"] : undefined,
    usage: toUsage(entry, "usage", tell),
  });
  return content === null && calls.length === 0 && made["refusal"] === undefined ? null : made;
};

const toError = (status: number, error: JsonObject): JsonObject => {
  const { type, code, message, param } = error;
  const texts = { type: toText(type), code: toCode(code) ?? null, message: toText(message), param: toText(param) };
  return {
    error: { status, ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null && text !== "")) },
  };
};

/**
 * The answer of a rule of mock-llm in our words: a chat as what it says, an error as one, anything else as it stands.
 *
 * @throws {CannotCarry} a query in it that there is no name for
 */
export const mockLlmResponse = (response: Entry, tell: Tell): JsonObject => {
  const status = response.number("status") ?? 200;
  const content = response.take("content");
  const written = typeof content === "string" ? content : JSON.stringify(content ?? "");
  const text = toTemplate(written, response);
  const reply = parse(text);
  if (isObject(reply)) {
    const error = toObject(reply["error"]);
    if (status >= 400 && error !== null) return toError(status, error);
    const chat = status === 200 ? toChat(reply, response, tell) : null;
    if (chat !== null) return chat;
    return { raw: { status, body: reply } };
  }
  return { raw: { status, headers: { "content-type": "application/json" }, body: text } };
};
