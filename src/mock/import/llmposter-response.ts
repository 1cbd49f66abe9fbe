import type { JsonObject } from "../../dialects/conversation.ts";
import { CannotCarry, tellRest, toEntry, type Entry } from "./entry.ts";
import type { Tell } from "./report.ts";
import { toFinish } from "./usage.ts";
import { compact, toArguments, toLiteral } from "./words.ts";

const names: Readonly<Record<string, string>> = {
  user_message: "user",
  model: "request.model",
  request: "request.body",
};

/** A template of theirs in our words. @throws {CannotCarry} one with more in it than names of the request */
const toTemplate = (written: string, entry: Entry, key: string): string => {
  const refuse = new CannotCarry(
    entry.at(key),
    "has more in it than names of the request",
    "write the template by hand: {{ user }}, {{ request.model }}, {{ request.body.FIELD }}",
  );
  if (/\{[%#]/.test(written)) throw refuse;
  return written.replaceAll(/\{\{-?\s*([^}]*?)\s*-?\}\}/g, (_, name: string) => {
    const [, first = "", rest = ""] = /^(\w+)((?:\.\w+|\[-?\d+\])*)$/.exec(name) ?? [];
    const own = Object.hasOwn(names, first) ? names[first] : undefined;
    if (own === undefined || (rest !== "" && first !== "request")) throw refuse;
    return `{{ ${own}${rest} }}`;
  });
};

const toError = (error: Entry, tell: Tell): JsonObject => {
  const message = error.text("message");
  const headers = error.take("headers");
  const made = compact({
    status: error.number("status"),
    message: message === undefined ? undefined : toLiteral(message),
    headers,
  });
  tellRest(error, tell);
  return { error: made };
};

const toContent = (response: Entry, tell: Tell): JsonObject => {
  const content = response.text("content");
  const template = response.text("content_template");
  const calls = (response.list("tool_calls") ?? []).map((item, index) => {
    const call = toEntry(item, [...response.at("tool_calls"), index]);
    const id = call.text("id");
    const made = compact({
      name: toLiteral(call.text("name") ?? ""),
      arguments: toArguments(call.take("arguments")),
      id,
    });
    tellRest(call, tell);
    return made;
  });
  const embedding = response.list("embedding");
  const stop = response.text("stop_reason");
  const finish = response.text("finish_reason");
  const key = stop === undefined ? "finish_reason" : "stop_reason";
  const made = compact({
    text:
      template === undefined
        ? content === undefined
          ? undefined
          : toLiteral(content)
        : toTemplate(template, response, "content_template"),
    tool_calls: calls.length === 0 ? undefined : calls,
    embedding,
    finish_reason: toFinish(stop ?? finish, response, key, tell),
  });
  tellRest(response, tell);
  return made;
};

/** What the provider's gateway says in place of an answer. */
const corrupt: JsonObject = { raw: { status: 200, headers: { "content-type": "text/plain" }, body: "overloaded" } };

/**
 * The answer of a fixture of llmposter in our words.
 *
 * @throws {CannotCarry} an answer that there are no words for
 */
export const llmposterResponse = (entry: Entry, isCorrupt: boolean, tell: Tell): JsonObject => {
  const error = entry.map("error");
  const refusal = entry.map("refusal");
  const response = entry.map("response");
  if (error !== undefined) return toError(error, tell);
  if (refusal !== undefined) {
    const reason = toLiteral(refusal.text("reason") ?? "");
    tellRest(refusal, tell);
    return { refusal: reason };
  }
  if (response === undefined)
    throw new CannotCarry(entry.path, "has no response, error or refusal", "look at the file");
  const content = toContent(response, tell);
  return isCorrupt ? corrupt : content;
};
