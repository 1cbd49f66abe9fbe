// A question to the mock by the official client of each dialect, whole or by its streaming helper, and what it understood.
import type { MockOptions } from "../../src/mock/upstream.ts";
import { serveMock } from "./serve-mock.ts";

export type Mock = ReturnType<typeof serveMock>;

export const addSchema = {
  type: "object" as const,
  properties: { a: { type: "integer", minimum: 3 }, b: { type: "string" } },
  required: ["a", "b"],
  additionalProperties: false,
};
/** What the mock makes of it. */
export const addInput = { a: 3, b: "lorem" };

export interface Question {
  readonly isStream: boolean;
  /** Two tools, `other` and `add`; a name forces the call of that one, `any` of one of them. */
  readonly force?: "any" | "add";
  readonly hasSchema?: boolean;
  readonly thinks?: "shown" | "hidden" | "off";
  readonly stop?: string;
  readonly most?: number;
}

/** An answer as the client understood it. */
export interface Said {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
  readonly finish: unknown;
  readonly stopSequence?: unknown;
  readonly usage: { readonly input: unknown; readonly output: unknown; readonly reasoning: unknown };
}

export interface Turn {
  readonly said: Said;
  /** Sends the turn back, each call answered, and asks on; `edit` is given its JSON. */
  readonly next: (edit?: (json: string) => string) => Promise<Turn>;
}

export interface Asker {
  readonly name: string;
  readonly ask: (mock: Mock, question: Question) => Promise<Turn>;
  /** The texts of the content pieces of a stream, until it ends or throws. */
  readonly pieces: (mock: Mock, seen: string[]) => Promise<void>;
  readonly finishes: {
    readonly stop: unknown;
    readonly length: unknown;
    readonly calls: unknown;
    readonly cut: unknown;
  };
  /** Gemini's `thoughtsTokenCount` is not there when there were none. */
  readonly noReasoning: number | undefined;
  /** Gemini counts thoughts beside its answer, not in it. */
  readonly isThoughtBeside: boolean;
  /** OpenAI's responses stop at no sequence. */
  readonly hasStop: boolean;
}

export const prompt = "Hello, mock!";
export const followUp = "And now?";

const same = (json: string): string => json;

/** The history with a turn in it, as the client would send it. */
export const edited = <T extends object>(turn: T, edit: ((json: string) => string) | undefined): T =>
  JSON.parse((edit ?? same)(JSON.stringify(turn)));

/** Runs with a mock of these options behind a socket. */
export const withMock = async (options: MockOptions, run: (mock: Mock) => Promise<void>): Promise<void> => {
  await using mock = serveMock(options);
  await run(mock);
};
