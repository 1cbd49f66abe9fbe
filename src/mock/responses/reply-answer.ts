import type { Conversation } from "../../dialects/conversation.ts";
import type { Candidate, Finish, FinishReason, Reply, TokenLogprob, Usage } from "../../dialects/reply.ts";
import { toLogprobs, toTokens } from "../auto/logprobs.ts";
import { toUsage } from "../auto/usage.ts";
import type { TemplateValues } from "../fixture.ts";
import { createdAt, type NameIds } from "../seed.ts";
import { endContent, toPieces, type Content } from "./content.ts";
import type { Piece, Writing } from "./writing.ts";
import { toFill, type Fill } from "./fill.ts";
import { toReason } from "./finish-words.ts";
import type { ResponsePlace } from "./place.ts";
import type { LogprobsSpec } from "./content-schema.ts";
import type { ResponseMap } from "./response-schema.ts";
import { toWrittenUsage, type WrittenUsage } from "./usage-schema.ts";

/** A reply, or why the request makes it impossible. */
export type Written =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "objection"; readonly objection: string };

interface Choice {
  readonly pieces: readonly Piece[];
  readonly reason: FinishReason | null;
  readonly stopSequence: Fill | null;
  readonly logprobs: LogprobsSpec;
}

const toChoice = (spec: Content, place: ResponsePlace): Choice => ({
  pieces: toPieces(spec, place),
  reason: spec.finish_reason === undefined ? null : toReason(spec.finish_reason),
  stopSequence: spec.stop_sequence === undefined ? null : toFill(spec.stop_sequence),
  logprobs: spec.logprobs ?? true,
});

const toFinish = ({ reason, stopSequence }: Choice, { hasCalls, values, parts }: Writing): Finish => {
  const sequence = stopSequence?.(values) ?? null;
  if (reason !== null) return { reason, stopSequence: sequence, detail: null };
  if (sequence !== null) return { reason: "stop_sequence", stopSequence: sequence, detail: null };
  if (hasCalls) return { reason: "tool_calls", stopSequence: null, detail: null };
  const isRefusal = parts.some(({ kind }) => kind === "refusal");
  return { reason: isRefusal ? "refusal" : "stop", stopSequence: null, detail: null };
};

const bytesOf = (token: string): readonly number[] => [...Buffer.from(token)];

/** Of one text alone: a stream brings them with its pieces. */
const writeLogprobs = (written: LogprobsSpec, writing: Writing): readonly TokenLogprob[] | null => {
  const { topLogprobs } = writing.conversation;
  if (topLogprobs === null || written === false) return null;
  const texts = writing.parts.filter((part) => part.kind === "text");
  const [only] = texts;
  if (only === undefined || texts.length > 1) return null;
  if (written === true) return toLogprobs(toTokens(only.text, writing.hasJson), topLogprobs);
  if (written.map(({ token }) => token).join("") !== only.text) {
    writing.objection ??= "the tokens of logprobs, joined, are not the text";
  }
  return written.map(({ token, logprob, top }) => ({
    token,
    bytes: bytesOf(token),
    logprob,
    top: Object.entries(top ?? { [token]: logprob })
      .slice(0, topLogprobs)
      .map(([other, likely]) => ({ token: other, bytes: bytesOf(other), logprob: likely })),
  }));
};

/** As many answers as are asked for; without a number all that are written, where a dialect has several. */
const countOf = ({ candidates, native }: Conversation, written: number): number => {
  if (candidates !== null) return candidates;
  return native.dialect === "openai-chat" || native.dialect === "gemini" ? written : 1;
};

const withWritten = (estimate: Usage, written: WrittenUsage): Usage => {
  const usage = { ...estimate, ...written };
  // A part is never more than its whole, unless somebody wrote both.
  const reasoning = Math.min(usage.reasoningTokens ?? 0, usage.outputTokens);
  return written.outputTokens === undefined || written.reasoningTokens !== undefined || usage.reasoningTokens === null
    ? usage
    : { ...usage, reasoningTokens: reasoning };
};

/** What changes a reply, whoever made it. */
export interface Envelope {
  readonly change: (reply: Reply, values: TemplateValues) => Reply;
}

const envelopeKeys = ["id", "model", "created", "system_fingerprint", "service_tier", "usage"] as const;

const plainEnvelope: Envelope = { change: (reply) => reply };

/** Compiles id, model, usage and what else stands around an answer. */
export const toEnvelope = (spec: ResponseMap): Envelope => {
  if (envelopeKeys.every((key) => spec[key] === undefined)) return plainEnvelope;
  const id = spec.id === undefined ? null : toFill(spec.id);
  const model = spec.model === undefined ? null : toFill(spec.model);
  const written = spec.usage === undefined ? {} : toWrittenUsage(spec.usage);
  return {
    change: (reply, values) => ({
      ...reply,
      id: id?.(values) ?? reply.id,
      model: model?.(values) ?? reply.model,
      createdAt: spec.created ?? reply.createdAt,
      fingerprint: spec.system_fingerprint ?? reply.fingerprint,
      serviceTier: spec.service_tier ?? reply.serviceTier,
      usage: reply.usage === null ? null : withWritten(reply.usage, written),
    }),
  };
};

/** Numbers of one kind each, so that every call and every thought has an id of its own. */
const createNewId = (ids: NameIds): ((prefix: string) => string) => {
  const counts = new Map<string, number>();
  return (prefix) => {
    const count = counts.get(prefix) ?? 0;
    counts.set(prefix, count + 1);
    return ids(prefix, count);
  };
};

/** Compiles the content of a response: the same words for every dialect, with the seals and ids of the one asked in. */
export const toReplyMaker = (
  spec: ResponseMap,
  place: ResponsePlace,
): ((values: TemplateValues, conversation: Conversation, ids: NameIds) => Written) => {
  const choices = (spec.choices ?? [spec]).map((written) =>
    toChoice(typeof written === "string" ? { text: written } : written, place),
  );
  const { change } = toEnvelope(spec);
  return (values, conversation, ids) => {
    const newId = createNewId(ids);
    const candidates: Candidate[] = [];
    let tokens = 0;
    let thoughtTokens = 0;
    const count = countOf(conversation, choices.length);
    for (let index = 0; index < count; index += 1) {
      const choice = choices[Math.min(index, choices.length - 1)];
      if (choice === undefined) break;
      const writing: Writing = {
        values,
        conversation,
        newId,
        parts: [],
        tokens: 0,
        thoughtTokens: 0,
        hasCalls: false,
        hasJson: false,
        owedSeal: null,
        objection: null,
      };
      for (const piece of choice.pieces) piece(writing);
      endContent(writing);
      const logprobs = writeLogprobs(choice.logprobs, writing);
      if (writing.objection !== null) return { kind: "objection", objection: writing.objection };
      tokens += writing.tokens;
      thoughtTokens += writing.thoughtTokens;
      candidates.push({ index, content: writing.parts, finish: toFinish(choice, writing), logprobs });
    }
    const reply: Reply = {
      id: "",
      model: conversation.model,
      createdAt,
      serviceTier: "default",
      fingerprint: "fp_qlite",
      candidates,
      usage: toUsage(conversation, tokens, thoughtTokens),
    };
    return { kind: "reply", reply: change(reply, values) };
  };
};
