import type { Audio, File, Image, Source, Video } from "../conversation.ts";
import {
  audioFormats,
  documentFormats,
  imageFormats,
  videoFormats,
  type AudioBlock,
  type ByteSource,
  type DocumentBlock,
  type ImageBlock,
  type VideoBlock,
} from "./wire.ts";

/** Gives the bytes or the bucket they are in, null for any other place: the service fetches nothing. */
const toSource = (source: Source): ByteSource | null => {
  if (source.kind === "base64") return { bytes: source.data };
  return source.kind === "url" && source.url.startsWith("s3://") ? { s3Location: { uri: source.url } } : null;
};

const typeOf = (source: Source, plain: string): string => {
  if (source.kind === "text") return plain;
  const declared = source.kind === "file_id" ? null : source.mediaType;
  return declared?.split(";")[0]?.trim().toLowerCase() ?? "";
};

/** The ending of an address stands in for a type nobody told. */
const endingOf = (source: Source): string =>
  source.kind === "url" ? (/\.([a-z0-9]+)$/.exec(source.url.toLowerCase())?.[1] ?? "") : "";

/** Gives the format, null for one the service does not take. */
const formatOf = <Format extends string>(formats: Readonly<Record<string, Format>>, source: Source): Format | null => {
  const type = typeOf(source, "text/plain");
  if (Object.hasOwn(formats, type)) return formats[type] ?? null;
  const ending = endingOf(source);
  return Object.values(formats).find((one) => type === "" && one === (ending === "jpg" ? "jpeg" : ending)) ?? null;
};

const writeImage = ({ source }: Image): ImageBlock | null => {
  const bytes = toSource(source);
  const format = formatOf(imageFormats, source);
  return bytes === null || format === null ? null : { image: { format, source: bytes } };
};

const writeAudio = ({ source }: Audio): AudioBlock | null => {
  const bytes = toSource(source);
  const format = formatOf(audioFormats, source);
  return bytes === null || format === null ? null : { audio: { format, source: bytes } };
};

const writeVideo = ({ source }: Video): VideoBlock | null => {
  const bytes = toSource(source);
  const format = formatOf(videoFormats, source);
  return bytes === null || format === null ? null : { video: { format, source: bytes } };
};

const writeDocument = (
  { source, name, context, cite }: File,
  toName: (name: string | null) => string,
): DocumentBlock | null => {
  const content = source.kind === "text" ? { text: source.text } : toSource(source);
  const format = formatOf(documentFormats, source);
  if (content === null || format === null) return null;
  return {
    document: {
      format,
      name: toName(name),
      source: content,
      ...(context === null ? {} : { context }),
      ...(cite ? { citations: { enabled: true } } : {}),
    },
  };
};

/** Says a medium; null for one that the service cannot get, or has no format for. */
export const writeMedium = (
  part: Image | Audio | Video | File,
  toName: (name: string | null) => string,
): ImageBlock | AudioBlock | VideoBlock | DocumentBlock | null => {
  switch (part.kind) {
    case "image":
      return writeImage(part);
    case "audio":
      return writeAudio(part);
    case "video":
      return writeVideo(part);
    case "file":
      return writeDocument(part, toName);
  }
};
