import type { JsonObject, Reasoning, Signature } from "../conversation.ts";
import { isObject, toList, toText } from "../fields.ts";
import type { GrowingParts } from "./growing-parts.ts";
import { isSealed, readPiece, toPart, toSeal, type Piece } from "./reasoning-details.ts";

/** Reads the reasoning out of messages and deltas, as parts. */
export interface ReasoningReader {
  /** Reads `reasoning_content`, `reasoning` and `reasoning_details`, of which any may be there. */
  readonly read: (delta: JsonObject) => void;
  readonly plain: (text: string) => void;
  /** The seal that came before the call it is on. */
  readonly takeCallSeal: (callId: string) => Signature | null;
  /** Makes parts of the seals whose calls did not come. */
  readonly flush: () => void;
}

/** The entry whose part is open. */
interface Current {
  readonly part: Reasoning;
  readonly first: Piece;
  rest: JsonObject;
}

const sealOf = ({ foreign, rest }: Piece): Signature | null => foreign ?? toSeal(rest);

/** Stands for the seal of reasoning that needs none: the text is all there is to send back. */
const noSeal: Signature = { by: "openai-chat", value: "" };

/** Gemini's seals stand on the call; OpenRouter names it by the id of the entry, and so do we. */
const mayNameCall = ({ foreign, rest }: Piece): boolean =>
  foreign === null ? (toText(rest["format"]) ?? "").startsWith("google") : foreign.by === "gemini";

const mayContinue = ({ first, rest }: Current, piece: Piece): boolean =>
  !isSealed(rest) &&
  first.type === piece.type &&
  (first.index === undefined || first.index === piece.index) &&
  (first.id === null || piece.id === null || first.id === piece.id);

/** Our own seal behind a summary (`writeSeal`). */
const isSealOf = ({ part, rest }: Current, { isEncrypted, isRedacted, foreign, id }: Piece): boolean =>
  isEncrypted && !isRedacted && foreign !== null && part.isSummary && !isSealed(rest) && part.id === id;

/** Starts a reader that begins and grows reasoning among the given parts. */
export const createReasoningReader = (parts: GrowingParts): ReasoningReader => {
  const waiting = new Map<string, Piece>();
  let last: Current | null = null;
  // Text came in a field of its own: then the entries repeat it, in the same delta or all at the end.
  let isPlain = false;

  const current = (): Current | null => (last !== null && parts.open() === last.part ? last : null);

  const begin = (piece: Piece): Current => {
    const made: Current = { part: toPart(piece), first: piece, rest: piece.rest };
    last = made;
    parts.begin(made.part);
    return made;
  };

  const plain = (text: string): void => {
    isPlain = true;
    if (current() === null) {
      begin(readPiece({ type: "reasoning.text" }));
      // There is none, but a client that drops what is not sealed must send it back: DeepSeek refuses the turn else.
      parts.sealWith(() => noSeal);
    }
    parts.grow(text);
  };

  const entry = (piece: Piece): void => {
    const call = parts.open();
    if (piece.isEncrypted && call?.kind === "tool_call" && call.id === piece.id) {
      return parts.sealWith(() => sealOf(piece));
    }
    if (piece.isEncrypted && piece.id !== null && mayNameCall(piece)) {
      waiting.set(piece.id, piece);
      return undefined;
    }
    const open = current();
    if (open !== null && isSealOf(open, piece)) {
      open.rest = { ...open.rest, ...piece.rest };
      return parts.sealWith(() => piece.foreign);
    }
    const isRepeated = isPlain && piece.text !== "";
    const isNext = open === null || !(mayContinue(open, piece) || (isRepeated && !isSealed(open.rest)));
    const grown = isNext ? begin(piece) : open;
    const said = Object.entries(piece.rest).filter(([, value]) => value !== null);
    grown.rest = { ...grown.rest, ...Object.fromEntries(said) };
    if (piece.text !== "" && !isRepeated) parts.grow(piece.text);
    return parts.sealWith(() => piece.foreign ?? toSeal(grown.rest));
  };

  return {
    read: (delta) => {
      const text = toText(delta["reasoning_content"]) || toText(delta["reasoning"]) || "";
      if (text === "" && delta["reasoning_details"] === undefined) return;
      const pieces = toList(delta["reasoning_details"]).filter(isObject).map(readPiece);
      if (text !== "" && (isPlain || pieces.every((piece) => piece.text === ""))) plain(text);
      for (const piece of pieces) entry(piece);
    },
    plain,
    takeCallSeal: (callId) => {
      const piece = waiting.get(callId);
      waiting.delete(callId);
      return piece === undefined ? null : sealOf(piece);
    },
    flush: () => {
      for (const piece of waiting.values()) {
        begin(piece);
        parts.sealWith(() => sealOf(piece));
      }
      waiting.clear();
    },
  };
};
