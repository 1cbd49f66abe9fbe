import { ProxyError } from "../../errors.ts";
import { parsePlainJson } from "../../wire/lossless-json.ts";
import type { JsonObject, OutputPart, Signature } from "../conversation.ts";
import { toNumber, toObject, toText } from "../fields.ts";
import type { GrowingParts } from "./growing-parts.ts";

/** Reads tool calls, whole or in pieces. */
export interface CallReader {
  readonly read: (entry: JsonObject) => void;
  readonly hasCalls: () => boolean;
  /** Whether a call is open whose arguments have not all come. */
  readonly isUnderWay: () => boolean;
  /** @throws {ProxyError} `upstream_invalid_response` - a call of which no name came */
  readonly finish: () => void;
}

interface Call {
  readonly index: number | null;
  readonly id: string;
  name: string;
  arguments: string;
  readonly isCustom: boolean;
  /** Null until its name is known, and as long as it is held. */
  part: OutputPart | null;
  /** It came while the call before it was under way, and is told at the end. */
  isHeld: boolean;
  /** How long its arguments were when they were last found to be no whole JSON. */
  partAt: number;
  seal: Signature | null;
}

/** One entry of `tool_calls`, or `function_call`. */
interface Piece {
  readonly index: number | null;
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly isCustom: boolean;
}

const readPiece = (entry: JsonObject): Piece => {
  const custom = toObject(entry["custom"]);
  const body = custom ?? toObject(entry["function"]) ?? {};
  const said = custom === null ? body["arguments"] : body["input"];
  return {
    index: toNumber(entry["index"]),
    id: toText(entry["id"]) ?? "",
    name: toText(body["name"]) ?? "",
    // Some servers send the arguments as an object, as their own API does.
    text: toText(said) ?? (toObject(said) === null ? "" : JSON.stringify(said)),
    isCustom: custom !== null || entry["type"] === "custom",
  };
};

const isWhole = (text: string): boolean => {
  try {
    parsePlainJson(text);
    return true;
  } catch {
    return false;
  }
};

/** Whether a piece that names a tool begins another call: servers that repeat the name do so in the middle of a text. */
const isAnother = (call: Call, name: string): boolean =>
  name !== "" && call.name !== "" && (name !== call.name || call.arguments === "" || isWhole(call.arguments));

/** Google's own OpenAI-compatible service seals a call beside it. */
const readSeal = (entry: JsonObject): Signature | null => {
  const extra = toObject(entry["extra_content"]);
  return extra === null ? null : { by: "openai-chat", value: JSON.stringify({ extra_content: extra }) };
};

/**
 * Reads calls as OpenAI streams them: `index`, id and name once, then pieces of the arguments.
 *
 * Taken too: id and name in every piece, a new id in every piece, no `index`, no id, the same `index` for whole calls one
 * after another, the name after the id. `newId` makes up an id from the number of the call where none comes.
 *
 * Calls may come in turns, a piece of one and a piece of another: one that begins before the arguments of the open one are
 * whole is held until all have come, because the parts of an answer do not overlap.
 */
export const createCallReader = (
  parts: GrowingParts,
  newId: (number: number) => string,
  takeSeal: (callId: string) => Signature | null,
): CallReader => {
  const calls: Call[] = [];

  const find = ({ index, id, name }: Piece): Call | undefined => {
    if (index !== null) {
      const known = calls.findLast((call) => call.index === index);
      return known === undefined || id === "" || id === known.id || !isAnother(known, name) ? known : undefined;
    }
    if (id !== "") return calls.find((call) => call.id === id);
    const last = calls.at(-1);
    return last === undefined || isAnother(last, name) ? undefined : last;
  };

  const begin = (call: Call): void => {
    const part: OutputPart = {
      kind: "tool_call",
      id: call.id,
      name: call.name,
      arguments: "",
      isCustom: call.isCustom,
      signature: null,
      cache: null,
    };
    call.part = part;
    parts.begin(part);
    const seal = call.seal ?? takeSeal(call.id);
    if (seal !== null) parts.sealWith(() => seal);
    if (call.arguments !== "") parts.grow(call.arguments);
  };

  /** Asked when something else could begin, and once for each length: to parse the arguments at every piece would cost too much. */
  const isUnderWay = (): boolean => {
    const open = parts.open();
    const last = open?.kind === "tool_call" ? calls.find(({ part }) => part === open) : undefined;
    if (last === undefined) return false;
    if (last.partAt !== last.arguments.length) last.partAt = isWhole(last.arguments) ? -1 : last.arguments.length;
    return last.partAt !== -1;
  };
  const hasToWait = (): boolean => calls.some(({ isHeld }) => isHeld) || isUnderWay();

  return {
    read: (entry) => {
      const piece = readPiece(entry);
      let call = find(piece);
      if (call === undefined) {
        const id = piece.id === "" ? newId(calls.length) : piece.id;
        call = {
          index: piece.index,
          id,
          name: "",
          arguments: "",
          isCustom: piece.isCustom,
          part: null,
          isHeld: false,
          partAt: -1,
          seal: null,
        };
        calls.push(call);
      }
      if (call.name === "") call.name = piece.name;
      if (call.part === null) {
        call.arguments += piece.text;
        if (call.name !== "" && !call.isHeld) {
          call.isHeld = hasToWait();
          if (!call.isHeld) begin(call);
        }
      } else if (piece.text !== "") {
        if (parts.open() !== call.part) {
          throw new ProxyError(
            "upstream_invalid_response",
            `The upstream went on with the tool call ${call.id} after another part had begun`,
          );
        }
        call.arguments += piece.text;
        parts.grow(piece.text);
      }
      const seal = readSeal(entry);
      if (seal === null) return;
      call.seal = seal;
      if (call.part !== null && parts.open() === call.part) parts.sealWith(() => seal);
    },
    hasCalls: () => calls.length > 0,
    isUnderWay,
    finish: () => {
      for (const call of calls) if (call.isHeld) begin(call);
      if (calls.some((call) => call.part === null)) {
        throw new ProxyError("upstream_invalid_response", "The upstream sent a tool call without a name");
      }
    },
  };
};
