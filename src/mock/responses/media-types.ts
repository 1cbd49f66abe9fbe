const byEnding: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  svg: "image/svg+xml",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  opus: "audio/ogg",
  ogg: "audio/ogg",
  aac: "audio/aac",
  flac: "audio/flac",
  pcm: "audio/pcm",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
  html: "text/html; charset=utf-8",
  sse: "text/event-stream; charset=utf-8",
  pdf: "application/pdf",
};

/** What a file is by the end of its name, null when that does not tell. */
export const mediaTypeOf = (path: string): string | null =>
  byEnding[path.slice(path.lastIndexOf(".") + 1).toLowerCase()] ?? null;
