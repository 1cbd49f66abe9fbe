import { ProxyError } from "../../errors.ts";
import { createGenerate, type Generate } from "../auto/generate.ts";
import { lorem } from "../auto/text.ts";
import type { EndpointName } from "../asked.ts";
import type { TemplateValues, Turn } from "../fixture.ts";
import type { Answer, AnswerKind } from "../said.ts";
import type { NameIds } from "../seed.ts";
import { toErrorMaker, toHeaders } from "./error-answer.ts";
import { toFill } from "./fill.ts";
import { toImageData, toSound } from "./media.ts";
import type { ResponsePlace } from "./place.ts";
import { toRawMaker } from "./raw-answer.ts";
import { toEnvelope, toReplyMaker } from "./reply-answer.ts";
import { objectionTo, type EmbeddingSpec, type ResponseMap, type ResponseSpec } from "./response-schema.ts";

export type { ResponsePlace } from "./place.ts";

/** An answer, or why the request makes it impossible. */
type Made = Answer | { readonly kind: "objection"; readonly objection: string };
type Maker = (values: TemplateValues, ids: NameIds) => Made;

/** The kinds of answers that an endpoint has words of its own for. */
type OwnKind = Exclude<AnswerKind, "failure" | "raw" | "json">;
type Makers = Readonly<Partial<Record<OwnKind, Maker>>>;

const ownKinds = ["reply", "vectors", "images", "sound", "transcript", "moderation"] as const;

/** What an endpoint says that answers no conversation. */
const kindOfEndpoint: Readonly<Partial<Record<EndpointName, OwnKind>>> = {
  embeddings: "vectors",
  images: "images",
  speech: "sound",
  transcriptions: "transcript",
  moderations: "moderation",
};

const toMap = (spec: ResponseSpec): ResponseMap => {
  if (typeof spec !== "string") return spec;
  return spec === "auto" ? { auto: true } : { text: spec };
};

const isVectors = (spec: readonly number[] | readonly (readonly number[])[]): spec is readonly (readonly number[])[] =>
  Array.isArray(spec[0]);

const toVectors = (spec: EmbeddingSpec): readonly (readonly number[])[] => {
  if (spec === "hash") return [];
  return isVectors(spec) ? spec : [spec];
};

const autoTokens = 10;
const autoChunks = 3;

/** What is heard in the sound when nobody wrote it. */
const autoTranscript = lorem.slice(0, autoTokens).join(" ");

const generateOf = ({ auto }: ResponseMap, place: ResponsePlace): Generate => {
  const seed = typeof auto === "object" ? auto.seed : undefined;
  if (seed === undefined && place.generate !== undefined) return place.generate;
  return createGenerate({ responseTokens: autoTokens, chunks: autoChunks, seed: seed ?? 1 });
};

const toAutoMakers = (spec: ResponseMap, place: ResponsePlace): Makers => {
  const generate = generateOf(spec, place);
  const { change } = toEnvelope(spec);
  return {
    reply: (values, ids) => {
      const { conversation } = values.asked;
      if (conversation === null) return { kind: "objection", objection: "there is no conversation to answer" };
      return { kind: "reply", reply: change(generate(conversation, ids), values) };
    },
    vectors: () => ({ kind: "vectors", vectors: [] }),
    images: () => ({ kind: "images", images: [] }),
    sound: () => ({ kind: "sound", sound: null }),
    transcript: () => ({ kind: "transcript", text: autoTranscript }),
    moderation: () => ({ kind: "moderation", flagged: [] }),
  };
};

const contentKeys = ["text", "text_file", "json", "blocks", "tool_calls", "reasoning", "refusal", "choices"] as const;

const hasContent = (spec: ResponseMap): boolean => contentKeys.some((key) => spec[key] !== undefined);

/** The words of a reply, where a transcript is wanted and text is written. */
const toTextMaker = (spec: ResponseMap, place: ResponsePlace): Maker | null => {
  if (spec.text !== undefined) {
    const fill = toFill(spec.text);
    return (values) => ({ kind: "transcript", text: fill(values) });
  }
  if (spec.text_file === undefined) return null;
  const text = new TextDecoder().decode(place.read(spec.text_file));
  return () => ({ kind: "transcript", text });
};

