import type { JsonObject } from "../../../dialects/conversation.ts";
import { isObject, maybeNumber, maybeOneOf, maybeText } from "../../../dialects/fields.ts";
import { estimateTokens } from "../../auto/text.ts";
import type { Answer, Said } from "../../said.ts";
import type { Endpoint, Heard, SayOptions } from "../endpoint.ts";
import { invalid, missing, requireText } from "../fields.ts";
import { sayEvents, sayPlain, withHeaders } from "../say.ts";
import { silenceFormats, toSilence } from "./silence.ts";

const mostInputLength = 4096;
const formats = ["mp3", "opus", "aac", "flac", "wav", "pcm"] as const;

interface Wanted {
  readonly model: string;
  readonly input: string;
  readonly speed: number;
  readonly format: (typeof formats)[number];
  readonly isSse: boolean;
}

const readWanted = (body: JsonObject): Wanted => {
  const model = requireText(body, "model");
  const input = requireText(body, "input");
  if (input.length > mostInputLength) {
    throw invalid("input", `'input' is ${input.length} characters, wanted at most ${mostInputLength}`);
  }
  const { voice } = body;
  if (voice === undefined || voice === null) throw missing("voice");
  if (!isObject(voice)) requireText(body, "voice");
  maybeText(body["instructions"], "instructions");
  return {
    model,
    input,
    speed: maybeNumber(body["speed"], "speed") ?? 1,
    format: maybeOneOf(body["response_format"], formats, "response_format") ?? "mp3",
    isSse: maybeOneOf(body["stream_format"], ["sse", "audio"], "stream_format") === "sse",
  };
};

const judge = ({ speed }: Wanted): void => {
  if (speed < 0.25 || speed > 4) throw invalid("speed", `'speed' is ${speed}, wanted 0.25 to 4`);
};

type Sound = Exclude<Extract<Answer, { kind: "sound" }>["sound"], null>;

const toSound = ({ input, format }: Wanted, written: Sound | null): Sound => {
  if (written !== null) return written;
  const made = silenceFormats.find((one) => one === format);
  if (made !== undefined) return toSilence(input, made);
  throw invalid(
    "response_format",
    `The mock makes ${silenceFormats.join(", ")}; sound of format ${format} can be written in a fixture`,
  );
};

const pieces = 3;

const sayStream = (input: string, { bytes }: Sound, { nextWaitMs }: SayOptions): Said => {
  // A multiple of 3, so that the texts of all pieces joined are base64 too.
  const size = Math.max(3, Math.ceil(bytes.length / pieces / 3) * 3);
  const count = Math.ceil(bytes.length / size);
  const deltas = Array.from({ length: count }, (_, at) => ({
    type: "speech.audio.delta",
    audio: Buffer.from(bytes.subarray(at * size, (at + 1) * size)).toString("base64"),
  }));
  const inputTokens = estimateTokens(input);
  const outputTokens = Math.ceil(bytes.length / 1024);
  const usage = {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
  return sayEvents([...deltas, { type: "speech.audio.done", usage }], nextWaitMs);
};

const sayWhole = ({ bytes, contentType }: Sound): Said => ({
  status: 200,
  headers: { "content-type": contentType },
  body: { kind: "whole", bytes },
});

/**
 * `POST …/audio/speech`: silence as long as the text, in mp3, wav or pcm.
 *
 * @throws {ProxyError} `missing_required_parameter`, `invalid_request` - the field at fault is the `param`
 * @see npm `openai` 7.57.0, resources/audio/speech.d.ts
 */
export const speech: Endpoint = {
  name: "speech",
  says: new Set(["sound", "failure", "raw"]),
  isFixed: false,
  hear: ({ body }): Heard => {
    const wanted = readWanted(body);
    return {
      model: wanted.model,
      stream: wanted.isSse,
      conversation: null,
      judge: () => judge(wanted),
      user: () => wanted.input,
      system: () => maybeText(body["instructions"], "instructions") ?? "",
      auto: () => ({ kind: "sound", sound: null }),
      say: (answer, options) => {
        if (answer.kind !== "sound") return sayPlain(answer, "openai-chat", options.ids);
        const sound = toSound(wanted, answer.sound);
        return withHeaders(wanted.isSse ? sayStream(wanted.input, sound, options) : sayWhole(sound), answer);
      },
    };
  },
};
