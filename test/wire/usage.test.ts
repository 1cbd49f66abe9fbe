import { describe, expect, test } from "bun:test";
import { askForUsage } from "../../src/wire/ask-for-usage.ts";
import { createUsageHider } from "../../src/wire/hide-usage.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

describe("askForUsage", () => {
  test.each([
    ["{}", '{"stream_options":{"include_usage":true}}'],
    ['{"a":1}', '{"a":1,"stream_options":{"include_usage":true}}'],
    [
      ' { "a" : 9007199254740993 , "b" : [1.0] } ',
      ' { "a" : 9007199254740993 , "b" : [1.0] ,"stream_options":{"include_usage":true}} ',
    ],
    ['{"stream_options":null,"a":1}', '{"stream_options":{"include_usage":true},"a":1}'],
    ['{"stream_options":{},"a":1}', '{"stream_options":{"include_usage":true},"a":1}'],
    [
      '{"stream_options":{"include_obfuscation":false,"include_usage":false,"n":1.0}}',
      '{"stream_options":{"include_obfuscation":false,"include_usage":true,"n":1.0}}',
    ],
    [
      '{"x":{"stream_options":{"include_usage":true}}}',
      '{"x":{"stream_options":{"include_usage":true}},"stream_options":{"include_usage":true}}',
    ],
  ])("of %j", (body, asking) => {
    const made = askForUsage(encoder.encode(body));
    expect(made === null ? null : decoder.decode(made)).toBe(asking);
    expect(JSON.parse(asking)).toMatchObject({ stream_options: { include_usage: true } });
  });

  test.each(['{"stream_options":{"include_usage":true}}', '{"stream_options":[]}', '{"stream_options":5}'])(
    "leaves %j alone",
    (body) => {
      expect(askForUsage(encoder.encode(body))).toBeNull();
    },
  );
});

const usage = 'data: {"id":"1","choices":[],"usage":{"prompt_tokens":1}}';
const others = [
  'data: {"choices":[{"delta":{"content":"é😀 \\"choices\\":[] \\"usage\\":{}"}}],"usage":null}',
  ": comment",
  'data: {"choices":[],"prompt_filter_results":[]}',
  'data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}',
  'event: x\ndata: not json "usage" "choices":[]',
  "data: [DONE]",
];

describe("createUsageHider", () => {
  test.each([
    ["LF", "\n"],
    ["CRLF", "\r\n"],
    ["CR", "\r"],
  ])("takes the usage event out, and nothing else, however the stream is cut (%s)", (_, eol) => {
    const write = (events: readonly string[]): string =>
      events.map((event) => event.replaceAll("\n", eol) + eol + eol).join("");
    for (let place = 0; place <= others.length; place += 1) {
      const bytes = encoder.encode(write(others.toSpliced(place, 0, usage)));
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const { filter, rest } = createUsageHider();
        const out = [filter(bytes.subarray(0, cut)), filter(bytes.subarray(cut)), rest()];
        expect(out.map((part) => decoder.decode(part, { stream: true })).join("")).toBe(write(others));
      }
    }
  });

  test("an event that is not over is not lost", () => {
    const { filter, rest } = createUsageHider();
    expect(filter(encoder.encode("data: {")).length).toBe(0);
    expect(decoder.decode(rest())).toBe("data: {");
  });

  test("the beginning of an event waits only until it is known to be another", () => {
    const { filter } = createUsageHider();
    const pieces = ["data: {", '"choices":[', "{", '"delta":{}}]', "}\n", '\ndata: {"choices":[{}]', "}\n\n"];
    expect(pieces.map((piece) => decoder.decode(filter(encoder.encode(piece))))).toEqual([
      "",
      "",
      'data: {"choices":[{',
      '"delta":{}}]',
      "}\n",
      '\ndata: {"choices":[{}]',
      "}\n\n",
    ]);
  });

  test("a chunk of whole events without a usage is the very chunk that came", () => {
    const chunk = encoder.encode('data: {"choices":[{}]}\n\n');
    expect(createUsageHider().filter(chunk)).toBe(chunk);
  });

  test("a chunk whose usage is null, as OpenAI has it in every event, is the very chunk that came", () => {
    const chunk = encoder.encode('data: {"choices":[],"usage":null}\n\ndata: {"choices":[{}],"usage" : null}\n\n');
    expect(createUsageHider().filter(chunk)).toBe(chunk);
  });

  test("a usage is found behind a name that is null, and behind spaces and tabs", () => {
    const other = 'data: {"choices":[{}],"usage":null}\n\n';
    const { filter } = createUsageHider();
    const chunk = encoder.encode(`${other}data: {"choices":[],"usage" :\t{}}\n\n`);
    expect(new TextDecoder().decode(filter(chunk))).toBe(other);
  });

  test("an endless event passes after 8 KiB", () => {
    const { filter, rest } = createUsageHider();
    const half = new Uint8Array(5000).fill(0x61);
    expect(filter(half).length).toBe(0);
    expect(filter(half).length).toBe(10_000);
    expect(filter(half).length).toBe(5000);
    expect(rest().length).toBe(0);
  });
});
