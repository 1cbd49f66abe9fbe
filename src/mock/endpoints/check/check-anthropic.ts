import { isObject, toList } from "../../../dialects/fields.ts";
import type { Failure } from "../../../dialects/reply.ts";
import type { Asked } from "../../asked.ts";
import { refusal } from "./refusal.ts";

const nameForm = /^[a-zA-Z0-9_-]{1,128}$/;

const checkTools = (tools: unknown): readonly Failure[] => {
  const names = toList(tools).map((tool) => (isObject(tool) ? tool["name"] : undefined));
  const wrong = names.flatMap((name, index) => {
    const isCustom = typeof name === "string" && !nameForm.test(name);
    return isCustom ? [refusal(`tools.${index}.custom.name`, `String should match pattern '${nameForm.source}'`)] : [];
  });
  const isTwice = names.some((name, index) => name !== undefined && names.indexOf(name) !== index);
  return isTwice ? [...wrong, refusal("tools", "Tool names must be unique.")] : wrong;
};

/** The text that an answer would be gone on from. */
const lastText = (messages: unknown): string | null => {
  const last = toList(messages).at(-1);
  if (!isObject(last) || last["role"] !== "assistant") return null;
  const content = last["content"];
  if (typeof content === "string") return content;
  const part = toList(content).at(-1);
  return isObject(part) && typeof part["text"] === "string" ? part["text"] : null;
};

/** What Anthropic refuses, in its words. @see https://docs.claude.com/en/api/messages (read 2026-11-22) */
export const checkAnthropic = ({ body }: Pick<Asked, "body">): readonly Failure[] => {
  const text = lastText(body["messages"]);
  const isOpen = text !== null && text !== text.trimEnd();
  const message = "final assistant content cannot end with trailing whitespace";
  return [...checkTools(body["tools"]), ...(isOpen ? [refusal("messages", message)] : [])];
};
