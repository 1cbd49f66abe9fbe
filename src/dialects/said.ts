import type { OutputPart } from "./conversation.ts";
import type { ReplyEvent } from "./reply.ts";

/** A sample of an answer's words, and how many times as long all of them are. */
export interface Said {
  readonly text: string;
  readonly scale: number;
}

export const nothingSaid: Said = { text: "", scale: 1 };

/** What a part of an answer says in words that a model has made: its text, or a call with its arguments. */
export const wordsOf = (part: OutputPart): string => {
  switch (part.kind) {
    case "text":
    case "refusal":
    case "reasoning":
      return part.text;
    case "tool_call":
      return `${part.name} ${part.arguments}`;
    case "speech":
      return part.transcript;
    case "image":
    case "native":
      return "";
  }
};

/** The same of an event of a stream. */
export const wordsIn = (event: ReplyEvent): string => {
  if (event.kind === "delta") return event.text;
  return event.kind === "part" ? wordsOf(event.part) : "";
};
