// The body of a reply, kept so that people can read it and every byte comes back.
import { Buffer } from "node:buffer";
import { bytesOfRow, createTimeOf, decodeExactly, toRows, type Mark } from "./event-rows.ts";
import type { RecordedBody } from "./interaction.ts";

/** Bytes that have a file of their own beside the cassette. */
export interface SideFile {
  /** Relative to the folder of cassettes, with `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const indents = [0, 2, 4, 1, 3] as const;
const ends = ["", "\n"] as const;

/** A lone half of a surrogate pair, or a key too long for YAML: such a value is kept as text. */
const isHard = (json: string): boolean => /\\ud[89a-f]/i.test(json) || /"[^"]{900,}"\s*:/.test(json);

const toJsonBody = (text: string): RecordedBody | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const json = JSON.stringify(value);
  if (isHard(json)) return null;
  for (const end of ends) {
    for (const indent of indents) {
      if (JSON.stringify(value, null, indent) + end === text) return { kind: "json", value, indent, end, raw: null };
    }
  }
  // Numbers that JSON cannot write again, such as 1e400, are kept in `raw` alone.
  const plain: unknown = JSON.parse(json);
  return { kind: "json", value: plain, indent: 0, end: "", raw: text };
};

/** Where the elements of a JSON array that is at the top end, the brackets around them left out. */
const elementEnds = (text: string): readonly number[] => {
  const found: number[] = [];
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
    } else if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") {
      depth -= 1;
      if (depth === 1) found.push(at + 1);
    }
  }
  return found;
};

const toPieces = (text: string, marks: readonly Mark[]): RecordedBody => {
  const timeOf = createTimeOf(marks);
  let from = 0;
  let bytes = 0;
  const pieces: { ms: number; text: string }[] = [];
  for (const end of [...elementEnds(text), text.length]) {
    if (end === from) continue;
    const piece = text.slice(from, end);
    bytes += Buffer.byteLength(piece);
    pieces.push({ ms: timeOf(bytes), text: piece });
    from = end;
  }
  return { kind: "pieces", pieces };
};

const endings: Readonly<Record<string, string>> = {
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
  "audio/x-wav": "wav",
  "audio/opus": "opus",
  "audio/ogg": "ogg",
  "audio/aac": "aac",
  "audio/flac": "flac",
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "application/pdf": "pdf",
  "video/mp4": "mp4",
};

const isTextual = /^(?:text\/|application\/(?:json|xml|x-subrip|x-ndjson|[\w.-]+\+json)\b)/;

export interface Captured {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly marks: readonly Mark[];
  /** Whether it is a stream that is one JSON array. */
  readonly isArray: boolean;
  /** The name of the cassette, for the folder of its files. */
  readonly cassette: string;
}

const keep = (body: RecordedBody) => ({ body, side: null });

/** Gives the body as it is kept, and the file that goes beside it where it is neither text nor JSON. */
export const toRecordedBody = ({
  bytes,
  contentType,
  marks,
  isArray,
  cassette,
}: Captured): { readonly body: RecordedBody; readonly side: SideFile | null } => {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  if (bytes.length === 0) return keep({ kind: "empty" });
  if (type === "text/event-stream") return keep(toRows(bytes, marks));
  const text = type === "" || isTextual.test(type) ? decodeExactly(bytes) : null;
  if (text === null) {
    const hash = new Bun.CryptoHasher("sha256").update(bytes).digest("hex").slice(0, 8);
    const name = `${cassette}.files/${hash}.${endings[type] ?? "bin"}`;
    return { body: { kind: "file", file: name }, side: { name, bytes } };
  }
  if (isArray) return keep(toPieces(text, marks));
  return keep((type.includes("json") ? toJsonBody(text) : null) ?? { kind: "text", text });
};

/** The text of a JSON body: the one recorded, unless a person has changed the value beside it since. */
export const jsonTextOf = ({ value, indent, end, raw }: Extract<RecordedBody, { kind: "json" }>): string => {
  if (raw === null) return JSON.stringify(value, null, indent) + end;
  try {
    return JSON.stringify(JSON.parse(raw)) === JSON.stringify(value) ? raw : JSON.stringify(value);
  } catch {
    return JSON.stringify(value);
  }
};

/** One write of a body and when it came, in milliseconds after the request. */
export interface Written {
  readonly ms: number;
  readonly bytes: string | Uint8Array;
}

/** The writes of a body in their order; `ms` is when a body that has no times of its own came. */
export const toWritten = (
  body: RecordedBody,
  ms: number,
  readSide: (file: string) => Uint8Array,
): readonly Written[] => {
  switch (body.kind) {
    case "empty":
      return [];
    case "json":
      return [{ ms, bytes: jsonTextOf(body) }];
    case "text":
      return [{ ms, bytes: body.text }];
    case "file":
      return [{ ms, bytes: readSide(body.file) }];
    case "events":
      return body.rows.map((row) => ({ ms: row.ms, bytes: bytesOfRow(row, body.eol) }));
    case "pieces":
      return body.pieces.map((piece) => ({ ms: piece.ms, bytes: piece.text }));
  }
};

/** All bytes of writes, one after another. */
export const joinWritten = (writes: readonly Written[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(writes.map(({ bytes }) => (typeof bytes === "string" ? Buffer.from(bytes) : bytes))));
