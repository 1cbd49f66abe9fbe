// What the official SDKs have in common for the matrix: one question, asked in the way each SDK's own page shows.
import { z } from "zod";
import type { ClientDialectName } from "../../../src/dialects/conversation.ts";
import { page, pixel } from "../../support/dialects/scripted.ts";

/** What to ask for, and how. */
export interface Question {
  readonly model: string;
  /** By the SDK's helper for streams. */
  readonly isStream: boolean;
  /** A picture and a document come with the question. */
  readonly hasMedia?: boolean;
  /** The tool `weather`, run by the SDK's own loop where it has one, else in the way its page shows. */
  readonly hasTool?: boolean;
  /** An answer that holds to `city`. */
  readonly hasSchema?: boolean;
  /** Reasoning to be shown. */
  readonly thinks?: boolean;
  /** At most `limit` tokens. */
  readonly isShort?: boolean;
  /** Ends the request. */
  readonly signal?: AbortSignal;
  /** A second question after the answer to the first, whose answer goes along as the SDK gave it. */
  readonly isTwice?: boolean;
}

/** What a program sees of the answer, of the last turn where there are several. */
export interface Seen {
  readonly text: string;
  /** The reasoning it is shown, of all turns. */
  readonly thoughts: string;
  /** In the client's own words. */
  readonly usage: unknown;
  /** Why it ended, in the client's own words. */
  readonly finish: unknown;
  /** What the SDK itself made of a structured answer. */
  readonly parsed?: unknown;
  /** What the model said in place of an answer, where the client has a word for it. */
  readonly refusal?: string | null;
}

/** An error as a program sees it. */
export interface SeenError {
  /** Whether it is of the class the SDK has for this status. */
  readonly isOwn: boolean;
  readonly status: number | undefined;
  /** null where the SDK tells no headers. */
  readonly retryAfter: string | null;
  readonly message: string;
}

/** One SDK, in one of the ways it asks. */
export interface Client {
  readonly name: string;
  readonly dialect: ClientDialectName;
  /** Asks a gateway; rejects with what the SDK throws. */
  readonly ask: (url: string, question: Question) => Promise<Seen>;
  readonly readError: (thrown: unknown) => SeenError;
  /** `figures` in the words of the SDK, with as many tokens written to the cache. */
  readonly usage: (written: number) => object;
  /** What `finish` is when the answer was cut at `limit`. */
  readonly cutShort: unknown;
  /** What `finish` is when the model refused, unless `refusal` tells. */
  readonly refused: unknown;
}

/** Told to the model in the way the dialect has for it, with each question. */
export const instructions = "Answer in one sentence.";
export const question = "Where is Paris?";
export const followUp = "And Oslo?";
export const clientKey = "sk-client";
export const image = { mediaType: "image/png", data: pixel, url: `data:image/png;base64,${pixel}` } as const;

export const document = {
  name: "seine.pdf",
  mediaType: "application/pdf",
  data: page,
  url: `data:application/pdf;base64,${page}`,
} as const;

/** The shape of `said.object`. */
export const city = z.object({ city: z.string(), people: z.number() });

/** The arguments of the tool. */
export const place = z.object({ city: z.string() });
export const weather = { name: "weather", description: "The weather of a city" } as const;
export const weatherIn = (name: string): string => `18 degrees in ${name}`;
export const runWeather = (input: unknown): string => weatherIn(place.parse(input).city);

/** What the errors of the two SDKs that Stainless makes hold. */
interface HttpError extends Error {
  readonly status?: number | undefined;
  readonly headers?: Headers | undefined;
}
type ErrorClass = abstract new (...args: never) => HttpError;

/** Reads what such an SDK throws: `base` stands for what came without a status, `classes` for what came with one. */
export const toErrorReader =
  (base: ErrorClass, classes: Readonly<Record<number, ErrorClass>>): Client["readError"] =>
  (thrown) => {
    const { status, headers } = thrown instanceof base ? thrown : {};
    return {
      isOwn: thrown instanceof (classes[status ?? 0] ?? base),
      status,
      retryAfter: headers?.get("retry-after") ?? null,
      message: String(thrown),
    };
  };
