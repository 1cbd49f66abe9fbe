import type { Source } from "../../dialects/conversation.ts";
import { toPng } from "../endpoints/media/png.ts";
import { mediaTypeOf } from "./media-types.ts";
import type { ResponsePlace } from "./place.ts";
import type { AudioSpec, ImageSpec } from "./content-schema.ts";

/** Bytes of their own buffer, as a body wants them. */
export const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

const autoSize = 64;

/** Gives the source of an image; one made by itself depends on the name alone. */
export const toImageSource = (image: ImageSpec, { read }: ResponsePlace): ((name: string) => Source) => {
  if (image === "auto") {
    return (name) => {
      const data = Buffer.from(toPng(name, autoSize, autoSize)).toString("base64");
      return { kind: "base64", data, mediaType: "image/png" };
    };
  }
  const { file, base64 = "", media_type: told } = image;
  const data = file === undefined ? base64 : Buffer.from(read(file)).toString("base64");
  const mediaType = told ?? mediaTypeOf(file ?? "") ?? "image/png";
  return () => ({ kind: "base64", data, mediaType });
};

/** Base64 of an image; null for one that is made of the prompt. */
export const toImageData = (image: ImageSpec, place: ResponsePlace): string | null => {
  if (image === "auto") return null;
  const source = toImageSource(image, place)("");
  return source.kind === "base64" ? source.data : null;
};

/** Bytes of a sound and what they are; null for one that is made of the text. */
export const toSound = (
  audio: AudioSpec,
  { read }: ResponsePlace,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly contentType: string } | null => {
  if (audio === "auto") return null;
  const { file, base64 = "", content_type: told } = audio;
  const bytes = file === undefined ? Uint8Array.from(Buffer.from(base64, "base64")) : ownBytes(read(file));
  return { bytes, contentType: told ?? mediaTypeOf(file ?? "") ?? "audio/wav" };
};
