// A recording as a reply that goes out.
import { Buffer } from "node:buffer";
import type { Asked } from "../mock/asked.ts";
import type { Framing, Said, Write, Writes } from "../mock/said.ts";
import type { StreamShape } from "../mock/shape.ts";
import { joinWritten, toWritten, type Written } from "./file/body.ts";
import { dialectOf, type Form } from "./dialect-of.ts";
import type { Interaction, RecordedBody, RecordedResponse } from "./file/interaction.ts";
import { transcode, type Transcoded } from "./transcode.ts";

export interface ReplayOptions {
  /** 0 at once, 1 as it was, 10 ten times as fast. */
  readonly timing: number;
  readonly wireStrict: boolean;
  readonly chunk: StreamShape["chunk"];
  /** @throws {Error} when the file is not there */
  readonly readSide: (file: string) => Uint8Array;
}

/** The form a reply was recorded in; null for one that is the same in every form, such as an error or a sound. */
export const formOfBody = (body: RecordedBody, status: number): Form | null => {
  if (body.kind === "events") return "sse";
  if (body.kind === "pieces") return "json-array";
  return body.kind === "json" && status < 400 ? "whole" : null;
};

/** Gives writes one after another; times are told from one to the next. */
const toWrites = (written: readonly Written[], timing: number): Writes => {
  let at = 0;
  let before = 0;
  return {
    next: (): Write | null => {
      const write = written[at];
      if (write === undefined) return null;
      at += 1;
      const afterMs = timing === 0 ? 0 : Math.max(0, write.ms - before) / timing;
      before = write.ms;
      return { bytes: write.bytes, afterMs };
    },
  };
};

/** The same bytes as they were cut on their way, each piece at the time of the last write that begins in it. */
const recut = (written: readonly Written[], cuts: readonly number[]): readonly Written[] => {
  const bytes = joinWritten(written);
  const starts: { at: number; ms: number }[] = [];
  let at = 0;
  for (const write of written) {
    starts.push({ at, ms: write.ms });
    at += typeof write.bytes === "string" ? Buffer.byteLength(write.bytes) : write.bytes.length;
  }
  let from = 0;
  let next = 0;
  let ms = 0;
  return [...cuts.filter((cut) => cut > 0 && cut < bytes.length), bytes.length].flatMap((end) => {
    for (let start = starts[next]; start !== undefined && start.at < end; start = starts[next]) {
      ms = start.ms;
      next += 1;
    }
    const piece = { ms, bytes: bytes.subarray(from, end) };
    from = Math.max(from, end);
    return piece.bytes.length === 0 ? [] : [piece];
  });
};

const framings: Readonly<Record<Form, Framing>> = { sse: "sse", "json-array": "json-array", whole: "none" };

const sayRecorded = (response: RecordedResponse, { timing, wireStrict, readSide }: ReplayOptions): Said => {
  const { status, headers, body, ms, cuts } = response;
  const written = toWritten(body, ms, readSide);
  const isStream = body.kind === "events" || body.kind === "pieces";
  if (!isStream && timing === 0) return { status, headers, body: { kind: "whole", bytes: joinWritten(written) } };
  const framing = framings[formOfBody(body, status) ?? "whole"];
  const paced = wireStrict && cuts !== null ? recut(written, cuts) : written;
  return { status, headers, body: { kind: "stream", framing, writes: toWrites(paced, timing) } };
};

const sayTranscoded = (
  { status, headers, ms }: RecordedResponse,
  { texts, contentType }: Transcoded,
  form: Form,
  { timing }: ReplayOptions,
): Said => {
  const named = { ...headers, "content-type": contentType };
  if (form === "whole") return { status, headers: named, body: { kind: "whole", bytes: texts.join("") } };
  const step = texts.length === 0 ? 0 : ms / texts.length;
  const written = texts.map((bytes, index) => ({ bytes, ms: Math.round(step * (index + 1)) }));
  return {
    status,
    headers: named,
    body: { kind: "stream", framing: framings[form], writes: toWrites(written, timing) },
  };
};

export interface Replayed {
  readonly said: Said;
  readonly isTranscoded: boolean;
}

/** Says a recording in the form a request asks for; null where it was recorded in the other one and cannot be turned. */
export const replay = (
  { response, recordedAt, key }: Interaction,
  { endpoint, conversation }: Pick<Asked, "endpoint" | "conversation">,
  form: Form,
  options: ReplayOptions,
): Replayed | null => {
  const recorded = formOfBody(response.body, response.status);
  if (recorded === null || recorded === form) return { said: sayRecorded(response, options), isTranscoded: false };
  const dialect = dialectOf(endpoint);
  if (options.wireStrict || dialect === null || conversation === null) return null;
  const { chunk } = options;
  const nowSeconds = Math.floor(recordedAt / 1000);
  const turned = transcode(response.body, { dialect, conversation, form, chunk, nowSeconds, name: key });
  return turned === null ? null : { said: sayTranscoded(response, turned, form, options), isTranscoded: true };
};
