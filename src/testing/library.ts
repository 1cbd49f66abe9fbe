// The public types of `qlite/testing`. This file imports nothing: users' compilers read it as it is.

/** A piece of the text, `/regex/flags`, a `RegExp`, or one of the forms. Of a name: all of it, `*` for any characters. */
export type Text =
  | string
  | RegExp
  | { readonly exact: string }
  | { readonly contains: string }
  | { readonly all: readonly Text[] }
  | { readonly any: readonly Text[] }
  | { readonly not: Text };

/** A request as `match.js` sees it. */
export interface AskedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
  readonly endpoint: string;
  readonly model: string | null;
  readonly stream: boolean;
  readonly scope: string;
  /** The place among the requests of its scope, from 0. */
  readonly ordinal: number;
  /** The text of the last user message, the prompt, or the input. */
  readonly user: () => string;
  /** The texts of all system messages. */
  readonly system: () => string;
}

/** `when` of a turn, and `match`: the words of fixture files, in camel case. All of them must hold. */
export interface When {
  readonly path?: string | readonly string[];
  readonly endpoint?: string | readonly string[];
  readonly model?: Text;
  readonly user?: Text;
  readonly system?: Text;
  readonly messages?: readonly MessagePattern[] | { readonly only: readonly MessagePattern[] };
  readonly anyText?: Text;
  readonly tools?: boolean | Text | readonly Text[];
  readonly toolChoice?: "auto" | "none" | "required" | { readonly name: Text };
  readonly toolResult?: boolean | { readonly id?: Text; readonly name?: Text; readonly contains?: Text };
  /** Which answer of the conversation is asked for, from 1. */
  readonly turn?: number | readonly number[];
  readonly responseFormat?: "text" | "json_object" | "json_schema" | { readonly name: Text };
  readonly stream?: boolean;
  readonly headers?: Readonly<Record<string, Text | boolean>>;
  /** JSONPath over the body. */
  readonly where?: string | readonly string[];
  /** Only where the mock runs in the same process, which is under Bun. */
  readonly js?: (asked: AskedRequest) => unknown;
}

export interface MessagePattern {
  readonly role?: "system" | "user" | "assistant" | "tool";
  readonly content?: Text;
}

export interface Match extends When {
  /** Of the requests that fit the rest, only these, from 1. */
  readonly nth?: number | readonly number[];
}

export interface ToolCall {
  readonly name: string;
  /** A map, or a text that goes out as it is. */
  readonly arguments?: unknown;
  readonly id?: string;
}

