// The texts of a conversation, as fixtures look at them.
import type { Conversation, InputPart, OutputPart } from "../../dialects/conversation.ts";

/** The texts of parts, one after another. */
export const textIn = (parts: readonly (InputPart | OutputPart)[]): string => {
  const [first] = parts;
  if (parts.length === 1 && first?.kind === "text") return first.text;
  let text = "";
  for (const part of parts) if (part.kind === "text") text += text === "" ? part.text : `\n${part.text}`;
  return text;
};

/** The text of the last user message, the empty string when there is none. */
export const lastUserText = ({ messages }: Conversation): string => {
  const message = messages.findLast(({ role }) => role === "user");
  return message?.role === "user" ? textIn(message.content) : "";
};

/** The texts of all system and developer messages, a line break between two. */
export const systemText = ({ messages }: Conversation): string =>
  messages
    .flatMap((message) => (message.role === "system" || message.role === "developer" ? [textIn(message.content)] : []))
    .join("\n");
