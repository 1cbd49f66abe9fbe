import { isLocalHost } from "../wire/loopback.ts";
import { CommandError, UsageError } from "./exit.ts";
import { parseRow, textOf, type Row } from "./tail-row.ts";

/** Where to ask, and with which key. */
export interface Gateway {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string | null;
}

/** What came of following a gateway: it was never there, it was and is gone, or it will not have us. */
export type Followed =
  | { readonly kind: "unreachable"; readonly why: string }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

export interface FollowOptions {
  /** Within this many milliseconds the gateway has to answer, and to give a sign of life ever after. */
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  readonly connected: () => void | Promise<void>;
  /** Takes one line; the next is read when it is done. */
  readonly line: (line: string) => Promise<void>;
}

/** A line is never that long; whoever sends such a one is no gateway. */
const maxLineChars = 1_048_576;

/**
 * Reads the address of a gateway.
 *
 * @throws {UsageError} when it cannot be one
 * @throws {CommandError} when the key could not stand in a header
 */
export const toGateway = (url: string, key: string | undefined): Gateway => {
  const parsed = URL.parse(url);
  if (parsed === null || (parsed.protocol !== "http:" && parsed.protocol !== "https:")) {
    throw new UsageError("--url must be the address of a gateway, such as http://127.0.0.1:8080");
  }
  if (parsed.username !== "" || parsed.password !== "" || parsed.search !== "") {
    throw new UsageError("--url must hold no key; give it by --key or QLITE_ADMIN_KEY");
  }
  const given = key === undefined || key === "" ? null : key;
  if (given !== null && !/^[\x21-\x7e]+$/.test(given)) {
    throw new CommandError("The admin key holds spaces, line breaks or letters outside ASCII, so it cannot be sent");
  }
  return { url: `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}`, key: given };
};

const isObject = (value: unknown): value is Row => typeof value === "object" && value !== null;

/** The message of an error of ours, null when it is none. */
const messageOf = async (response: Response): Promise<string | null> => {
  const text = (await response.text().catch(() => "")).slice(0, 65_536);
  const error = parseRow(text)?.["error"];
  return isObject(error) ? textOf(error, "message") : null;
};

const retried = new Set([429, 502, 503, 504]);

const toRefusal = async (response: Response, { url, key }: Gateway): Promise<Followed> => {
  const { status } = response;
  const message = await messageOf(response);
  if (status === 401) {
    return {
      kind: "refused",
      why: `${url} ${key === null ? "wants its admin key; give it by --key or QLITE_ADMIN_KEY" : "does not take this admin key"}`,
    };
  }
  if (retried.has(status))
    return { kind: "unreachable", why: `${url} answers ${status}${message === null ? "" : `: ${message}`}` };
  if (status === 404 && message !== null) {
    return { kind: "refused", why: `${url} has no /admin; where admin.port is set, name that address with --url` };
  }
  if (message !== null) return { kind: "refused", why: `${url} answers ${status}: ${message}` };
  return { kind: "refused", why: `${url} answers ${status}, so no qlite with /admin/tail is there` };
};

const codeOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return "no connection";
  return "code" in thrown && typeof thrown.code === "string" ? thrown.code : thrown.message;
};

const readLines = async (
  body: ReadableStream<Uint8Array>,
  line: FollowOptions["line"],
  within: <T>(work: Promise<T>) => Promise<T>,
): Promise<void> => {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await within(reader.read());
    if (done) return;
    const [...lines] = `${rest}${decoder.decode(value, { stream: true })}`.split("\n");
    rest = lines.pop() ?? "";
    for (const whole of lines) if (whole !== "") await line(whole);
    if (rest.length > maxLineChars) throw new Error(`a line is longer than ${maxLineChars} letters`);
  }
};

/** Follows a gateway until it is gone, or until the signal fires; a failure is told, not thrown. */
export const followGateway = async (gateway: Gateway, options: FollowOptions): Promise<Followed> => {
  const { url, key } = gateway;
  const { silenceMs, signal } = options;
  const ours = new AbortController();
  /** Waits for the other side, but not for ever. */
  const within = async <T>(work: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => ours.abort(new Error(`silent for ${silenceMs / 1000} s`)), silenceMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  };
  let isOpen = false;
  try {
    const response = await within(
      fetch(`${url}/admin/tail`, {
        headers: { accept: "application/x-ndjson", ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
        signal: AbortSignal.any([signal, ours.signal]),
        redirect: "manual",
        timeout: false,
        ...(isLocalHost(new URL(url).host) && { proxy: false }),
      }),
    );
    const isTail = response.headers.get("content-type")?.startsWith("application/x-ndjson") === true;
    if (response.status !== 200 || !isTail || response.body === null) {
      return await within(toRefusal(response, gateway));
    }
    isOpen = true;
    await options.connected();
    await readLines(response.body, options.line, within);
    return { kind: "lost", why: "it ended the stream" };
  } catch (thrown) {
    return { kind: isOpen ? "lost" : "unreachable", why: codeOf(thrown) };
  } finally {
    ours.abort();
  }
};
