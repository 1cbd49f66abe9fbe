import type { Source } from "../conversation.ts";

const dataUrl = /^data:([^;,\s]+)(?:;[^;,\s]+)*;base64,/i;

/** Takes apart `data:...;base64,...`; null when it is none, or when nothing is in it. */
export const readDataUrl = (url: string): { readonly mediaType: string; readonly data: string } | null => {
  const found = dataUrl.exec(url.slice(0, 200));
  if (found === null || url.length === found[0].length) return null;
  return { mediaType: (found[1] ?? "").toLowerCase(), data: url.slice(found[0].length) };
};

/** Whether a text is an address on the web, in place of data. */
export const isWebUrl = (url: string): boolean => /^https?:\/\/[^\s/]/i.test(url.slice(0, 200));

/** Reads the address of an image, in the page's words or in base64; null when it is neither. */
export const readImageUrl = (url: string): Source | null => {
  const data = readDataUrl(url);
  if (data !== null) return data.mediaType.startsWith("image/") ? { kind: "base64", ...data } : null;
  return isWebUrl(url) ? { kind: "url", url, mediaType: null } : null;
};

/** Writes bytes as a `data:` URL. */
export const writeDataUrl = (mediaType: string, data: string): string => `data:${mediaType};base64,${data}`;
