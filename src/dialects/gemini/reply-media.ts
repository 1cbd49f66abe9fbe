import type { JsonObject, OutputPart } from "../conversation.ts";
import { toObject, toText } from "../fields.ts";
import { camel } from "./proto.ts";
import { nativeParts, toNative } from "./read-parts.ts";

/** A part of an answer that is no text and no call: an image, or whatever only this dialect has; null for nothing known. */
export const readReplyMedia = (part: JsonObject): OutputPart | null => {
  for (const name of nativeParts) if (toObject(part[name]) !== null) return toNative(name, part);
  const inline = toObject(part["inlineData"]);
  const file = toObject(part["fileData"]);
  const data = camel(inline ?? file ?? {});
  const mediaType = toText(data["mimeType"]);
  const isImage = mediaType?.startsWith("image/") === true;
  const bytes = toText(data["data"]);
  const url = toText(data["fileUri"]);
  if (isImage && bytes !== null) {
    return { kind: "image", source: { kind: "base64", data: bytes, mediaType }, detail: null, cache: null };
  }
  if (isImage && url !== null)
    return { kind: "image", source: { kind: "url", url, mediaType }, detail: null, cache: null };
  if (inline !== null) return toNative("inlineData", { ...part, inlineData: data });
  return file === null ? null : toNative("fileData", { ...part, fileData: data });
};
