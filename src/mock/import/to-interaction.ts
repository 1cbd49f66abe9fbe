// A foreign recording as one of ours: by way of the recorder, so that what it refuses is refused here too.
import type { SideFile } from "../../cassette/file/body.ts";
import { factsOf } from "../../cassette/dialect-of.ts";
import type { Interaction } from "../../cassette/file/interaction.ts";
import type { Keys } from "../../cassette/key/key.ts";
import { createRecord } from "../../cassette/record/record.ts";
import { credentialsOf, type Secrets } from "../../cassette/record/secrets.ts";
import { ProxyError } from "../../errors.ts";
import type { Asked } from "../asked.ts";
import { findRoute, type MockRoute } from "../endpoints/routes.ts";
import { readAsked } from "../request/read-asked.ts";
import { toHeaders, type Exchange } from "./exchange.ts";
import { mostBytes, unpack } from "./unpack.ts";

export interface Recorder {
  readonly keys: Keys;
  readonly secrets: Secrets;
  readonly onLeak: "refuse" | "redact";
}

export type Outcome =
  | {
      readonly kind: "kept";
      readonly interaction: Interaction;
      readonly side: SideFile | null;
      readonly upstream: string | null;
      /** Why the mock would refuse its request, null where it would not. */
      readonly refusal: string | null;
    }
  /** A request to something else than an LLM's API. */
  | { readonly kind: "passed" }
  | { readonly kind: "left_out"; readonly what: string; readonly todo: string };

const leftOut = (what: string, todo: string): Outcome => ({ kind: "left_out", what, todo });

const upstreams: Readonly<Record<string, string>> = {
  "api.openai.com": "openai",
  "api.anthropic.com": "anthropic",
  "generativelanguage.googleapis.com": "gemini",
};

const decode = (bytes: Uint8Array, headers: Headers): Uint8Array<ArrayBuffer> => {
  const plain = new Uint8Array(unpack(bytes, headers.get("content-encoding") ?? ""));
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  return plain;
};

interface Address {
  readonly host: string;
  readonly path: string;
  readonly search: string;
}

