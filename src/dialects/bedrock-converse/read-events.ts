import { ProxyError } from "../../errors.ts";
import { parseJson } from "../../wire/lossless-json.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { JsonObject, OutputPart } from "../conversation.ts";
import type { EventReader } from "../dialect.ts";
import { toList, toNumber, toObject, toText } from "../fields.ts";
import type { ReplyEvent } from "../reply.ts";
import { isFailure, readEventFailure } from "./failure.ts";
import { readFinish } from "./finish.ts";
import {
  isServerTool,
  readCitation,
  toCallPart,
  toImagePart,
  toNative,
  toReasoningPart,
  toTextPart,
} from "./read-blocks.ts";
import { readUsage } from "./usage.ts";

/** A block that has begun on the wire. */
interface OpenBlock {
  readonly wireIndex: number | null;
  /** What it began with; text and reasoning begin with nothing. */
  readonly start: JsonObject;
  /** A call for the client to answer; one of the service's own comes whole. */
  readonly isCall: boolean;
  /** Of the parts, -1 while the part has not begun. */
  index: number;
  /** What comes whole is held until the block ends: a seal, an image, a call of the service's own and its result. */
  seal: string;
  bytes: string[];
  input: string;
  hasInput: boolean;
  results: unknown[];
}

const notOfDialect = (what: string): ProxyError =>
  new ProxyError("upstream_invalid_response", `The upstream's stream is not of its dialect: ${what}`);

const toBody = ({ data }: SseEvent): JsonObject | null => {
  try {
    return toObject(parseJson(data));
  } catch {
    return null;
  }
};

/** Joins pieces of base64, each of which may end in padding. */
const joinBytes = (pieces: readonly string[]): string => {
  if (pieces.length === 1) return pieces[0] ?? "";
  try {
    return btoa(pieces.map((piece) => atob(piece)).join(""));
  } catch {
    throw notOfDialect("its bytes are no base64");
  }
};

const parseInput = (text: string): unknown => {
  try {
    return text === "" ? {} : parseJson(text);
  } catch {
    return text;
  }
};

/** Gives the part of a block that is told whole at its end, null for one that grew by deltas or said nothing. */
const toWholePart = ({ start, bytes, input, results }: OpenBlock): OutputPart | null => {
  const use = toObject(start["toolUse"]);
  if (use !== null) return toNative({ toolUse: { ...use, input: parseInput(input) } });
  const result = toObject(start["toolResult"]);
  if (result !== null) return toNative({ toolResult: { ...result, content: results } });
  const image = toObject(start["image"]);
  return image === null || bytes.length === 0 ? null : toImagePart(toText(image["format"]), joinBytes(bytes));
};

/**
 * Reads a stream of ConverseStream, each message out of its framing (`wire/aws-event-stream.ts`) as one event.
 *
 * Text and reasoning begin with their first delta. `metadata` with the usage comes last and ends the answer; a stream
 * that stops behind `messageStop` without it is whole too. An exception or `error` among the events is an error.
 *
 * @see npm `@aws-sdk/client-bedrock-runtime` 3.1164.0, `ConverseStreamOutput` (read 2026-11-22)
 */
