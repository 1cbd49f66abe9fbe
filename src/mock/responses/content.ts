import type { Citation, Text } from "../../dialects/conversation.ts";
import { sealReasoning } from "../auto/seal.ts";
import { estimateTokens } from "../auto/text.ts";
import type { TemplateValues } from "../fixture.ts";
import type { Piece, Writing } from "./writing.ts";
import { misfitOf } from "./check-json.ts";
import { toFill, toFilledJson, type Fill, type FilledJson } from "./fill.ts";
import { toImageSource } from "./media.ts";
import type { CallSpec, ChoiceSpec, CitationSpec, ImageSpec, PartSpec } from "./content-schema.ts";
import type { ResponseMap } from "./response-schema.ts";
import type { ResponsePlace } from "./place.ts";
import { speechPiece } from "./speech-piece.ts";

const toCitation = ({ url, title, quote, start, end }: CitationSpec): Citation => ({
  url: url ?? null,
  title: title ?? null,
  quote: quote ?? null,
  start: start ?? null,
  end: end ?? null,
  native: null,
});

const toText = (text: string, citations: readonly Citation[]): Text => ({ kind: "text", text, citations, cache: null });

const textPiece = (fill: Fill, written: readonly CitationSpec[] = []): Piece => {
  const citations = written.map(toCitation);
  return (writing) => {
    const text = fill(writing.values);
    writing.parts.push(toText(text, citations));
    writing.tokens += estimateTokens(text);
  };
};

const jsonPiece = (json: unknown): Piece => {
  const fill = toFilledJson(json);
  return (writing) => {
    const { value, text } = fill(writing.values);
    const { output } = writing.conversation;
    if (output?.kind === "schema") writing.objection ??= misfitOf(value, output.schema);
    writing.parts.push(toText(text, []));
    writing.tokens += estimateTokens(text);
    writing.hasJson = true;
  };
};

const refusalPiece =
  (fill: Fill): Piece =>
  (writing) => {
    const text = fill(writing.values);
    writing.parts.push({ kind: "refusal", text });
    writing.tokens += estimateTokens(text);
  };

/** Sealed as the thinking of a generated answer is, so that a client can bring it back. */
const reasoningPiece =
  (fill: Fill): Piece =>
  (writing) => {
    const { conversation, parts, newId } = writing;
    const text = fill(writing.values);
    writing.thoughtTokens += estimateTokens(text);
    const { dialect } = conversation.native;
    const isSummary = dialect !== "openai-chat" || (conversation.reasoning?.summary ?? null) !== null;
    const plain = { kind: "reasoning", text, isSummary, isRedacted: false } as const;
    const id = newId("rs_");
    if (dialect === "gemini") {
      parts.push({ ...plain, id: null, signature: null });
      writing.owedSeal ??= id;
      return;
    }
    const signature = sealReasoning(dialect, id, plain);
    parts.push({ ...plain, id: dialect === "openai-responses" ? id : null, signature });
  };

const sealOf = (id: string) => sealReasoning("gemini", id, { text: "", isSummary: true });

/** Gemini seals on the text what led to no call. */
export const endContent = ({ owedSeal, parts }: Writing): void => {
  if (owedSeal === null) return;
  const plain = { kind: "reasoning", id: null, text: "", isSummary: true, isRedacted: false } as const;
  parts.push({ ...plain, signature: sealOf(owedSeal) });
};

/** What the ids of calls begin with. */
const callPrefixes: Readonly<Record<string, string>> = { anthropic: "toolu_01", gemini: "fc_" };

const toArguments = (written: unknown): ((values: TemplateValues) => FilledJson | string) =>
  typeof written === "string" ? toFill(written) : toFilledJson(written ?? {});

const callPiece = ({ name: written, arguments: input, id: named }: CallSpec): Piece => {
  const fillName = toFill(written);
  const fillId = named === undefined ? null : toFill(named);
  const fillArguments = toArguments(input);
  return (writing) => {
    const { values, conversation, newId, owedSeal } = writing;
    const name = fillName(values);
    const filled = fillArguments(values);
    const tool = conversation.tools.find((one) => one.kind !== "native" && one.name === name);
    if (tool?.kind === "function" && tool.strict === true && tool.parameters !== null && typeof filled !== "string") {
      const misfit = misfitOf(filled.value, tool.parameters);
      if (misfit !== null) writing.objection ??= `the arguments of ${name}: ${misfit}`;
    }
    const text = typeof filled === "string" ? filled : filled.text;
    writing.owedSeal = null;
    writing.hasCalls = true;
    writing.tokens += estimateTokens(text);
    writing.parts.push({
      kind: "tool_call",
      id: fillId?.(values) ?? newId(callPrefixes[conversation.native.dialect] ?? "call_"),
      name,
      arguments: text,
      isCustom: tool?.kind === "custom",
      signature: owedSeal === null ? null : sealOf(owedSeal),
      cache: null,
    });
  };
};

const imagePiece = (image: ImageSpec, place: ResponsePlace): Piece => {
  const toSource = toImageSource(image, place);
  return ({ parts, newId }) => {
    parts.push({ kind: "image", source: toSource(newId("img_")), detail: null, cache: null });
  };
};

const toPiece = (part: PartSpec, place: ResponsePlace): Piece => {
  if (part.text !== undefined) return textPiece(toFill(part.text), part.citations);
  if (part.reasoning !== undefined) return reasoningPiece(toFill(part.reasoning));
  if (part.refusal !== undefined) return refusalPiece(toFill(part.refusal));
  return part.tool_call === undefined ? imagePiece(part.image ?? "auto", place) : callPiece(part.tool_call);
};

const decoder = new TextDecoder("utf-8", { fatal: true });

const readText = (path: string, { read }: ResponsePlace): string => {
  const bytes = read(path);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Error(`${path} is not UTF-8 text`, { cause });
  }
};

/** What a choice says, or a response that is one. */
export type Content = ChoiceSpec & Pick<ResponseMap, "image" | "audio">;

/** What a choice says, compiled: thinking, text, refusal, images, sound, calls in this order, or the blocks in theirs. */
export const toPieces = (spec: Content, place: ResponsePlace): readonly Piece[] => {
  if (spec.blocks !== undefined) return spec.blocks.map((part) => toPiece(part, place));
  const pieces: Piece[] = [];
  if (spec.reasoning !== undefined) pieces.push(reasoningPiece(toFill(spec.reasoning)));
  if (spec.text !== undefined) pieces.push(textPiece(toFill(spec.text), spec.citations));
  if (spec.text_file !== undefined) {
    const text = readText(spec.text_file, place);
    pieces.push(textPiece(() => text, spec.citations));
  }
  if (spec.json !== undefined) pieces.push(jsonPiece(spec.json));
  if (spec.refusal !== undefined) pieces.push(refusalPiece(toFill(spec.refusal)));
  for (const image of [spec.image ?? []].flat()) pieces.push(imagePiece(image, place));
  if (spec.audio !== undefined) pieces.push(speechPiece(spec.audio, place));
  for (const call of spec.tool_calls ?? []) pieces.push(callPiece(call));
  return pieces;
};
