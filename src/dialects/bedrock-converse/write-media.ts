import { ProxyError } from "../../errors.ts";
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

const unable = (what: string): ProxyError =>
  new ProxyError("unsupported_feature", `The provider of this model takes no ${what}`);

/** Gives the bytes or the bucket they are in; the service fetches nothing else. */
const toSource = (source: Source, what: string): ByteSource => {
  if (source.kind === "base64") return { bytes: source.data };
  if (source.kind === "url" && source.url.startsWith("s3://")) return { s3Location: { uri: source.url } };
  throw unable(source.kind === "url" ? `${what} by its URL; send its bytes` : `${what} of another provider's store`);
};

const typeOf = (source: Source, plain: string): string => {
  if (source.kind === "text") return plain;
  const declared = source.kind === "file_id" ? null : source.mediaType;
  return declared?.split(";")[0]?.trim().toLowerCase() ?? "";
};

/** The ending of an address stands in for a type nobody told. */
const endingOf = (source: Source): string =>
  source.kind === "url" ? (/\.([a-z0-9]+)$/.exec(source.url.toLowerCase())?.[1] ?? "") : "";

const formatOf = <Format extends string>(
  formats: Readonly<Record<string, Format>>,
  source: Source,
  what: string,
): Format => {
  const type = typeOf(source, "text/plain");
  const ending = endingOf(source);
  const format = Object.hasOwn(formats, type)
    ? formats[type]
    : Object.values(formats).find((one) => type === "" && one === (ending === "jpg" ? "jpeg" : ending));
  if (format === undefined) throw unable(`${what} of the type '${type.slice(0, 60)}'`);
  return format;
};

/** @throws {ProxyError} `unsupported_feature` - an image the service does not take */
export const writeImage = ({ source }: Image): ImageBlock => {
  const bytes = toSource(source, "image");
  return { image: { format: formatOf(imageFormats, source, "image"), source: bytes } };
};

/** @throws {ProxyError} `unsupported_feature` - a sound the service does not take */
export const writeAudio = ({ source }: Audio): AudioBlock => {
  const bytes = toSource(source, "audio");
  return { audio: { format: formatOf(audioFormats, source, "audio"), source: bytes } };
};

/** @throws {ProxyError} `unsupported_feature` - a video the service does not take */
export const writeVideo = ({ source }: Video): VideoBlock => {
  const bytes = toSource(source, "video");
  return { video: { format: formatOf(videoFormats, source, "video"), source: bytes } };
};

/** @throws {ProxyError} `unsupported_feature` - a document the service does not take */
export const writeDocument = (
  { source, name, context, cite }: File,
  toName: (name: string | null) => string,
): DocumentBlock => {
  const content = source.kind === "text" ? { text: source.text } : toSource(source, "document");
  return {
    document: {
      format: formatOf(documentFormats, source, "document"),
      name: toName(name),
      source: content,
      ...(context === null ? {} : { context }),
      ...(cite ? { citations: { enabled: true } } : {}),
    },
  };
};
