import { writeSse } from "../../wire/sse.ts";
import type { JsonObject, OutputPart, Signature } from "../conversation.ts";
import type { EventWriter, ReplyContext } from "../dialect.ts";
import type { Finish, ReplyEvent, ReplyHead, Usage } from "../reply.ts";
import { toCallSeal } from "./call-seal.ts";
import { isOwnBlock, writeCitation } from "./citations.ts";
import { toErrorBody } from "./failure.ts";
import { writeStop } from "./finish.ts";
import { writeSeal } from "./seal.ts";
import { writeDeltaUsage, writeUsage } from "./usage.ts";
import type { Block, BlockStartEvent, CitationEvent, DeltaEvent, OwnBlock, StartEvent } from "./wire.ts";
import { toToolUse, writeHead } from "./write-reply.ts";

const whole: Finish = { reason: "stop", stopSequence: null, detail: null };

const say = (event: StartEvent | BlockStartEvent | CitationEvent | DeltaEvent): string =>
  writeSse(JSON.stringify(event), event.type);

// The commonest events, each by one template.
const sayDelta = (index: number, type: string, field: string, text: string): string =>
  `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{"type":"${type}","${field}":${JSON.stringify(text)}}}\n\n`;

const sayStop = (index: number): string =>
  `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`;

/** The event a stream begins with; `usage` is what is known before the first word. */
export const toStart = (head: ReplyHead, usage: Usage | null, context: ReplyContext): StartEvent => ({
  type: "message_start",
  message: {
    ...writeHead(head, context),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: writeUsage(usage, head.serviceTier),
  },
});

/** The event that tells why a stream ended, and its usage. */
export const toDelta = (finish: Finish, usage: Usage | null): DeltaEvent => ({
  type: "message_delta",
  delta: { ...writeStop(finish), container: null },
  usage: writeDeltaUsage(usage),
});

/** The input of a call on the provider's side comes as a delta, like the service's own. */
const sayNative = (index: number, block: OwnBlock): string => {
  const input = block.type.endsWith("_tool_use") ? block["input"] : undefined;
  if (input === undefined) return say({ type: "content_block_start", index, content_block: block });
  return (
    say({ type: "content_block_start", index, content_block: { ...block, input: {} } }) +
    sayDelta(index, "input_json_delta", "partial_json", JSON.stringify(input))
  );
};

interface OpenPart {
  readonly part: OutputPart;
  /** Whether its `content_block_start` has been said. */
  isSaid: boolean;
  /** Whether the seal of a thinking has been said. */
  isSealed: boolean;
  /** What a call has said so far while its seal may still come, null once it has been let go. */
  held: string | null;
}

const freeText = (text: string): string => JSON.stringify(text).slice(1, -1);

/**
 * Writes the events of a stream: the first answer, its usage at the end, where alone it is complete.
 *
 * A block begins with the first thing in it, so that none is empty. A call is held until what follows its first delta,
 * since the seal that another provider gave it has to stand before it. What the dialect cannot say is left out.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming (read 2026-11-22)
 * @see npm `@anthropic-ai/sdk` 1.12.0, lib/MessageStream.mjs, for what its accumulator needs
 */
