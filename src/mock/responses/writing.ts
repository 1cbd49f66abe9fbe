import type { Conversation, OutputPart } from "../../dialects/conversation.ts";
import type { TemplateValues } from "../fixture.ts";

/** The content of a choice while it is written. */
export interface Writing {
  readonly values: TemplateValues;
  readonly conversation: Conversation;
  readonly newId: (prefix: string) => string;
  readonly parts: OutputPart[];
  /** Estimated, of the answer and of the thinking. */
  tokens: number;
  thoughtTokens: number;
  hasCalls: boolean;
  hasJson: boolean;
  /** Gemini's seal of what was thought, on its way to the call or the end. */
  owedSeal: string | null;
  /** Why the request cannot be answered so; the first found. */
  objection: string | null;
}

/** Writes a piece of the content. */
export type Piece = (writing: Writing) => void;
