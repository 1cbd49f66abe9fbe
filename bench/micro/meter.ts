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

export const meterCases: readonly Case[] = [
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