export const writeEvents = (context: ReplyContext): EventWriter => {
  let index = 0;
  let open: OpenPart | null = null;
  let finish = whole;
  let isRefused = false;
  let usage: Usage | null = null;
  let isEnded = false;

  const begin = (block: Block): string => {
    if (open !== null) open.isSaid = true;
    return say({ type: "content_block_start", index, content_block: block });
  };
  const beginText = (): string => (open?.isSaid === true ? "" : begin({ type: "text", text: "" }));
  const beginThinking = (): string =>
    open?.isSaid === true ? "" : begin({ type: "thinking", thinking: "", signature: "" });
  const oneBlock = (block: Block): string => {
    const said = say({ type: "content_block_start", index, content_block: block }) + sayStop(index);
    index += 1;
    return said;
  };

  /** Lets a held call go, behind its seal when it has one. */
  const letGo = (call: OpenPart, signature: Signature | null = null): string => {
    if (call.part.kind !== "tool_call" || call.held === null) return "";
    const text = call.held;
    call.held = null;
    const seal = toCallSeal(signature ?? call.part.signature);
    return (
      (seal === null ? "" : oneBlock(seal)) + begin(toToolUse(call.part, {})) + (text === "" ? "" : sayInput(text))
    );
  };
  const sayInput = (json: string): string => sayDelta(index, "input_json_delta", "partial_json", json);

  const openPart = (part: OutputPart): string => {
    open = { part, isSaid: false, isSealed: false, held: part.kind === "tool_call" ? "" : null };
    switch (part.kind) {
      case "tool_call":
        return part.isCustom ? hold('{"input":"') : "";
      case "refusal":
        isRefused = true;
        return "";
      case "native":
        if (part.dialect !== "anthropic" || !isOwnBlock(part.value)) return "";
        open.isSaid = true;
        return sayNative(index, part.value);
      case "speech":
        return part.transcript === "" ? "" : beginText() + sayDelta(index, "text_delta", "text", part.transcript);
      case "text":
      case "reasoning":
      case "image":
        return "";
    }
  };

  const hold = (text: string): string => {
    if (open !== null) open.held = text;
    return "";
  };

  const grow = (now: OpenPart, text: string): string => {
    switch (now.part.kind) {
      case "text":
      case "refusal":
        return beginText() + sayDelta(index, "text_delta", "text", text);
      case "reasoning":
        return now.part.isRedacted ? "" : beginThinking() + sayDelta(index, "thinking_delta", "thinking", text);
      case "tool_call": {
        const json = now.part.isCustom ? freeText(text) : text;
        if (now.held === "" || (now.part.isCustom && now.held === '{"input":"')) return hold(now.held + json);
        return letGo(now) + sayInput(json);
      }
      case "image":
      case "speech":
      case "native":
        return "";
    }
  };

  const seal = (now: OpenPart, signature: Signature): string => {
    if (now.part.kind === "tool_call") return letGo(now, signature);
    if (now.part.kind !== "reasoning") return "";
    const packed = writeSeal(signature);
    if (now.part.isRedacted) return now.isSaid ? "" : begin({ type: "redacted_thinking", data: packed });
    now.isSealed = true;
    return beginThinking() + sayDelta(index, "signature_delta", "signature", packed);
  };

  const close = (): string => {
    if (open === null) return "";
    const ending = open;
    const isCustom = ending.part.kind === "tool_call" && ending.part.isCustom;
    const isUnsealed = ending.part.kind === "reasoning" && !ending.part.isRedacted && !ending.isSealed;
    const last =
      letGo(ending) +
      (isCustom ? sayInput('"}') : "") +
      // Clients send back only thinking whose seal they heard of.
      (isUnsealed && ending.isSaid ? sayDelta(index, "signature_delta", "signature", writeSeal(null)) : "");
    open = null;
    if (!ending.isSaid) return last;
    const said = last + sayStop(index);
    index += 1;
    return said;
  };

  const write = (event: ReplyEvent): string => {
    switch (event.kind) {
      case "start":
        usage = event.usage ?? null;
        return say(toStart(event, usage, context));
      case "part":
        return close() + openPart(event.part);
      case "delta":
        return open === null || event.text === "" ? "" : grow(open, event.text);
      case "citation": {
        const citation = open?.part.kind === "text" ? writeCitation(event.citation) : null;
        if (citation === null) return "";
        return beginText() + say({ type: "content_block_delta", index, delta: { type: "citations_delta", citation } });
      }
      case "signature":
        return open === null ? "" : seal(open, event.signature);
      case "part_end":
        return close();
      case "finish":
        ({ finish } = event);
        return "";
      case "usage":
        ({ usage } = event);
        return "";
      case "error":
        isEnded = true;
        return writeSse(JSON.stringify(toErrorBody(event.failure)), "error");
      case "end": {
        isEnded = true;
        const stop: JsonObject = { type: "message_stop" };
        const reason: Finish = isRefused ? { ...finish, reason: "refusal" } : finish;
        return close() + say(toDelta(reason, usage)) + writeSse(JSON.stringify(stop), "message_stop");
      }
    }
  };
  return (event) => (isEnded || ("candidate" in event && event.candidate !== 0) ? "" : write(event));
};
