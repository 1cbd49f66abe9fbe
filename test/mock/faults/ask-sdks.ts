import { expectSame } from "../serve-mock.ts";
import { serveFaults } from "./serve-faults.ts";

type Server = ReturnType<typeof serveFaults>;

const messages = [{ role: "user" as const, content: "Hello" }];
const model = "m";

const drain = async (stream: AsyncIterable<unknown>): Promise<void> => {
  for await (const _ of stream);
};

/** How each official SDK is asked, whole and streamed. */
export const asks = {
  chat: ({ openai }: Server) => openai.chat.completions.create({ model, messages }),
  "chat stream": async ({ openai }: Server) =>
    drain(await openai.chat.completions.create({ model, messages, stream: true })),
  responses: ({ openai }: Server) => openai.responses.create({ model, input: "Hello" }),
  "responses stream": async ({ openai }: Server) =>
    drain(await openai.responses.create({ model, input: "Hello", stream: true })),
  anthropic: ({ anthropic }: Server) => anthropic.messages.create({ model, max_tokens: 99, messages }),
  "anthropic stream": async ({ anthropic }: Server) =>
    drain(await anthropic.messages.create({ model, max_tokens: 99, messages, stream: true })),
  gemini: ({ gemini }: Server) => gemini.models.generateContent({ model, contents: "Hello" }),
  "gemini stream": async ({ gemini }: Server) =>
    drain(await gemini.models.generateContentStream({ model, contents: "Hello" })),
  // What puts a stream together again.
  "chat helper": ({ openai }: Server) => openai.chat.completions.stream({ model, messages }).finalChatCompletion(),
  "responses helper": ({ openai }: Server) => openai.responses.stream({ model, input: "Hello" }).finalResponse(),
  "anthropic helper": ({ anthropic }: Server) =>
    anthropic.messages.stream({ model, max_tokens: 99, messages }).finalMessage(),
} as const satisfies Readonly<Record<string, (server: Server) => PromiseLike<unknown>>>;

export type Ask = keyof typeof asks;

export const isAsk = (name: string): name is Ask => Object.hasOwn(asks, name);

/** The class of what an SDK throws, with the status and code that it read; `none` when it throws nothing. */
export const thrownBy = async (ask: Ask, server: Server): Promise<string> => {
  try {
    await asks[ask](server);
    return "none";
  } catch (thrown) {
    if (!(thrown instanceof Error)) return String(thrown);
    const status = "status" in thrown && typeof thrown.status === "number" ? ` ${thrown.status}` : "";
    return `${thrown.constructor.name}${status}`;
  }
};

/** Asks every SDK in both ways and compares what is thrown. */
export const expectThrown = async (faults: unknown, wanted: Readonly<Partial<Record<Ask, string>>>): Promise<void> => {
  const thrown: Partial<Record<Ask, string>> = {};
  for (const ask of Object.keys(wanted).filter(isAsk)) {
    await using server = serveFaults({ faults });
    thrown[ask] = await thrownBy(ask, server);
  }
  expectSame(thrown, wanted);
};
