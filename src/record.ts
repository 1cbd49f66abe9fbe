import type { TimeoutsConfig } from "./config/schema.ts";
import type { ClientDialectName, DialectName } from "./dialects/conversation.ts";
import type { Usage } from "./dialects/reply.ts";
import type { ErrorCode, ErrorSource } from "./errors.ts";
import type { TraceIds } from "./wire/trace-context.ts";

/** How an exchange ended: whole, left by the client, cut by the upstream, by a deadline of ours, or refused. */
export type Ending = "complete" | "client_gone" | "upstream_cut" | "deadline" | "error";

/** Where a usage comes from: the upstream's own numbers, or counted here because the upstream told none. */
export type UsageSource = "reported" | "estimated";

/** One kind of tokens (or calls) of a request, and what it came to. */
export interface CostPart {
  /** As a row of prices names it: `input`, `cached_input`, `output`, … */
  readonly kind: string;
  readonly count: number;
  /** USD per million of them; of `web_search` USD each. */
  readonly usd: number;
}

/** What an exchange cost, by a row of prices. */
export interface Cost {
  /** Billionths of a US dollar, whole, so that sums are exact. */
  readonly nanoUsd: number;
  readonly parts: readonly CostPart[];
  /** The row: its provider, the pattern of its models that matched, and where and when it was read. */
  readonly price: { readonly provider: string; readonly model: string; readonly date: string; readonly source: string };
}

/** When what happened, in milliseconds since the request came; null for what did not happen. */
export interface Times {
  /** The request's body was whole. */
  readonly receivedMs: number | null;
  /** The request was sent to the upstream. */
  readonly sentMs: number | null;
  /** The upstream's head came; for a reply that was read whole before it went on, its last byte. */
  readonly repliedMs: number | null;
  /** The head went to the client. */
  readonly headMs: number | null;
  /** The first and the last chunk of a stream passed. */
  readonly firstChunkMs: number | null;
  readonly lastChunkMs: number | null;
  readonly totalMs: number;
}

/** All there is to know of an exchange that is over; what metrics, traces, the ledger and an explanation are made of. */
export interface ExchangeRecord {
  readonly id: string;
  /** Milliseconds since 1970 when the request came. */
  readonly at: number;
  /** The client's address, the empty string when it came by a unix socket. */
  readonly client: string;
  readonly method: string;
  /** Without the query, at most 200 characters. */
  readonly path: string;
  /** What the client speaks. */
  readonly dialect: ClientDialectName;
  /** The model asked for, at most 200 characters, null when the request names none. */
  readonly model: string | null;
  /** null when none was asked. */
  readonly provider: string | null;
  /** The provider's type, such as openai. */
  readonly providerType: string | null;
  /** What the provider was asked for, null when the request names no model. */
  readonly targetModel: string | null;
  /** The model that answered as the reply names it (a dated snapshot), null when it was not looked at. */
  readonly replyModel: string | null;
  readonly upstreamDialect: DialectName | null;
  /** How the target was found, such as `route smart`, `listed by openai` or `glob gpt-*`; null when none was looked for. */
  readonly route: string | null;
  /** In milliseconds, null for none; all of it null when nothing was sent. */
  readonly deadlines: TimeoutsConfig | null;
  readonly serviceTier: string | null;
  readonly stream: boolean;
  /** Requests sent upstream. */
  readonly attempts: number;
  /** The status answered, 0 when the client had left before. */
  readonly status: number;
  readonly ending: Ending;
  readonly errorCode: ErrorCode | null;
  readonly errorSource: ErrorSource | null;
  readonly usage: Usage | null;
  readonly usageSource: UsageSource | null;
  /** null when there is no usage, or no price is known. */
  readonly cost: Cost | null;
  readonly times: Times;
  /** The proxy's own share: from the whole request to its sending, and from the upstream's reply to the head. */
  readonly overheadMs: number;
  readonly requestBytes: number;
  readonly replyBytes: number;
  /** What a translation could not say. */
  readonly dropped: readonly string[];
  readonly upstreamRequestId: string | null;
  /** null while traces are off. */
  readonly trace: TraceIds | null;
  /** The name of the client's key, null while clients have none. */
  readonly key: string | null;
  /** Secrets taken out and cut to size; null unless asked for. */
  readonly bodies: { readonly request: string; readonly reply: string } | null;
}

/** Takes the record of each exchange that is over; must not throw and must not wait. */
export type Sink = (record: ExchangeRecord) => void;
