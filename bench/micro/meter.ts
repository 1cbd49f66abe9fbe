import { dialects, meterings } from "../../src/dialect-table.ts";
import type { Told } from "../../src/dialects/metering.ts";
import { watchWhole } from "../../src/dialects/watch-usage.ts";
import { createMarkedLines } from "../../src/wire/marked-lines.ts";
import { createUsageHider } from "../../src/wire/hide-usage.ts";
import { createSample } from "../../src/wire/sample.ts";
import type { Case } from "./case.ts";

const events = 1000;
const chunk = new TextEncoder().encode(
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,' +
    '"delta":{"content":" hello"},"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"abcdefg"}\n\n',
);
const decoder = new TextDecoder();

const each = (take: (bytes: Uint8Array) => void): number => {
  for (let event = 0; event < events; event += 1) take(chunk);
  return events;
};

const search = (): number => {
  const lines = createMarkedLines('"usage"', () => {});
  return each(lines.push);
};

const replySizes = [500, 4000, 50_000];

const toReplyText = (content: string): string =>
  '{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":' +
  `{"role":"assistant","content":"${content}"},"logprobs":null,"finish_reason":"stop"}],` +
  '"usage":{"prompt_tokens":12,"completion_tokens":20,"total_tokens":32,"prompt_tokens_details":{"cached_tokens":0}}}';

/** With line ends in its text, as there are: without escapes a reply is parsed five times as fast. */
const toReply = (size: number): Uint8Array => {
  const line = String.raw`word \n `;
  return new TextEncoder().encode(toReplyText(line.repeat((size - toReplyText("").length) / line.length)));
};

const wholeCase = (size: number): Case => {
  const reply = toReply(size);
  const metering = meterings["openai-chat"];
  return {
    name: `meter: the usage of a whole reply of about ${size} bytes`,
    variants: {
      watched: () => {
        let usage: Told["usage"] | null = null;
        watchWhole(reply, dialects.clients["openai-chat"], metering, (told) => {
          usage = told.usage;
        });
        return usage;
      },
      parsed: () => metering.start()(JSON.parse(decoder.decode(reply)))?.usage,
    },
  };
};

export const meterCases: readonly Case[] = [
  ...replySizes.map(wholeCase),
  {
    name: `meter: an event of ${chunk.length} bytes without a usage`,
    per: events,
    variants: {
      "searched for its mark": search,
      "searched, and kept in part": () => {
        const sample = createSample(16_384);
        const lines = createMarkedLines('"usage"', () => {});
        return each((bytes) => {
          sample.push(bytes);
          lines.push(bytes);
        });
      },
      "hidden usage filtered": () => {
        const { filter } = createUsageHider();
        return each((bytes) => {
          filter(bytes);
        });
      },
      parsed: () =>
        each((bytes) => {
          JSON.parse(decoder.decode(bytes.subarray(6)));
        }),
    },
  },
];
