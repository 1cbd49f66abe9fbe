// What a cassette holds: requests and the replies they got, word for word.
import type { JsonObject } from "../../dialects/conversation.ts";
import type { EndpointName } from "../../mock/asked.ts";

/** A request as it is kept: without credentials, redacted, what differs from run to run replaced. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the prefix of a scope, still escaped. */
  readonly path: string;
  /** Without its `?` and without keys. */
  readonly query: string;
  /** Those that change what a provider answers; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly endpoint: EndpointName;
  readonly body: JsonObject;
}

/** A piece of a stream of events, `ms` milliseconds after the request. */
export type Row =
  /** `event: name` if there is one, `data: data`, a blank line, with the line end of its stream. */
  | { readonly kind: "event"; readonly ms: number; readonly data: string; readonly name: string | null }
  /** Anything else: comments, `id:`, `retry:`, several data lines, a last event without its blank line. */
  | { readonly kind: "exact"; readonly ms: number; readonly text: string }
  /** What is no UTF-8. */
  | { readonly kind: "bytes"; readonly ms: number; readonly base64: string };

export const lineEnds = { lf: "\n", crlf: "\r\n", cr: "\r" } as const;
export type LineEnd = keyof typeof lineEnds;

/** The body of a reply; every kind gives its bytes back exactly. */
export type RecordedBody =
  | { readonly kind: "empty" }
  /** `raw` is there only where writing `value` with that indent and end would give other bytes. */
  | {
      readonly kind: "json";
      readonly value: unknown;
      readonly indent: number;
      readonly end: "" | "\n";
      readonly raw: string | null;
    }
  | { readonly kind: "text"; readonly text: string }
  /** The path of the bytes, relative to the folder of cassettes. */
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "events"; readonly eol: LineEnd; readonly rows: readonly Row[] }
  /** A stream that is one JSON array, element by element. */
  | { readonly kind: "pieces"; readonly pieces: readonly { readonly ms: number; readonly text: string }[] };

export interface RecordedResponse {
  readonly status: number;
  /** The allowed ones, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds from the request to the end of the reply. */
  readonly ms: number;
  readonly body: RecordedBody;
  /** Byte offsets at which reads of the transport ended; null where they were not asked for. */
  readonly cuts: readonly number[] | null;
}

/** Short hashes of the parts of a request, to see at a glance which of them changed. */
export interface Prints {
  /** null where there is none. */
  readonly system: string | null;
  readonly tools: string | null;
  /** Of all the rest. */
  readonly body: string;
}

export interface Interaction {
  /** `<profile>:<12 hex digits>`. */
  readonly key: string;
  /** Milliseconds since 1970, whole seconds. */
  readonly recordedAt: number;
  readonly prints: Prints;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

export interface Cassette {
  /** When the file was begun. */
  readonly recordedAt: number;
  /** The provider that answered first, null where it is not known. */
  readonly upstream: string | null;
  readonly interactions: readonly Interaction[];
}

/** The instant as it stands in a file, in whole seconds. */
export const toStamp = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