export const readEvents = (emit: (event: ReplyEvent) => void): EventReader => {
  let hasStarted = false;
  let hasStopped = false;
  let isOver = false;
  let count = 0;
  let open: OpenBlock | null = null;

  const start = (): void => {
    if (hasStarted) return;
    hasStarted = true;
    emit({ kind: "start", id: "", model: "", createdAt: null, serviceTier: null, fingerprint: null });
  };
  const begin = (block: OpenBlock, part: OutputPart): void => {
    if (block.index !== -1) return;
    block.index = count;
    count += 1;
    emit({ kind: "part", candidate: 0, index: block.index, part });
  };
  const grow = ({ index }: OpenBlock, text: string): void => {
    if (text !== "") emit({ kind: "delta", candidate: 0, index, text, logprobs: null });
  };

  const close = (): void => {
    if (open === null) return;
    const block = open;
    open = null;
    if (block.index === -1) {
      const whole = toWholePart(block);
      if (whole === null) return;
      begin(block, whole);
    }
    const { index, seal, bytes } = block;
    // A call without arguments brings no delta at all.
    if (block.isCall && !block.hasInput) grow(block, "{}");
    const value = seal === "" && bytes.length > 0 && !("image" in block.start) ? joinBytes(bytes) : seal;
    if (value !== "") emit({ kind: "signature", candidate: 0, index, signature: { by: "bedrock-converse", value } });
    emit({ kind: "part_end", candidate: 0, index });
  };
  const openBlock = (body: JsonObject, begun: JsonObject): OpenBlock => {
    close();
    start();
    const use = toObject(begun["toolUse"]);
    const block: OpenBlock = {
      wireIndex: toNumber(body["contentBlockIndex"]),
      start: begun,
      isCall: use !== null && !isServerTool(use),
      index: -1,
      seal: "",
      bytes: [],
      input: "",
      hasInput: false,
      results: [],
    };
    open = block;
    if (use !== null && block.isCall) begin(block, toCallPart(use, ""));
    return block;
  };

  const reason = (block: OpenBlock, reasoning: JsonObject): void => {
    const redacted = toText(reasoning["redactedContent"]);
    begin(block, toReasoningPart("", redacted !== null, null));
    if (redacted !== null) block.bytes.push(redacted);
    grow(block, toText(reasoning["text"]) ?? "");
    block.seal += toText(reasoning["signature"]) ?? "";
  };
  const delta = (body: JsonObject): void => {
    const change = toObject(body["delta"]) ?? {};
    const isSame = open !== null && open.wireIndex === toNumber(body["contentBlockIndex"]);
    const block = isSame && open !== null ? open : openBlock(body, {});
    const text = toText(change["text"]);
    const reasoning = toObject(change["reasoningContent"]);
    const input = toText(toObject(change["toolUse"])?.["input"]);
    const citation = toObject(change["citation"]);
    const image = toText(toObject(toObject(change["image"])?.["source"])?.["bytes"]);
    if (text !== null) {
      begin(block, toTextPart(""));
      grow(block, text);
    } else if (input !== null) {
      if (!("toolUse" in block.start)) throw notOfDialect("a tool call that has not begun goes on");
      if (block.index === -1) block.input += input;
      else grow(block, input);
      block.hasInput ||= input !== "";
    } else if (reasoning !== null) reason(block, reasoning);
    else if (citation !== null) {
      begin(block, toTextPart(""));
      emit({ kind: "citation", candidate: 0, index: block.index, citation: readCitation(citation) });
    } else if (image !== null) block.bytes.push(image);
    else for (const result of toList(change["toolResult"])) block.results.push(result);
  };

  const read = (type: string, body: JsonObject): void => {
    switch (type) {
      case "messageStart":
        start();
        break;
      case "contentBlockStart":
        openBlock(body, toObject(body["start"]) ?? {});
        break;
      case "contentBlockDelta":
        delta(body);
        break;
      case "contentBlockStop":
        close();
        break;
      case "messageStop":
        start();
        close();
        hasStopped = true;
        emit({ kind: "finish", candidate: 0, finish: readFinish(body) });
        break;
      case "metadata": {
        start();
        const usage = readUsage(body["usage"]);
        if (usage !== null) emit({ kind: "usage", usage });
        if (!hasStopped) break;
        isOver = true;
        emit({ kind: "end" });
      }
    }
  };

  return {
    event: (event) => {
      if (isOver) return;
      const body = toBody(event);
      if (isFailure(event.type)) {
        isOver = true;
        emit({ kind: "error", failure: readEventFailure(event.type, body) });
        return;
      }
      if (body === null) throw notOfDialect("an event holds no JSON object");
      read(event.type, body);
    },
    isWhole: () => {
      if (hasStopped && !isOver) {
        isOver = true;
        emit({ kind: "end" });
      }
      return hasStopped;
    },
  };
};
