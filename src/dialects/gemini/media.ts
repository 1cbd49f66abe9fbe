import { ProxyError } from "../../errors.ts";
import type { Audio, File, Image, JsonObject, Source, Video } from "../conversation.ts";
import { type Drops, dropUnknown } from "../drops.ts";
import { maybeText, needObject, needText, toObject, toText } from "../fields.ts";
import { camel } from "./proto.ts";
import type { MediaPart, Part } from "./wire.ts";

export type Media = Image | Audio | Video | File;

const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Gives base64 of the common alphabet, padded: the service takes both alphabets, other providers do not. */
const toBase64 = (data: string): string => {
  const common = /[-_]/.test(data) ? data.replaceAll("-", "+").replaceAll("_", "/") : data;
  return common.length % 4 === 0 ? common : common.padEnd(Math.ceil(common.length / 4) * 4, "=");
};

const isOwnFile = (uri: string): boolean =>
  uri.startsWith("files/") || /^https:\/\/generativelanguage\.googleapis\.com\/.*\bfiles\//.test(uri);

const details = new Map([
  ["MEDIA_RESOLUTION_LOW", "low"],
  ["MEDIA_RESOLUTION_MEDIUM", "auto"],
  ["MEDIA_RESOLUTION_HIGH", "high"],
  ["MEDIA_RESOLUTION_ULTRA_HIGH", "original"],
]);

/** What is told of a medium beside its bytes. */
interface Label {
  readonly name: string | null;
  readonly detail: string | null;
}

const toMedia = (
  source: Source,
  mediaType: string | null,
  { name, detail }: Label,
  lost: (key: keyof Label) => void,
): Media => {
  const kind = mediaType?.slice(0, mediaType.indexOf("/"));
  // Between the dialects a document alone has a name, an image alone a resolution.
  if (kind !== "image" && detail !== null) lost("detail");
  if (name !== null && (kind === "image" || kind === "audio" || kind === "video")) lost("name");
  if (kind === "image") return { kind, source, detail, cache: null };
  if (kind === "audio" || kind === "video") return { kind, source, cache: null };
  return { kind: "file", source, name, context: null, cite: false, cache: null };
};

const blobKeys: ReadonlySet<string> = new Set(["mimeType", "data", "displayName"]);
const fileKeys: ReadonlySet<string> = new Set(["mimeType", "fileUri", "displayName"]);
const resolutionKeys: ReadonlySet<string> = new Set(["level"]);

/**
 * Reads `inlineData` or `fileData` by its MIME type: an image, a sound, a film, or a document for everything else. What
 * nobody understands in it is named behind `prefix`.
 *
 * @throws {ProxyError} `invalid_request` - no MIME type, data that is not base64, a URI that is none
 */
export const readMedia = (part: JsonObject, at: string, prefix: string, drops: Drops): Media => {
  const resolution = camel(toObject(part["mediaResolution"]) ?? {});
  const detail = details.get(toText(resolution["level"]) ?? "") ?? null;
  const lost = (holder: "inlineData" | "fileData") => (key: keyof Label) =>
    drops.name(key === "name" ? `${prefix}${holder}.displayName` : `${prefix}mediaResolution`);
  if (part["inlineData"] !== undefined) {
    const path = `${at}.inlineData`;
    const blob = camel(needObject(part["inlineData"], path));
    dropUnknown(blob, blobKeys, `${prefix}inlineData.`, drops);
    dropUnknown(resolution, resolutionKeys, `${prefix}mediaResolution.`, drops);
    const mediaType = needText(blob["mimeType"], `${path}.mimeType`);
    const data = needText(blob["data"], `${path}.data`);
    if (!mediaType.includes("/")) throw invalid(`${path}.mimeType`, "wanted a MIME type such as image/png");
    if (data === "" || !base64.test(data)) throw invalid(`${path}.data`, "Base64 decoding failed");
    const source = { kind: "base64", data: toBase64(data), mediaType } as const;
    const name = maybeText(blob["displayName"], `${path}.displayName`);
    return toMedia(source, mediaType, { name, detail }, lost("inlineData"));
  }
  const path = `${at}.fileData`;
  const file = camel(needObject(part["fileData"], path));
  dropUnknown(file, fileKeys, `${prefix}fileData.`, drops);
  dropUnknown(resolution, resolutionKeys, `${prefix}mediaResolution.`, drops);
  const uri = needText(file["fileUri"], `${path}.fileUri`);
  const told = maybeText(file["mimeType"], `${path}.mimeType`);
  const name = maybeText(file["displayName"], `${path}.displayName`);
  const label = { name, detail };
  if (isOwnFile(uri)) return toMedia({ kind: "file_id", id: uri, dialect: "gemini" }, told, label, lost("fileData"));
  if (!/^(?:https?|gs):\/\/./.test(uri)) throw invalid(`${path}.fileUri`, "wanted a URI of https, gs or the Files API");
  const isFilm = told === null && /^https?:\/\/(?:www\.youtube\.com|youtube\.com|youtu\.be)\//.test(uri);
  return toMedia({ kind: "url", url: uri, mediaType: told }, isFilm ? "video/*" : told, label, lost("fileData"));
};