/** What is answered: the words of `response` in fixture files, in camel case. */
export interface Answer {
  readonly text?: string;
  readonly json?: unknown;
  readonly blocks?: readonly Readonly<Record<string, unknown>>[];
  readonly toolCalls?: readonly ToolCall[];
  readonly reasoning?: string;
  readonly refusal?: string;
  readonly choices?: readonly (string | Answer)[];
  readonly finishReason?: string;
  readonly auto?: true;
  readonly error?: Pick<Fault, "status" | "code" | "message" | "retryAfter" | "retryAfterMs" | "shouldRetry"> & {
    readonly type?: string;
    readonly param?: string;
  };
  readonly embedding?: "hash" | readonly number[] | readonly (readonly number[])[];
  readonly image?: unknown;
  readonly audio?: unknown;
  readonly transcript?: string;
  readonly moderation?: readonly string[];
  readonly raw?: Readonly<Record<string, unknown>>;
  readonly id?: string;
  readonly created?: number;
  readonly model?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
  readonly systemFingerprint?: string;
  readonly serviceTier?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** A text, `auto` for a generated answer, or a map. */
export type Response = string | Answer;
export type Turn = string | (Answer & { readonly when?: When });

/** What goes wrong: exactly one effect, and perhaps where and when; the words of fixture files, in camel case. */
export interface Fault {
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly retryAfterMs?: number;
  readonly shouldRetry?: boolean;
  readonly close?: "fin" | "reset";
  /** A duration such as `30s`. */
  readonly stall?: string;
  readonly slow?: { readonly ttft?: string; readonly gap?: string };
  readonly truncate?: { readonly bytes: number } | { readonly events: number } | { readonly fraction: number };
  readonly malformed?: "json" | "sse" | "utf8";
  readonly drop?: "done" | "finish" | number;
  readonly duplicate?: number;
  readonly reorder?: number;
  readonly errorEvent?: true | { readonly code?: string; readonly message?: string };
  readonly split?: "every_byte" | "inside_utf8" | "crlf" | "concat";
  readonly wrongContentType?: true | string;
  readonly emptyBody?: true;
  readonly html502?: true;
  readonly at?: "before" | "head" | "end";
  readonly after?: { readonly events: number } | { readonly bytes: number } | { readonly ms: number };
  /** All requests without it; `times(n)` writes `{ first: n }`. */
  readonly on?:
    | { readonly first: number }
    | { readonly nth: number | readonly number[] }
    | { readonly every: number }
    | { readonly probability: number };
}

/** A fixture under construction; it holds from the first `reply`, `turns` or `fail` on. */
export interface On {
  /** Answers so, again and again. With a further `reply` each is given once, in their order, and nothing behind them. */
  readonly reply: (response: Response) => On;
  /** Answers with these in their order, and with nothing behind them. */
  readonly turns: (turns: readonly Turn[]) => On;
  /** Every request fails so; with `times(n)` behind it the first `n` do, or the next `n` behind those of another fault. */
  readonly fail: (fault: Fault) => On;
  /** How often the fault or reply in front of it is given. */
  readonly times: (count: number) => On;
  /** `times(1)`. */
  readonly once: () => On;
}

/** A request the mock was asked, as its journal tells it; secrets are taken out. */
export interface SeenRequest {
  /** Its `x-request-id`. */
  readonly id: string;
  readonly scope: string;
  readonly ordinal: number;
  readonly method: string;
  readonly path: string;
  readonly endpoint: string | null;
  readonly model: string | null;
  readonly stream: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON of its body; the text where it is none, or where it is longer than the journal keeps (64 KB). */
  readonly body: unknown;
  readonly outcome: string;
  readonly status: number;
  /** The id of the fixture that answered. */
  readonly fixture: string | null;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** Whole events, and bytes, that went to the client. */
  readonly events: number;
  readonly bytes: number;
  /** Throws when the request is another, and says in what. */
  readonly expect: (match: Omit<Match, "nth" | "js">) => void;
}

/** What the mock as a whole and each scope have in common. */
export interface Face {
  readonly url: string;
  /** Options of OpenAI's client: `new OpenAI(mock.client())`. */
  readonly client: () => { readonly baseURL: string; readonly apiKey: string };
  /** Options of Anthropic's client. */
  readonly anthropic: () => { readonly baseURL: string; readonly apiKey: string };
  /** Options of Google's client. */
  readonly gemini: () => { readonly apiKey: string; readonly httpOptions: { readonly baseUrl: string } };
  /** Begins a fixture, asked before those of files. */
  readonly on: (match: Match) => On;
  /** The requests so far, the oldest first. */
  readonly requests: () => readonly SeenRequest[];
  /** The last of them. Throws when there is none. */
  readonly last: () => SeenRequest;
  /** Throws when a request was answered by nothing, or an `on` was asked for by nothing. */
  readonly verify: () => void;
  /** Forgets requests, counters and every `on`; fixtures of files stay, and so do misses. */
  readonly reset: () => void;
}

/** One test's share of the mock. Leaving it verifies and closes it. */
export interface Scope extends Face {
  readonly name: string;
  /** What `using` calls at the end of the block: `verify`, and then all of the scope is forgotten. */
  readonly close: () => void;
  readonly [Symbol.dispose]: () => void;
}

export interface ScopeOptions {
  /** Whole number from 0. */
  readonly seed?: number;
  /** The cassette it is answered from, where that is not called as the scope is. */
  readonly cassette?: string;
  /** Fixtures as a file has them: `{ match, response }`. */
  readonly fixtures?: readonly Readonly<Record<string, unknown>>[];
}

export interface Mock extends Face {
  /** Opens a scope: 1 to 100 letters, digits, `-`, `_` and `.`. A name that is open already is an error. */
  readonly scope: (name: string, options?: ScopeOptions) => Scope;
  /** Verifies, stops the mock and puts the environment back; it is stopped also when it throws. */
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface StartOptions {
  /** Files, folders and globs. */
  readonly fixtures?: string | readonly string[];
  /** The folder of recordings. */
  readonly cassettes?: string;
  readonly mode?: "replay" | "once" | "new" | "all" | "live" | "diff";
  readonly fallback?: "fail" | "auto" | "live";
  readonly profile?: "exact" | "semantic" | "conversation";
  readonly seed?: number;
  /** `real`, `virtual`, or a speed such as `x10`. */
  readonly clock?: string;
  /** `none`, `recorded`, or a speed such as `x10`. */
  readonly timing?: string;
  /** Sets OPENAI_BASE_URL and its kin in `process.env` until `close`. */
  readonly env?: boolean;
  /** A fixture or recording that nothing asked for fails `close`, too. */
  readonly failUnused?: boolean;
}

/** Starts a mock on a free port of 127.0.0.1. Rejects with every fault of options and fixtures. */
export declare const startMock: (options?: StartOptions) => Promise<Mock>;

/** Speaks to a mock that runs already; without an address to the one of `qlite exec` (QLITE_MOCK_URL). `close` leaves it running. */
export declare const connectMock: (options?: { readonly url?: string }) => Promise<Mock>;