/** The parts of an address, of which a placeholder may stand for the beginning: `<API_BASE>/chat/completions`. null for what is none. */
const toAddress = (url: string): Address | null => {
  const [, host = "", path = "", search = ""] = /^(?:https?:\/\/)?([^/?#]*)(\/[^?#]*)(\??[^#]*)/i.exec(url) ?? [];
  if (path === "" || !URL.canParse(`http://localhost${path}${search}`)) return null;
  const { pathname, search: query } = new URL(`http://localhost${path}${search}`);
  return { host: host.toLowerCase(), path: pathname, search: query };
};

/** The route of a request that can be recorded. */
const routeOf = (path: string, headers: Headers): MockRoute | null => {
  const route = findRoute(path, headers);
  return route === undefined || route.method === "GET" || route.endpoint.isFixed ? null : route;
};

interface Understood {
  readonly asked: Asked;
  readonly request: Request;
  /** Why the mock would refuse such a request, null where it would not. */
  readonly refusal: string | null;
}

const refusalOf = ({ endpoint }: MockRoute, { path, query, headers, body }: Asked): string | null => {
  try {
    endpoint.hear({ path, query, headers, body });
    return null;
  } catch (thrown) {
    if (thrown instanceof ProxyError) return thrown.message;
    throw thrown;
  }
};

/** What is asked; null for a request to something else. @throws {Error} one that cannot be read */
const understand = async ({ method, url, request: sent }: Exchange): Promise<Understood | null> => {
  const address = toAddress(url);
  if (address === null) throw new Error("has an address that is none");
  const { path, search } = address;
  const headers = toHeaders(sent.headers);
  const route = routeOf(path, headers);
  if (route === null || route.method !== method) return null;
  const bytes = decode(sent.body, headers);
  const request = new Request(`http://localhost${path}${search}`, { method, headers, body: bytes });
  const { fields: body } = await readAsked(request, mostBytes, () => {});
  const endpoint = route.endpoint.name;
  const { model, stream } = factsOf({ endpoint, path, body });
  const asked: Asked = {
    method,
    path,
    query: search.slice(1),
    headers,
    body,
    endpoint,
    dialect: route.dialect,
    says: route.endpoint.says,
    model,
    stream,
    conversation: null,
    user: () => "",
    system: () => "",
    provider: Object.hasOwn(upstreams, address.host) ? (upstreams[address.host] ?? null) : null,
    scope: "default",
    ordinal: 0,
  };
  const refusal = refusalOf(route, asked);
  // Another service's path may end as one of an LLM's does.
  if (refusal !== null && model === "") throw new Error(`cannot be understood: ${refusal}`);
  return { asked, request, refusal };
};

const isJson = (bytes: Uint8Array): boolean => {
  try {
    JSON.parse(new TextDecoder().decode(bytes));
    return true;
  } catch {
    return false;
  }
};

/** Fields of events at the beginning of a body whose type nobody wrote down. */
const looksLikeEvents = (bytes: Uint8Array): boolean =>
  /^(?:data|event|id|retry)?:/.test(new TextDecoder().decode(bytes.subarray(0, 64)));

const noBody = new Set([204, 205, 304]);

/** The reply as a provider would send it, piece by piece; `tick` is told when each piece comes. */
const toReply = (
  { response: { status, marks } }: Exchange,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  tick: (ms: number) => void,
): Response => {
  const pieces = marks(body.length, body);
  if (body.length === 0 || noBody.has(status)) {
    tick(pieces.at(-1)?.ms ?? 0);
    return new Response(null, { status, headers });
  }
  let from = 0;
  let next = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void => {
    const piece = pieces[next];
    next += 1;
    const end = piece?.end ?? body.length;
    if (piece !== undefined) tick(piece.ms);
    if (end > from) controller.enqueue(body.slice(from, end));
    from = Math.max(from, end);
    if (next > pieces.length) controller.close();
  };
  return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { status, headers });
};

/** Whether an address is one that a recording could be made of. */
export const isOfInterest = (url: string | null): boolean => {
  const address = url === null ? null : toAddress(url);
  return address === null || routeOf(address.path, new Headers()) !== null;
};

/** Makes an interaction of a recording; `changedAt` stands for its time where the file does not say it. */
export const toInteraction = async (
  exchange: Exchange,
  { keys, secrets, onLeak }: Recorder,
  { changedAt, cassette }: { readonly changedAt: number; readonly cassette: string },
): Promise<Outcome> => {
  let understood: Understood | null;
  try {
    understood = await understand(exchange);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : "cannot be read";
    const why = thrown instanceof ProxyError ? `cannot be understood: ${message}` : message;
    return leftOut(`its request ${why}`, "record it anew with qlite");
  }
  if (understood === null) return { kind: "passed" };
  const { asked, request, refusal } = understood;
  const { status, body: packed } = exchange.response;
  if (packed === null) return leftOut("has no body of the reply", "save it again with the bodies in it");
  const headers = toHeaders(exchange.response.headers);
  let body: Uint8Array<ArrayBuffer>;
  try {
    body = decode(packed, headers);
  } catch (thrown) {
    return leftOut(
      `its reply ${thrown instanceof Error ? thrown.message : "cannot be read"}`,
      "record it anew with qlite",
    );
  }
  if (!headers.has("content-type") && looksLikeEvents(body)) headers.set("content-type", "text/event-stream");
  const type = headers.get("content-type") ?? "";
  if (status < 400 && body.length > 0 && /^application\/json\b/.test(type) && !isJson(body)) {
    return leftOut("its reply is no whole JSON", "record it anew with qlite");
  }

  const startedAt = exchange.startedAt ?? changedAt;
  let at = startedAt;
  const tick = (ms: number): void => {
    at = startedAt + ms;
  };
  const record = createRecord({
    // The recorder looks at its clock before it sends.
    send: () => Promise.resolve(toReply(exchange, headers, body, tick)),
    now: () => at,
    secrets,
    onLeak,
    recordErrors: true,
    wireStrict: false,
  });
  const known = credentialsOf(asked.headers, asked.query);
  const keyed = keys.keyed(keys.toRequest(asked, known));
  const { said, outcome } = await record({ asked, keyed, known, cassette }, request);
  if (said.body.kind === "stream") {
    const { writes } = said.body;
    while ((await writes.next()) !== null) continue;
  }
  const kept = await outcome;
  if (kept.kind === "kept")
    return { kind: "kept", interaction: kept.interaction, side: kept.side, upstream: asked.provider, refusal };
  const [what = ""] = kept.why.split("; take it out");
  const isLeak = what !== kept.why;
  return leftOut(what, isLeak ? "take it out of the file, or import with --redact" : "record it anew with qlite");
};