const invalid = (path: string, message: string): ProxyError =>
  new ProxyError("invalid_request", `Invalid value for '${path}': ${message}`, { param: path });

const mediaTypes = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["webp", "image/webp"],
  ["gif", "image/gif"],
  ["heic", "image/heic"],
  ["heif", "image/heif"],
  ["pdf", "application/pdf"],
  ["txt", "text/plain"],
  ["mp3", "audio/mp3"],
  ["wav", "audio/wav"],
  ["mp4", "video/mp4"],
]);

const mediaTypeOf = (url: string): string | undefined =>
  mediaTypes.get(/\.([A-Za-z0-9]{1,5})(?:[?#]|$)/.exec(url)?.[1]?.toLowerCase() ?? "");

const levels = new Map([
  ["low", "MEDIA_RESOLUTION_LOW"],
  ["high", "MEDIA_RESOLUTION_HIGH"],
  ["original", "MEDIA_RESOLUTION_ULTRA_HIGH"],
] as const);

const levelOf = (detail: string | null) =>
  detail === "low" || detail === "high" || detail === "original" ? levels.get(detail) : undefined;

/**
 * Says where the bytes are: inline, or by a URI, whose MIME type is told by its ending where nobody else told it.
 *
 * @throws {ProxyError} `unsupported_feature` - a file in the store of another provider
 */
export const writeSource = (source: Source, name: string | null): MediaPart | null => {
  const label = name === null ? {} : { displayName: name };
  if (source.kind === "base64") return { inlineData: { mimeType: source.mediaType, data: source.data, ...label } };
  if (source.kind === "text") {
    return { inlineData: { mimeType: "text/plain", data: Buffer.from(source.text).toString("base64"), ...label } };
  }
  if (source.kind === "url") {
    const mimeType = source.mediaType ?? mediaTypeOf(source.url);
    return { fileData: { fileUri: source.url, ...(mimeType === undefined ? {} : { mimeType }), ...label } };
  }
  return source.dialect === "gemini" ? { fileData: { fileUri: source.id, ...label } } : null;
};

/** Writes a part with a medium, null for one in the store of another provider, which is named; `hasDetail` says whether the model takes a resolution for each part (Gemini 3). */
export const writeMedia = (media: Media, hasDetail: boolean, drops: Drops): Part | null => {
  const part: Part | null = writeSource(media.source, media.kind === "file" ? media.name : null);
  if (part === null) {
    drops.name("messages.content.file_id");
    return null;
  }
  if (media.cache !== null) drops.name("messages.content.cache_control");
  if (media.kind === "file") {
    if (media.context !== null) drops.name("messages.content.context");
    if (media.cite) drops.name("messages.content.citations");
  }
  if (media.kind !== "image" || media.detail === null || media.detail === "auto") return part;
  const level = levelOf(media.detail);
  if (level !== undefined && hasDetail) return { ...part, mediaResolution: { level } };
  drops.name("messages.content.detail");
  return part;
};