const toMakers = (spec: ResponseMap, place: ResponsePlace): Makers => {
  if (spec.auto !== undefined) return toAutoMakers(spec, place);
  const makers: Partial<Record<OwnKind, Maker>> = {};
  const { embedding, image, audio, transcript, moderation } = spec;
  if (hasContent(spec) || audio !== undefined || image !== undefined) {
    const make = toReplyMaker(spec, place);
    makers.reply = (values, ids) => {
      const { conversation } = values.asked;
      if (conversation === null) return { kind: "objection", objection: "there is no conversation to answer" };
      return make(values, conversation, ids);
    };
  }
  if (embedding !== undefined) {
    const vectors = toVectors(embedding);
    makers.vectors = () => ({ kind: "vectors", vectors });
  }
  if (image !== undefined) {
    const images = (Array.isArray(image) ? image : [image]).map((one) => toImageData(one, place));
    makers.images = () => ({ kind: "images", images });
  }
  if (audio !== undefined) {
    const sound = toSound(audio, place);
    makers.sound = () => ({ kind: "sound", sound });
  }
  const fillTranscript = transcript === undefined ? null : toFill(transcript);
  const heard: Maker | null =
    fillTranscript === null
      ? toTextMaker(spec, place)
      : (values) => ({ kind: "transcript", text: fillTranscript(values) });
  if (heard !== null) makers.transcript = heard;
  if (moderation !== undefined) makers.moderation = () => ({ kind: "moderation", flagged: moderation });
  return makers;
};

/** What a response can be answered as; of `auto` that is whatever the endpoint wants. */
export const answerKindsOf = (spec: ResponseSpec): readonly AnswerKind[] => {
  const map = toMap(spec);
  if (map.error !== undefined) return ["failure"];
  if (map.raw !== undefined) return ["raw"];
  if (map.auto !== undefined) return ownKinds;
  const { audio, image } = map;
  const has: Readonly<Record<OwnKind, boolean>> = {
    reply: hasContent(map) || audio !== undefined || image !== undefined,
    vectors: map.embedding !== undefined,
    images: image !== undefined,
    sound: audio !== undefined,
    transcript: map.transcript !== undefined || map.text !== undefined || map.text_file !== undefined,
    moderation: map.moderation !== undefined,
  };
  return ownKinds.filter((kind) => has[kind]);
};

const refuse = (objection: string): ProxyError =>
  new ProxyError("mock_fixture_invalid", objection, { headers: { "x-should-retry": "false" } });

/**
 * Compiles a response into what answers a request: templates, files and numbers are read now, nothing but the filling in
 * is left for later.
 *
 * A response may have words for several endpoints; each takes its own. One that a request makes impossible (JSON
 * against the request's own schema, vectors where a chat was asked) throws {ProxyError} `mock_fixture_invalid`: it is
 * the fixture that is wrong, not the request; the engine names it.
 *
 * @throws {Error} keys that do not go together, a file that cannot be read, a faulty template
 */
export const toAnswerOf = (spec: ResponseSpec, place: ResponsePlace): Turn["answer"] => {
  const map = toMap(spec);
  const wrong = objectionTo(map);
  if (wrong !== null) throw new Error(`the response ${wrong}`);
  if (map.error !== undefined) return toErrorMaker(map.error);
  if (map.raw !== undefined) return toRawMaker(map.raw, place);
  const makers = toMakers(map, place);
  const more = map.headers === undefined ? null : { headers: toHeaders(map.headers) };
  return (values, ids) => {
    const { endpoint } = values.asked;
    const make = makers[kindOfEndpoint[endpoint] ?? "reply"];
    if (make === undefined) {
      const written = answerKindsOf(map).join(", ");
      throw refuse(`it answers with ${written}, which the endpoint ${endpoint} has no words for`);
    }
    const made = make(values, ids);
    if (made.kind === "objection") throw refuse(made.objection);
    return more === null || made.kind === "failure" || made.kind === "raw" ? made : { ...made, ...more };
  };
};
