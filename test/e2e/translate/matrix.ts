// The table: every client against every upstream dialect, through one gateway each.
import { expect, test } from "bun:test";
import { upstreamKey, startGateway, type Gateway } from "../../support/gateway.ts";
import { anthropic } from "../../support/dialects/anthropic.ts";
import { gemini } from "../../support/dialects/gemini.ts";
import { openaiChat } from "../../support/dialects/openai-chat.ts";
import { openaiResponses } from "../../support/dialects/openai-responses.ts";
import { asked, playing, understoodBy, type AnswerName, type Side } from "../../support/dialects/scripted.ts";
import type { RawUpstream } from "../../support/raw-upstream.ts";
import { share, shareUpstream } from "../../support/share.ts";
import { aiClients } from "./ai-clients.ts";
import { anthropicClient } from "./anthropic-client.ts";
import { weather, weatherIn, type Client, type Question, type Seen } from "./client.ts";
import { gapFor } from "./gaps.ts";
import { genaiClient } from "./genai-client.ts";
import { openaiChatClient } from "./openai-chat-client.ts";
import { openaiResponsesClient } from "./openai-responses-client.ts";

const sides: readonly Side[] = [openaiChat, openaiResponses, anthropic, gemini];
const clients: readonly Client[] = [
  openaiChatClient,
  openaiResponsesClient,
  anthropicClient,
  genaiClient,
  ...aiClients,
];

/** A cell of the table. */
export interface Cell {
  readonly client: Client;
  readonly side: Side;
  readonly upstream: RawUpstream;
  readonly gateway: Gateway;
  /** Asks with these answers ready, one for each request the client will make. */
  readonly ask: Ask;
  /** The same through a gateway that refuses what it cannot translate. */
  readonly askStrictly: Ask;
}

type Ask = (question: Omit<Question, "model">, ...answers: readonly AnswerName[]) => Promise<Seen>;

interface Row {
  readonly side: Side;
  readonly upstream: RawUpstream;
  readonly gateway: Gateway;
  readonly strict: Gateway;
}

const startRow = async (side: Side): Promise<Row> => {
  const upstream = await shareUpstream();
  const provider = { name: "up", api_key: upstreamKey, models: ["*"], ...side.provider(upstream.url) };
  const gateway = share(startGateway({ providers: [provider] }));
  return { side, upstream, gateway, strict: share(startGateway({ translation: "strict", providers: [provider] })) };
};

const startRows = async (): Promise<readonly Row[]> => {
  const rows: Row[] = [];
  for (const side of sides) rows.push(await startRow(side));
  return rows;
};

/** Gives a function that makes a test of each cell; to be called once, while a file loads. */
export const startMatrix = async () => {
  const rows = await startRows();
  /** A cell of the table `gaps` has to fail, so that no entry there outlives its reason. */
  return (
    behaviour: string,
    run: (cell: Cell) => Promise<void>,
    isIn: (client: Client, side: Side) => boolean = () => true,
  ): void => {
    for (const client of clients) {
      for (const row of rows) {
        if (!isIn(client, row.side)) continue;
        const { side, upstream, gateway, strict } = row;
        const name = `${client.name} -> ${side.dialect}: ${behaviour}`;
        const gap = gapFor(client.name, side.dialect, behaviour);
        const askBy =
          ({ url }: Gateway): Ask =>
          (question, ...answers) => {
            upstream.answer(playing(side, answers));
            return client.ask(url, { ...question, model: side.model });
          };
        const cell: Cell = { ...row, client, ask: askBy(gateway), askStrictly: askBy(strict) };
        if (gap === null) test(name, () => run(cell));
        else test.failing(`${name} (${gap})`, () => run(cell));
      }
    }
  };
};

/** The two ways to ask, for names of tests. */
export const forms = [
  { isStream: false, form: "whole" },
  { isStream: true, form: "streamed" },
] as const;

/** The upstream's newest request holds the calls it made and the results the client's tool gave. */
export const expectResults = ({ upstream, side }: Cell): void => {
  const { answered, tools } = understoodBy(upstream, side);
  expect(tools).toEqual([weather.name]);
  expect(answered).toEqual(
    asked.map(({ name, input }) => ({ name, input, result: expect.stringContaining(weatherIn(input.city)) })),
  );
};
