// One request, sent to a provider, and its answer kept.
import type { Asked } from "../../mock/asked.ts";
import type { Said, Writes } from "../../mock/said.ts";
import { isObject } from "../../dialects/fields.ts";
import { toRecordedBody, type SideFile } from "../file/body.ts";
import { captureStream, captureWhole, unpack, type Capture } from "./capture.ts";
import { formOf } from "../dialect-of.ts";
import type { Interaction, RecordedResponse } from "../file/interaction.ts";
import type { Keyed } from "../key/key.ts";
import { changeResponse, findInInteraction, findLeak } from "./leak.ts";
import type { Secrets } from "./secrets.ts";
import { toUpstreamRequest } from "./upstream-request.ts";
import { endOf } from "./whole-stream.ts";
import { writeInteraction } from "../file/write-cassette.ts";

export interface RecordOptions {
  readonly send: (request: Request) => Promise<Response>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly secrets: Secrets;
  readonly onLeak: "refuse" | "redact";
  readonly recordErrors: boolean;
  readonly wireStrict: boolean;
}

/** What became of an answer that was to be kept. */
export type Outcome =
  | { readonly kind: "kept"; readonly interaction: Interaction; readonly side: SideFile | null }
  /** An error that the provider answers this request with; errors are not wanted. */
  | { readonly kind: "unwanted"; readonly why: string }
  /** The provider failed, and might answer when it is asked again. */
  | { readonly kind: "failed"; readonly why: string }
  /** No secret stands in `why`. */
  | { readonly kind: "refused"; readonly why: string };

export interface Recorded {
  readonly said: Said;
  /** Resolves when the answer is over, also with nobody to read it; never rejects. */
  readonly outcome: Promise<Outcome>;
}

export interface Recordable {
  readonly asked: Asked;
  readonly keyed: Keyed;
  /** Secrets the request came with. */
  readonly known: readonly string[];
  /** The name of the cassette. */
  readonly cassette: string;
}

/** Reply headers that are kept; all others may name an account, a host or a person. */
const keptHeader =
  /^(?:content-type|cache-control|retry-after|retry-after-ms|request-id|x-request-id|x-should-retry|openai-version|openai-processing-ms|(?:x|anthropic)-ratelimit-[\w-]+)$/;

const headersOf = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    [...headers].filter(([name]) => keptHeader.test(name)).sort(([one], [other]) => (one < other ? -1 : 1)),
  );

const refused = (why: string): Outcome => ({ kind: "refused", why });

/** Whether a reply comes event by event. */
const isStreamed = (contentType: string, isArray: boolean): boolean =>
  contentType.startsWith("text/event-stream") || isArray;

const toCuts = (capture: Extract<Capture, { kind: "whole" }>): readonly number[] =>
  capture.marks.map(({ end }) => end).filter((end) => end < capture.bytes.length);

const mostMessage = 200;

/** What an error reply says, in one line; every dialect has it at the same place. Nothing where it says nothing. */
const messageOf = (capture: Capture): string => {
  if (capture.kind === "broken") return "";
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(capture.bytes));
    const error = isObject(body) ? body["error"] : null;
    const message = isObject(error) ? error["message"] : null;
    return typeof message === "string" ? message.replaceAll(/\s+/g, " ").slice(0, mostMessage).trim() : "";
  } catch {
    return "";
  }
};

/** Makes what sends a request and keeps its answer. */
export const createRecord = ({ send, now, secrets, onLeak, recordErrors, wireStrict }: RecordOptions) => {
  const settle = (
    { asked, keyed, known, cassette }: Recordable,
    response: Response,
    capture: Capture,
    startedAt: number,
  ): Outcome => {
    const { status } = response;
    if (status >= 500 && !recordErrors) {
      const told = secrets.redact(messageOf(capture), known);
      return { kind: "failed", why: `the provider failed with status ${status}${told === "" ? "" : `: ${told}`}` };
    }
    if (status >= 400 && !recordErrors) return { kind: "unwanted", why: `status ${status}` };
    if (capture.kind === "broken") return refused(capture.why);
    const contentType = response.headers.get("content-type") ?? "";
    const isArray = formOf(keyed.request) === "json-array" && status < 400;
    const { bytes, marks } = capture;
    const { body, side } = toRecordedBody({ bytes, contentType, marks, isArray, cassette });
    if (status < 400 && isStreamed(contentType, isArray)) {
      const end = endOf(asked.endpoint, body);
      if (end === "cut") return refused("the answer stops before its end");
      if (end === "failed" && !recordErrors) return { kind: "failed", why: "the provider's answer ends in an error" };
    }
    const raw: RecordedResponse = {
      status,
      headers: headersOf(response.headers),
      ms: Math.round(marks.at(-1)?.ms ?? now() - startedAt),
      body,
      cuts: wireStrict ? toCuts(capture) : null,
    };
    const own = changeResponse(raw, secrets.redactOwn);
    const leak = findLeak(asked, { request: keyed.request, response: own }, side, secrets, known);
    if (leak !== null && onLeak === "refuse") {
      return refused(`${leak}; take it out, or set \`redact: { on_leak: redact }\``);
    }
    const clean = leak === null ? own : changeResponse(own, (text) => secrets.redact(text, known));
    const interaction: Interaction = {
      key: keyed.key,
      recordedAt: Math.floor(startedAt / 1000) * 1000,
      prints: keyed.prints,
      request: keyed.request,
      response: clean,
    };
    const left =
      findInInteraction(interaction, side, secrets, known) ?? secrets.find(writeInteraction(interaction), known);
    return left === null ? { kind: "kept", interaction, side } : refused(`${left}, which cannot be taken out`);
  };

  /**
   * Sends a request. What is said is the answer as it comes.
   *
   * @throws {ProxyError} what the provider's failure is
   */
  return async (what: Recordable, request: Request): Promise<Recorded> => {
    const { asked, keyed } = what;
    const startedAt = now();
    const sinceMs = (): number => Math.max(0, Math.round(now() - startedAt));
    const response = await send(await toUpstreamRequest(asked, request, new AbortController().signal));
    const { status } = response;
    const headers = Object.fromEntries([...response.headers].filter(([name]) => keptHeader.test(name)));
    const contentType = response.headers.get("content-type") ?? "";
    const isArray = formOf(keyed.request) === "json-array" && status < 400;
    const stream = unpack(response.body, response.headers.get("content-encoding"));
    if (stream === "unknown") {
      const packing = response.headers.get("content-encoding") ?? "";
      const body = new Uint8Array(await response.arrayBuffer());
      return {
        said: { status, headers: { ...headers, "content-encoding": packing }, body: { kind: "whole", bytes: body } },
        outcome: Promise.resolve(refused(`the answer is packed as ${packing.slice(0, 20)}, which cannot be read`)),
      };
    }
    if (stream === null || !isStreamed(contentType, isArray)) {
      const capture = await captureWhole(stream, sinceMs);
      const bytes = capture.kind === "whole" ? capture.bytes : new Uint8Array(0);
      return {
        said: { status, headers, body: { kind: "whole", bytes } },
        outcome: Promise.resolve(settle(what, response, capture, startedAt)),
      };
    }
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const { signal } = request;
    const writes: Writes = captureStream(stream, {
      sinceMs,
      signal,
      done: (capture) => resolve(settle(what, response, capture, startedAt)),
    });
    const framing = isArray ? "json-array" : "sse";
    return { said: { status, headers, body: { kind: "stream", framing, writes } }, outcome: promise };
  };
};

export type SendAndKeep = ReturnType<typeof createRecord>;
