import type { TemplateValues } from "../fixture.ts";
import type { Answer, RawEvent } from "../said.ts";
import { toHeaders } from "./error-answer.ts";
import { toFill, toFilledJson } from "./fill.ts";
import { ownBytes } from "./media.ts";
import { mediaTypeOf } from "./media-types.ts";
import type { ResponsePlace } from "./place.ts";
import type { RawSpec } from "./response-schema.ts";

type SseSpec = Exclude<RawSpec["sse"], undefined>[number];
type RawAnswer = Extract<Answer, { kind: "raw" }>;
type Body = RawAnswer["body"];

/** Lines of an event that are whole already. */
const fieldLine = /^(?:data|event|id|retry)?:/;

/** An event as it goes out: `data: ` before each line of a text that has no field names. */
const toEventText = (text: string): string => {
  const lines = fieldLine.test(text)
    ? text
    : text
        .split("\n")
        .map((line) => `data: ${line}`)
        .join("\n");
  return `${lines.replace(/(?:\r?\n)+$/, "")}\n\n`;
};

const toEvents = (written: readonly SseSpec[]): ((values: TemplateValues) => readonly RawEvent[]) => {
  let before = 0;
  const events = written.map((event) => {
    const [at, said] = Array.isArray(event) ? event : [before, event];
    const afterMs = Math.max(0, at - before);
    before = Math.max(before, at);
    if (typeof said === "string") return { afterMs, fill: toFill(said) };
    const json = toFilledJson(said);
    return { afterMs, fill: (values: TemplateValues) => json(values).text };
  });
  return (values) => events.map(({ afterMs, fill }) => ({ afterMs, text: toEventText(fill(values)) }));
};

const toBody = (
  spec: RawSpec,
  place: ResponsePlace,
): { readonly body: (values: TemplateValues) => Body; readonly contentType: string | null } => {
  if (spec.sse !== undefined) return { body: toEvents(spec.sse), contentType: "text/event-stream; charset=utf-8" };
  if (spec.file !== undefined) {
    const bytes = ownBytes(place.read(spec.file));
    return { body: () => bytes, contentType: mediaTypeOf(spec.file) ?? "application/octet-stream" };
  }
  if (spec.base64 !== undefined) {
    const bytes = Uint8Array.from(Buffer.from(spec.base64, "base64"));
    return { body: () => bytes, contentType: "application/octet-stream" };
  }
  if (typeof spec.body === "string") return { body: toFill(spec.body), contentType: "text/plain; charset=utf-8" };
  if (spec.body === undefined) return { body: () => "", contentType: null };
  const json = toFilledJson(spec.body);
  return { body: (values) => json(values).text, contentType: "application/json" };
};

/** Compiles `raw`: what is written goes out, its content-type by what is written unless the headers hold one. */
export const toRawMaker = (spec: RawSpec, place: ResponsePlace): ((values: TemplateValues) => RawAnswer) => {
  const { body, contentType } = toBody(spec, place);
  const headers = { ...(contentType === null ? {} : { "content-type": contentType }), ...toHeaders(spec.headers) };
  const { status = 200 } = spec;
  return (values) => ({ kind: "raw", status, headers, body: body(values) });
};
