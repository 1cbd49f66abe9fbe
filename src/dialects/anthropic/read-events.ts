import { ProxyError } from "../../errors.ts";
import { parseJson, parsePlainJson } from "../../wire/lossless-json.ts";
import type { SseEvent } from "../../wire/sse.ts";
import type { JsonObject } from "../conversation.ts";
import type { EventReader } from "../dialect.ts";
import { isObject, toNumber, toObject, toText } from "../fields.ts";
import type { Finish, OpenPart, ReplyEvent } from "../reply.ts";
import { readCitation } from "./citations.ts";
import { readStreamFailure } from "./failure.ts";
import { readFinish } from "./finish.ts";
import { readHead, toNativePart, toReasoning, toToolCall } from "./read-reply.ts";
import { readSeal } from "./seal.ts";
import { laterUsage, readUsage } from "./usage.ts";

const invalid = (why: string, cause?: unknown): ProxyError =>
  new ProxyError("upstream_invalid_response", `The upstream's stream of events is broken: ${why}`, { cause });

const parse = ({ type, data }: SseEvent): JsonObject => {
  let parsed: unknown;
  try {
    // A delta holds no number that could lose its spelling, and there are thousands of them.
    parsed = type === "content_block_delta" ? parsePlainJson(data) : parseJson(data);
  } catch (error) {
    throw invalid("an event is not JSON", error);
  }
  if (!isObject(parsed)) throw invalid("an event is no object");
  return parsed;
};

interface OpenBlock {
  readonly type: string;
  readonly block: JsonObject;
  /** The upstream's index, null when it told none. */
  readonly wireIndex: number | null;
  /** The input as it has come, for a call or a call on the provider's side. */
  input: string;
}

const text: OpenPart = { kind: "text", text: "", citations: [], cache: null };

/**
 * Reads the events of a stream.
 *
 * A block on the provider's side is told when it is whole; its input is held until then. Nothing else is held.
 * `usage` comes with `message_start` and again with each `message_delta`, complete each time.
 *
 * @throws {ProxyError} `upstream_invalid_response` - an event that is no JSON object, or a delta for a block that is not open
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming (read 2026-11-22)
 */
export const readEvents = (emit: (event: ReplyEvent) => void): EventReader => {
  let isStarted = false;
  let isEnded = false;
  let index = 0;
  let open: OpenBlock | null = null;
  let usage: JsonObject = {};
  let finish: Finish = { reason: "stop", stopSequence: null, detail: null };

  const start = (message: JsonObject): void => {
    if (isStarted) return;
    isStarted = true;
    emit({ kind: "start", ...readHead(message) });
  };
  const tellUsage = (later: unknown): void => {
    if (!isObject(later)) return;
    usage = laterUsage(usage, later);
    const read = readUsage(usage);
    if (read !== null) emit({ kind: "usage", usage: read });
  };
  const part = (opened: OpenPart): void => emit({ kind: "part", candidate: 0, index, part: opened });
  const grow = (more: string): void => {
    if (more !== "") emit({ kind: "delta", candidate: 0, index, text: more, logprobs: null });
  };
  const seal = (packed: string): void => {
    const signature = readSeal(packed);
    if (signature !== null) emit({ kind: "signature", candidate: 0, index, signature });
  };
  const cite = (value: unknown): void => {
    const citation = readCitation(value);
    if (citation !== null) emit({ kind: "citation", candidate: 0, index, citation });
  };

  const close = (): void => {
    if (open === null) return;
    const { type, block, input } = open;
    open = null;
    if (type === "tool_use") {
      // Some servers give the whole input with the start; no input at all is `{}`.
      if (input === "") grow(JSON.stringify(toObject(block["input"]) ?? {}));
    } else if (type !== "text" && type !== "thinking" && type !== "redacted_thinking") {
      part(toNativePart(type, input === "" ? block : { ...block, input: parseInput(input) }));
    }
    emit({ kind: "part_end", candidate: 0, index });
    index += 1;
  };

  const openBlock = (event: JsonObject): void => {
    close();
    start({});
    const block = toObject(event["content_block"]) ?? {};
    const type = toText(block["type"]) ?? "";
    open = { type, block, wireIndex: toNumber(event["index"]), input: "" };
    switch (type) {
      case "text":
        part(text);
        grow(toText(block["text"]) ?? "");
        if (Array.isArray(block["citations"])) block["citations"].forEach(cite);
        break;
      case "thinking":
        part(toReasoning("", "", false));
        grow(toText(block["thinking"]) ?? "");
        seal(toText(block["signature"]) ?? "");
        break;
      case "redacted_thinking":
        part(toReasoning("", "", true));
        seal(toText(block["data"]) ?? "");
        break;
      case "tool_use":
        part(toToolCall(block, ""));
        break;
      default:
    }
  };

  const delta = (event: JsonObject): void => {
    if (open === null || toNumber(event["index"]) !== open.wireIndex)
      throw invalid("a delta is for a block that is not open");
    const change = toObject(event["delta"]) ?? {};
    switch (change["type"]) {
      case "text_delta":
        if (open.type === "text") grow(toText(change["text"]) ?? "");
        break;
      case "thinking_delta":
        if (open.type === "thinking") grow(toText(change["thinking"]) ?? "");
        break;
      case "signature_delta":
        if (open.type === "thinking") seal(toText(change["signature"]) ?? "");
        break;
      case "citations_delta":
        if (open.type === "text") cite(change["citation"]);
        break;
      case "input_json_delta": {
        const json = toText(change["partial_json"]) ?? "";
        if (open.type === "tool_use") {
          grow(json);
          // All that is asked of it is whether any came.
          open.input ||= json;
        } else open.input += json;
        break;
      }
      default:
    }
  };

  return {
    event: (sse) => {
      if (isEnded || sse.type === "ping" || sse.data === "") return;
      const event = parse(sse);
      switch (toText(event["type"]) ?? sse.type) {
        case "message_start": {
          const message = toObject(event["message"]) ?? {};
          start(message);
          tellUsage(message["usage"]);
          break;
        }
        case "content_block_start":
          openBlock(event);
          break;
        case "content_block_delta":
          delta(event);
          break;
        case "content_block_stop":
          close();
          break;
        case "message_delta": {
          const change = toObject(event["delta"]) ?? {};
          if (toText(change["stop_reason"]) !== null) finish = readFinish(change);
          tellUsage(event["usage"]);
          break;
        }
        case "message_stop":
          close();
          start({});
          isEnded = true;
          emit({ kind: "finish", candidate: 0, finish });
          emit({ kind: "end" });
          break;
        case "error":
          isEnded = true;
          emit({ kind: "error", failure: readStreamFailure(event) });
          break;
        default:
      }
    },
    isWhole: () => isEnded,
  };
};

const parseInput = (input: string): unknown => {
  try {
    return parseJson(input);
  } catch {
    return input;
  }
};
