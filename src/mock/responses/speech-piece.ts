import { toObject, toText } from "../../dialects/fields.ts";
import { silenceFormats, toSilence } from "../endpoints/media/silence.ts";
import type { Piece } from "./writing.ts";
import { toSound } from "./media.ts";
import type { ResponsePlace } from "./place.ts";
import type { AudioSpec } from "./content-schema.ts";

/**
 * Speaks the text in place of writing it, where a chat asks for sound (`audio`); elsewhere the text stays.
 *
 * Silence in place of sound is wav where the format asked for cannot be made.
 */
export const speechPiece = (audio: AudioSpec, place: ResponsePlace): Piece => {
  const written = toSound(audio, place);
  return ({ conversation: { native }, parts, newId }) => {
    const asked = toObject(native.fields["audio"]);
    if (native.dialect !== "openai-chat" || asked === null) return;
    let transcript = "";
    for (let at = parts.length - 1; at >= 0; at -= 1) {
      const part = parts[at];
      if (part?.kind !== "text") continue;
      transcript = part.text + transcript;
      parts.splice(at, 1);
    }
    const format = silenceFormats.find((one) => one === toText(asked["format"])) ?? "wav";
    const { bytes } = written ?? toSilence(transcript, format);
    const data = Buffer.from(bytes).toString("base64");
    parts.push({ kind: "speech", id: newId("audio_"), data, transcript, expiresAt: null });
  };
};
