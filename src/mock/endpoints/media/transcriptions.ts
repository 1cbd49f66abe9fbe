import type { JsonObject } from "../../../dialects/conversation.ts";
import { isObject, maybeFlag, maybeNumber, maybeOneOf, maybeText, toText } from "../../../dialects/fields.ts";
import { createLorem, estimateTokens } from "../../auto/text.ts";
import type { Said } from "../../said.ts";
import type { Endpoint, Heard, SayOptions } from "../endpoint.ts";
import { invalid, missing, requireText } from "../fields.ts";
import { readForm } from "./form.ts";
import { sayEvents, sayJson, sayPlain, withHeaders } from "../say.ts";
import { secondsOf } from "./silence.ts";

const formats = ["json", "text", "srt", "verbose_json", "vtt", "diarized_json"] as const;
const translated = ["json", "text", "srt", "verbose_json", "vtt"] as const;
const autoText = createLorem(10, 0).whole;

interface Wanted {
  readonly model: string;
  readonly temperature: number;
  readonly fileName: string;
  readonly prompt: string | null;
  readonly language: string;
  readonly format: (typeof formats)[number];
  readonly hasWords: boolean;
  readonly stream: boolean;
  readonly task: "transcribe" | "translate";
}

const readWanted = (source: JsonObject, task: Wanted["task"]): Wanted => {
  const body = readForm(source, { numbers: ["temperature"], flags: ["stream"] });
  const { file } = body;
  if (file === undefined || file === null) throw missing("file");
  if (!isObject(file)) throw invalid("file", "Invalid type for 'file': wanted a file, got text");
  const model = requireText(body, "model");
  const known = task === "transcribe" ? formats : translated;
  const granularities = [body["timestamp_granularities"] ?? []].flat();
  return {
    model,
    temperature: maybeNumber(body["temperature"], "temperature") ?? 0,
    fileName: toText(file["name"]) ?? "",
    prompt: maybeText(body["prompt"], "prompt"),
    language: maybeText(body["language"], "language") ?? "english",
    format: maybeOneOf(body["response_format"], known, "response_format") ?? "json",
    hasWords: granularities.includes("word"),
    // Whisper takes the field and does not stream. https://platform.openai.com/docs/guides/speech-to-text (read 2026-11-22)
    stream: task === "transcribe" && !model.startsWith("whisper") && maybeFlag(body["stream"], "stream") === true,
    task,
  };
};

const judge = ({ temperature }: Wanted): void => {
  if (temperature >= 0 && temperature <= 1) return;
  throw invalid("temperature", `'temperature' is ${temperature}, wanted 0 to 1`);
};

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;

/** The words of a text, spoken one after another, each as long as it has characters. */
const toWords = (text: string, seconds: number) => {
  const words = text.match(/\S+/g) ?? [];
  const total = words.reduce((sum, word) => sum + word.length, 0);
  let spoken = 0;
  return words.map((word) => {
    const start = round((spoken / total) * seconds);
    spoken += word.length;
    return { word, start, end: round((spoken / total) * seconds) };
  });
};

const two = (value: number): string => String(value).padStart(2, "0");

/** `00:00:01,500`, or with a point. */
const toStamp = (seconds: number, point: string): string => {
  const ms = Math.round(seconds * 1000);
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${two(h)}:${two(m)}:${two(s)}${point}${String(ms % 1000).padStart(3, "0")}`;
};

/** Tokens of a transcript: ten a second of sound, and those of its text. */
const toUsage = (text: string, seconds: number) => {
  const audio = Math.ceil(seconds * 10);
  const output = estimateTokens(text);
  return {
    type: "tokens" as const,
    input_tokens: audio,
    input_token_details: { audio_tokens: audio, text_tokens: 0 },
    output_tokens: output,
    total_tokens: audio + output,
  };
};

/** The body of a transcript with its times. */
export const toVerbose = (
  { task, language, hasWords }: Pick<Wanted, "task" | "language" | "hasWords">,
  text: string,
) => {
  const duration = secondsOf(text);
  const segment = {
    id: 0,
    seek: 0,
    start: 0,
    end: duration,
    text,
    tokens: [],
    temperature: 0,
    avg_logprob: -0.1,
    compression_ratio: 1,
    no_speech_prob: 0,
  };
  return {
    task,
    language,
    duration,
    text,
    segments: [segment],
    ...(hasWords ? { words: toWords(text, duration) } : {}),
    usage: { type: "duration" as const, seconds: Math.ceil(duration) },
  };
};

/** The body of a transcript with its speakers, of which the mock hears one. */
export const toDiarized = (text: string) => {
  const duration = secondsOf(text);
  const segment = {
    type: "transcript.text.segment" as const,
    id: "seg_0",
    start: 0,
    end: duration,
    speaker: "A",
    text,
  };
  return { task: "transcribe" as const, duration, text, segments: [segment], usage: toUsage(text, duration) };
};

const sayText = (text: string, contentType: string): Said => ({
  status: 200,
  headers: { "content-type": contentType },
  body: { kind: "whole", bytes: text },
});

const sayWhole = (wanted: Wanted, text: string): Said => {
  const seconds = secondsOf(text);
  switch (wanted.format) {
    case "json":
      return sayJson(wanted.task === "translate" ? { text } : { text, usage: toUsage(text, seconds) });
    case "verbose_json":
      return sayJson(toVerbose(wanted, text));
    case "diarized_json":
      return sayJson(toDiarized(text));
    case "text":
      return sayText(`${text}\n`, "text/plain; charset=utf-8");
    case "srt":
      return sayText(`1\n${toStamp(0, ",")} --> ${toStamp(seconds, ",")}\n${text}\n\n`, "text/plain; charset=utf-8");
    case "vtt":
      return sayText(
        `WEBVTT\n\n${toStamp(0, ".")} --> ${toStamp(seconds, ".")}\n${text}\n\n`,
        "text/vtt; charset=utf-8",
      );
  }
};

const sayStream = (text: string, { nextWaitMs }: SayOptions): Said => {
  const deltas = (text.match(/\s*\S+|\s+$/g) ?? []).map((delta) => ({ type: "transcript.text.delta", delta }));
  const usage = toUsage(text, secondsOf(text));
  return sayEvents([...deltas, { type: "transcript.text.done", text, usage }], nextWaitMs);
};

/**
 * `POST …/audio/transcriptions` and `…/audio/translations`: the words of lorem ipsum, whatever is heard.
 *
 * The form comes as fields, its file as `{ name, type, bytes, sha256 }`; `match: { user }` looks at the prompt, and
 * without one at the file's name.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/audio/transcriptions.d.ts, translations.d.ts
 */
export const createTranscriptions = (task: Wanted["task"]): Endpoint => ({
  name: "transcriptions",
  says: new Set(["transcript", "failure", "raw"]),
  isFixed: false,
  hear: ({ body }): Heard => {
    const wanted = readWanted(body, task);
    return {
      model: wanted.model,
      stream: wanted.stream,
      conversation: null,
      judge: () => judge(wanted),
      user: () => wanted.prompt ?? wanted.fileName,
      system: () => "",
      auto: () => ({ kind: "transcript", text: autoText }),
      say: (answer, options) => {
        if (answer.kind !== "transcript") return sayPlain(answer, "openai-chat", options.ids);
        const { text } = answer;
        return withHeaders(wanted.stream ? sayStream(text, options) : sayWhole(wanted, text), answer);
      },
    };
  },
});
