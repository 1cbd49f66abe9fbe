import { ProxyError } from "../../errors.ts";
import type { InputPart, Message, OutputPart, ToolResult } from "../conversation.ts";
import type { Drops } from "../drops.ts";
import { dropUnknown } from "../drops.ts";
import { maybeOneOf, needObject } from "../fields.ts";
import { readFunctionResponse } from "./function-response.ts";
import { camel, maybeItems } from "./proto.ts";
import { type RawPart, readInputPart, readOutputPart, readRawPart } from "./read-parts.ts";

/** `function` is the old role of a response, `tool` what the documentation of the Python SDK writes. */
const roles = ["user", "model", "function", "tool"] as const;
const known: ReadonlySet<string> = new Set(["role", "parts"]);

interface OpenCall {
  readonly id: string;
  readonly name: string;
}

/**
 * Adds a content of the model to the turn it goes on: the official client keeps each chunk of a stream as one, so the
 * text
 * and the thought at their border are one text, one thought.
 */
const addParts = (turn: OutputPart[], more: readonly OutputPart[]): void => {
  const last = turn.at(-1);
  const [first, ...rest] = more;
  if (last?.kind === "text" && first?.kind === "text")
    turn[turn.length - 1] = { ...first, text: last.text + first.text };
  else if (last?.kind === "reasoning" && first?.kind === "reasoning" && last.signature === null) {
    turn[turn.length - 1] = { ...first, text: last.text + first.text };
  } else if (first !== undefined) turn.push(first);
  turn.push(...rest);
};

/** The pieces of one thought, of which the last has the seal: a client may gather all parts of a stream in one content. */
const joinThoughts = (parts: readonly OutputPart[]): OutputPart[] => {
  const joined: OutputPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (part.kind === "reasoning" && last?.kind === "reasoning" && last.signature === null) {
      joined[joined.length - 1] = { ...part, text: last.text + part.text };
    } else joined.push(part);
  }
  return joined;
};

/** An empty text says nothing; a stream ends in one. */
const isTold = (part: OutputPart): boolean => part.kind !== "text" || part.text !== "";

const mismatch = (at: string): ProxyError =>
  new ProxyError(
    "invalid_request",
    `Invalid value for '${at}': the number of function response parts must equal the number of function call parts of the turn before`,
    { param: at },
  );

/**
 * Reads `contents` into messages.
 *
 * A call without an id gets `call_1`, `call_2`, ... by its place, so that it is the same in the next request; a
 * response answers the call with its id, or without one the first open call of its name.
 *
 * @throws {ProxyError} `invalid_request` - no contents, an unknown role, no parts, a response without its call or calls
 * without their response
 */
export const readContents = (value: unknown, drops: Drops): readonly Message[] => {
  const contents = maybeItems(value, "contents");
  if (contents.length === 0) {
    throw new ProxyError("missing_required_parameter", "contents is not specified", { param: "contents" });
  }
  const messages: Message[] = [];
  const ids = new Set<string>();
  let calls = 0;
  const open: OpenCall[] = [];
  let results: ToolResult[] = [];
  let turn: OutputPart[] | null = null;

  const toCallId = (given: string | null, name: string): string => {
    calls += 1;
    let id = given === null || given === "" ? `call_${calls}` : given;
    while (given !== id && ids.has(id)) id += "_";
    ids.add(id);
    open.push({ id, name });
    return id;
  };
  const endTurn = (): void => {
    const content = turn?.filter(isTold) ?? [];
    if (content.length > 0) messages.push({ role: "assistant", content, name: null });
    turn = null;
  };
  const endResults = (at: string): void => {
    if (open.length > 0) throw mismatch(at);
    if (results.length > 0) messages.push({ role: "tool", results });
    results = [];
  };
  const takeCall = (id: string | null, name: string, at: string): OpenCall => {
    const byId = id === null ? -1 : open.findIndex((call) => call.id === id);
    const index = byId === -1 ? open.findIndex((call) => call.name === name) : byId;
    const call = open[index];
    if (call === undefined) {
      const message = `Invalid value for '${at}': no function call of the turn before is answered by ${name}`;
      throw new ProxyError("invalid_request", message, { param: at });
    }
    open.splice(index, 1);
    return call;
  };
  const readUser = (parts: readonly RawPart[], at: string): void => {
    const answers = parts.filter(({ key }) => key === "functionResponse");
    for (const { part, at: path } of answers) {
      results.push(readFunctionResponse(part["functionResponse"], `${path}.functionResponse`, takeCall, drops));
    }
    const content: InputPart[] = parts
      .filter(({ key }) => key !== "functionResponse")
      .map((part) => readInputPart(part, drops));
    if (content.length === 0) return;
    endResults(at);
    messages.push({ role: "user", content, name: null });
  };

  for (const [index, item] of contents.entries()) {
    const at = `contents[${index}]`;
    const content = camel(needObject(item, at));
    dropUnknown(content, known, "contents.", drops);
    const role = content["role"] === "" ? null : maybeOneOf(content["role"], roles, `${at}.role`);
    const raw = maybeItems(content["parts"], `${at}.parts`);
    if (raw.length === 0) {
      throw new ProxyError("invalid_request", `Invalid value for '${at}.parts': contents.parts must not be empty`, {
        param: `${at}.parts`,
      });
    }
    const parts = raw.map((part, at2) => readRawPart(part, `${at}.parts[${at2}]`, drops));
    if (role === "model") {
      if (results.length > 0) endResults(at);
      const made = joinThoughts(parts.flatMap((part) => readOutputPart(part, toCallId, drops)));
      if (turn === null) turn = made;
      else addParts(turn, made);
    } else {
      endTurn();
      readUser(parts, at);
    }
  }
  endTurn();
  if (results.length > 0) endResults(`contents[${contents.length - 1}]`);
  return messages;
};
