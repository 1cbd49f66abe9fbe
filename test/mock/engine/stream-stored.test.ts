// A kept response streamed again, as the official SDK asks for it, and responses of the background.
import { describe, expect, test } from "bun:test";
import { NotFoundError, type OpenAI } from "openai";
import type { ResponseCreateParamsBase, ResponseStreamEvent } from "openai/resources/responses/responses";
import { wholeShape } from "../../../src/mock/shape.ts";
import { realClock, rejectionOf } from "../serve-mock.ts";
import { serveEngine, until } from "./serve-engine.ts";

const model = "gpt-6.1-sol";
/** Streams any response again; the service only those of the background. */
const serve = () => serveEngine({ fallback: "auto", validate: "warn" });
type Mock = ReturnType<typeof serve>;

const streamOf = async (made: Promise<AsyncIterable<ResponseStreamEvent>>): Promise<ResponseStreamEvent[]> =>
  Array.fromAsync(await made);

/** The events until the connection breaks, which it must. */
const untilCut = async (made: Promise<AsyncIterable<ResponseStreamEvent>>): Promise<ResponseStreamEvent[]> => {
  const events: ResponseStreamEvent[] = [];
  const read = async () => {
    for await (const event of await made) events.push(event);
  };
  await rejectionOf(read());
  return events;
};

const idIn = ([first]: readonly ResponseStreamEvent[]): string => {
  if (first?.type !== "response.created") throw new Error("the first event is not response.created");
  return first.response.id;
};

const numbersOf = (events: readonly ResponseStreamEvent[]) => events.map((event) => event.sequence_number);
const countUp = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

const isPadded = (event: ResponseStreamEvent): boolean => "obfuscation" in event;

const again = (mock: Mock, id: string) => streamOf(mock.openai.responses.retrieve(id, { stream: true }));

const add = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
const kinds: readonly (readonly [string, Partial<ResponseCreateParamsBase>])[] = [
  ["a text", {}],
  ["a text of the background", { background: true }],
  ["reasoning and a text", { reasoning: { effort: "high", summary: "auto" } }],
  ["a sealed reasoning", { store: true, reasoning: { effort: "high" }, include: ["reasoning.encrypted_content"] }],
  ["tokens with their probabilities", { top_logprobs: 2, include: ["message.output_text.logprobs"] }],
  [
    "a call of a function",
    { tools: [{ type: "function", name: "add", strict: false, parameters: add }], tool_choice: "required" },
  ],
  ["a call of a custom tool", { tools: [{ type: "custom", name: "run" }], tool_choice: "required" }],
  ["a text that is cut", { max_output_tokens: 16 }],
];

describe("responses.retrieve with stream: true", () => {
  test.each(kinds)("gives %s in the very events it was streamed in", async (_, params) => {
    await using mock = serve();
    const made = { model, input: "Hello", ...params, stream: true } as const;
    const events = await streamOf(mock.openai.responses.create(made));
    expect(await again(mock, idIn(events))).toEqual(events);
  });

  test.each([
    ["a refusal", { refusal: "I would rather not." }],
    ["citations", { text: "Bees dance.", citations: [{ url: "https://bees.example/dance", title: "Bees" }] }],
    [
      "several parts",
      {
        blocks: [
          { reasoning: "Let me see." },
          { text: "Look:" },
          { tool_call: { name: "add", arguments: { a: 1 } } },
          { tool_call: { name: "add", arguments: {} } },
          { text: "Done." },
        ],
      },
    ],
    ["an empty text", { text: "" }],
  ])("gives a fixture's %s in the very events it was streamed in", async (_, response) => {
    await using mock = serve();
    await mock.control("POST", "fixtures", [{ match: { user: "Hello" }, response }]);
    const events = await streamOf(mock.openai.responses.create({ model, input: "Hello", stream: true }));
    expect(events.at(-1)?.type).toBe("response.completed");
    expect(await again(mock, idIn(events))).toEqual(events);
  });

  test("gives what was not streamed before with the ids and texts of its body, numbered from 0", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const whole = await responses.create({ model, input: "Hello", reasoning: { effort: "high", summary: "auto" } });
    const events = await again(mock, whole.id);
    expect(numbersOf(events)).toEqual(countUp(0, events.length));
    expect(events.slice(0, 2)).toMatchObject([
      { type: "response.created", response: { id: whole.id, status: "in_progress", output: [], usage: null } },
      { type: "response.in_progress", response: { id: whole.id, status: "in_progress" } },
    ]);
    const text = events.flatMap((event) => (event.type === "response.output_text.delta" ? [event.delta] : [])).join("");
    expect(text).toBe(whole.output_text);
    const { output_text: _, ...told } = whole;
    expect(events.at(-1)).toMatchObject({ type: "response.completed", response: told });
    const ids = events.flatMap((event) => (event.type === "response.output_item.added" ? [event.item.id] : []));
    expect(ids).toEqual(whole.output.map((item) => item.id));
  });

  test("gives a raw response as it is, whatever its items: the SDK puts the same together out of the events", async () => {
    await using mock = serve();
    const output = [
      {
        id: "rs_1",
        type: "reasoning",
        summary: [
          { type: "summary_text", text: "One." },
          { type: "summary_text", text: "Two." },
        ],
      },
      { id: "ws_1", type: "web_search_call", status: "completed", action: { type: "search", query: "bees" } },
      {
        id: "msg_1",
        type: "message",
        role: "assistant",
        status: "completed",
        phase: "commentary",
        content: [
          { type: "output_text", text: "Bees", annotations: [], logprobs: [] },
          { type: "output_text", text: " dance", annotations: [], logprobs: [] },
        ],
      },
      {
        id: "msg_2",
        type: "message",
        role: "assistant",
        status: "completed",
        content: [{ type: "output_text", text: "Truly.", annotations: [], logprobs: [] }],
      },
      {
        id: "fc_1",
        type: "function_call",
        call_id: "call_1",
        name: "add",
        namespace: "math",
        arguments: "",
        status: "completed",
      },
    ];
    const body = {
      id: "resp_mine",
      object: "response",
      created_at: 1,
      model,
      status: "completed",
      output,
      usage: null,
    };
    await mock.control("POST", "fixtures", [
      {
        match: { user: "raw" },
        response: { raw: { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(body) } },
      },
    ]);
    await mock.openai.responses.create({ model, input: "raw" });
    const final = await mock.openai.responses.stream({ response_id: "resp_mine" }).finalResponse();
    expect(JSON.parse(JSON.stringify(final.output))).toMatchObject(output);
    expect(final.output_text).toBe("Bees danceTruly.");
    expect((await again(mock, "resp_mine")).at(-1)).toMatchObject({ type: "response.completed", response: body });
  });

  test("starting_after: N sends those behind it alone, at the end none", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const { id } = await responses.create({ model, input: "Hello" });
    const events = await again(mock, id);
    for (const after of [0, 5, events.length - 2, events.length - 1, 1_000_000]) {
      const rest = await streamOf(responses.retrieve(id, { stream: true, starting_after: after }));
      expect(rest).toEqual(events.slice(after + 1));
    }
  });

  test("responses.stream of an id gives its helper the whole response and its listeners what is behind starting_after", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const { id, output_text: text } = await responses.create({ model, input: "Hello" });
    const stream = responses.stream({ response_id: id, starting_after: 6 });
    const events = await Array.fromAsync(stream);
    expect(numbersOf(events)).toEqual(countUp(7, 7 + events.length));
    expect(await stream.finalResponse()).toMatchObject({ id, status: "completed", output_text: text });
  });

  test("include_obfuscation pads the deltas where it is asked for by name", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const { id } = await responses.create({ model, input: "Hello" });
    const events = await again(mock, id);
    const bare = await streamOf(responses.retrieve(id, { stream: true, include_obfuscation: false }));
    expect(bare).toEqual(events);
    const padded = await streamOf(responses.retrieve(id, { stream: true, include_obfuscation: true }));
    expect(padded.filter(isPadded)).toEqual(padded.filter((event) => event.type.endsWith(".delta")));
    expect(padded.some(isPadded)).toBe(true);
    expect(padded).toMatchObject(events);
  });

  test("an id that is not known is OpenAI's 404", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    for (const asked of [
      responses.retrieve("resp_none", { stream: true }),
      responses.stream({ response_id: "resp_none" }).finalResponse(),
    ]) {
      const thrown = await rejectionOf(asked);
      expect(thrown).toBeInstanceOf(NotFoundError);
      expect(thrown).toMatchObject({ error: { message: "Response with id 'resp_none' not found.", param: null } });
    }
  });

  test.each([
    ["stream=true&starting_after=x", "starting_after", "expected an integer"],
    ["stream=true&starting_after=1.5", "starting_after", "expected an integer"],
    ["stream=true&starting_after=", "starting_after", "expected an integer"],
    ["stream=true&starting_after=-1", "starting_after", "Expected a value >= 0, but got -1"],
    ["starting_after=-1", "starting_after", "Expected a value >= 0"],
    ["stream=yes", "stream", "expected a boolean"],
    ["stream=true&include_obfuscation=1", "include_obfuscation", "expected a boolean"],
  ])("?%s is a 400 that names the field", async (query, param, words) => {
    await using mock = serve();
    const { id } = await mock.openai.responses.create({ model, input: "Hello" });
    const reply = await fetch(`${mock.url}/v1/responses/${id}?${query}`);
    const message: unknown = expect.stringContaining(words);
    expect([reply.status, await reply.json()]).toMatchObject([
      400,
      { error: { type: "invalid_request_error", param, message } },
    ]);
  });

  test("keeps the mock's pace, and is struck by the fault that it asks for", async () => {
    const slept: number[] = [];
    const clock = {
      ...realClock,
      sleep: (ms: number) => {
        slept.push(ms);
        return Promise.resolve();
      },
    };
    const shape = { ...wholeShape, ttft: { kind: "fixed", ms: 700 }, gap: { kind: "fixed", ms: 30 } } as const;
    await using mock = serveEngine({ fallback: "auto", validate: "warn", clock, shape });
    const { responses } = mock.openai;
    const { id } = await responses.create({ model, input: "Hello" });
    slept.length = 0;
    const events = await again(mock, id);
    expect([slept[0], new Set(slept.slice(1))]).toEqual([700, new Set([30])]);
    const headers = { "x-qlite-fault": "close=fin; after=4 events" };
    const cut = await untilCut(responses.retrieve(id, { stream: true }, { headers, maxRetries: 0 }));
    expect(cut).toEqual(events.slice(0, 4));
  });

  test("is refused by default, as by the service, unless it was made in the background and streamed", async () => {
    await using mock = serveEngine({ fallback: "auto" });
    const { responses } = mock.openai;
    const params = { model, input: "Hello", background: true, stream: true } as const;
    const events = await streamOf(responses.create(params));
    expect(await again(mock, idIn(events))).toEqual(events);
    for (const background of [false, true]) {
      const { id } = await responses.create({ model, input: "Hello", background });
      expect(await rejectionOf(again(mock, id))).toMatchObject({ status: 400, param: "stream" });
    }
  });

  test("is noted with validate: warn, once for all", async () => {
    await using mock = serve();
    const { id } = await mock.openai.responses.create({ model, input: "Hello" });
    await again(mock, id);
    await again(mock, id);
    expect(mock.engine.verdict().warnings).toEqual([expect.stringContaining("background=true and stream=true")]);
  });
});

describe("a response of the background", () => {
  test("is queued, then in progress, then completed, by one look after another, with the same id throughout", async () => {
    await using mock = serve();
    await mock.control("POST", "fixtures", [{ match: { user: "Hello" }, response: "Hi there" }]);
    const { responses } = mock.openai;
    const made = await responses.create({ model, input: "Hello", background: true });
    expect(made).toMatchObject({ status: "queued", background: true, output: [], output_text: "", usage: null });
    const { id } = made;
    expect(await responses.retrieve(id)).toMatchObject({ id, status: "in_progress", output: [] });
    const done = await responses.retrieve(id);
    expect(done).toMatchObject({ id, status: "completed", output_text: "Hi there", completed_at: expect.any(Number) });
    expect(await responses.retrieve(id)).toEqual({ ...done });
  });

  test("is kept without store as well, since it could not be asked for otherwise", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const { id } = await responses.create({ model, input: "Hello", background: true, store: false });
    expect(await responses.retrieve(id)).toMatchObject({ id, status: "in_progress", store: false });
  });

  test("is cancelled while it is under way, once and for all; over it stays as it is", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const { id } = await responses.create({ model, input: "Hello", background: true });
    const cancelled = { id, status: "cancelled", output: [], completed_at: null };
    expect(await responses.cancel(id)).toMatchObject(cancelled);
    expect(await responses.cancel(id)).toMatchObject(cancelled);
    expect(await responses.retrieve(id)).toMatchObject(cancelled);
    expect(await rejectionOf(responses.retrieve(id, { stream: true }))).toMatchObject({ status: 400, param: "stream" });
    const other = await responses.create({ model, input: "Hello", background: true });
    await responses.retrieve(other.id);
    await responses.retrieve(other.id);
    expect(await responses.cancel(other.id)).toMatchObject({ status: "completed" });
  });

  test("is streamed as queued, in progress and completed, and is over when its stream was read", async () => {
    await using mock = serve();
    const { responses } = mock.openai;
    const events = await streamOf(responses.create({ model, input: "Hello", background: true, stream: true }));
    const begin = [
      { type: "response.created", response: { status: "queued" } },
      { type: "response.queued", response: { status: "queued" } },
      { type: "response.in_progress", response: { status: "in_progress" } },
    ];
    expect(events.slice(0, 3)).toMatchObject(begin);
    expect(numbersOf(events)).toEqual(countUp(0, events.length));
    expect(await responses.retrieve(idIn(events))).toMatchObject({ status: "completed", background: true });
    const whole = await responses.create({ model, input: "Hello", background: true });
    expect((await again(mock, whole.id)).slice(0, 3)).toMatchObject(begin);
    expect(await responses.retrieve(whole.id)).toMatchObject({ status: "completed" });
  });

  const sse = ["created", "in_progress", "completed"].map((type, at) => {
    const message = { id: "msg_raw", type: "message", role: "assistant", status: "completed", content: [] };
    const response = {
      id: "resp_raw",
      object: "response",
      status: type,
      output: type === "completed" ? [message] : [],
    };
    return `event: response.${type}\ndata: ${JSON.stringify({ type: `response.${type}`, sequence_number: at * 10, response })}`;
  });

  test.each([
    ["of the mock", null, 5],
    ["in pieces of the fixture's own", { response: "Hi there, you", stream: { chunk: { by: "char", size: 2 } } }, 7],
    ["of raw events with numbers of their own", { response: { raw: { sse: [...sse, "data: [DONE]"] } } }, 2],
  ])("goes on when its stream breaks: one %s is gone on with behind the last event", async (_, answer, events) => {
    await using untouched = serve();
    await using mock = serve();
    if (answer !== null) {
      for (const one of [untouched, mock])
        await one.control("POST", "fixtures", [{ match: { user: "Hello" }, ...answer }]);
    }
    const params = { model, input: "Hello", background: true, stream: true } as const;
    // The same request of the same seed is answered in the same events.
    const whole = await streamOf(untouched.openai.responses.create(params));
    const { responses } = mock.openai;
    const headers = { "x-qlite-fault": `close=fin; after=${events} events` };
    const seen = await untilCut(responses.create(params, { headers, maxRetries: 0 }));
    expect(seen).toEqual(whole.slice(0, events));
    const cursor = seen.at(-1)?.sequence_number ?? NaN;
    const id = idIn(seen);
    expect(await responses.retrieve(id)).toMatchObject({ status: "in_progress" });
    const rest = await streamOf(responses.retrieve(id, { stream: true, starting_after: cursor }));
    expect([...seen, ...rest]).toEqual(whole);
    expect(await responses.retrieve(id)).toMatchObject({ status: "completed" });
  });

  test("that is cancelled ends its stream under way", async () => {
    const waits: (() => void)[] = [];
    const clock = { ...realClock, sleep: () => new Promise<void>((resolve) => waits.push(resolve)) };
    const shape = { ...wholeShape, gap: { kind: "fixed", ms: 1 } } as const;
    await using mock = serveEngine({ fallback: "auto", clock, shape });
    const { responses } = mock.openai;
    const events: ResponseStreamEvent[] = [];
    for await (const event of await responses.create({ model, input: "Hello", background: true, stream: true })) {
      events.push(event);
      if (event.type === "response.in_progress") {
        expect(await responses.cancel(idIn(events))).toMatchObject({ status: "cancelled" });
        await until(() => waits.length > 0);
        for (const go of waits) go();
      }
    }
    expect(events.some(({ type }) => type === "response.completed")).toBe(false);
    expect(await responses.retrieve(idIn(events))).toMatchObject({ status: "cancelled" });
  });
});

test.each([
  ["files.list", (ai: OpenAI) => ai.files.list()],
  ["batches.list", (ai: OpenAI) => ai.batches.list()],
  ["vectorStores.create", (ai: OpenAI) => ai.vectorStores.create({})],
  ["conversations.create", (ai: OpenAI) => ai.conversations.create()],
  ["fineTuning.jobs.list", (ai: OpenAI) => ai.fineTuning.jobs.list()],
  ["responses.compact", (ai: OpenAI) => ai.responses.compact({ model, input: "Hello" })],
])("%s, which the mock does not have, is a 404 that says what there is, and a miss", async (_, ask) => {
  await using mock = serve();
  const thrown = await rejectionOf(Promise.resolve(ask(mock.openai)));
  expect(thrown).toBeInstanceOf(NotFoundError);
  expect(thrown).toMatchObject({ code: "unknown_url", type: "invalid_request_error" });
  const message = thrown instanceof NotFoundError ? thrown.message : "";
  expect(message).toMatch(/There is nothing at (?:GET|POST) \/v1\/[a-z_/]+ in this mock/);
  for (const one of ["/chat/completions", "/responses/input_tokens", "/models", "DELETE /responses/{id}"]) {
    expect(message).toContain(one);
  }
  // Asked once: nothing that is asked again would be there.
  expect(mock.engine.verdict().outcomes).toMatchObject({ unmatched: 1 });
});

test("responses.inputTokens.count is there", async () => {
  await using mock = serve();
  const counted = await mock.openai.responses.inputTokens.count({ model, input: "Hello" });
  expect(counted).toMatchObject({ object: "response.input_tokens", input_tokens: expect.any(Number) });
});

test("an address that is not there is told to Anthropic's and Gemini's clients with their own addresses", async () => {
  await using mock = serve();
  const ask = async (path: string, headers: Record<string, string>) => {
    const reply = await fetch(mock.url + path, { headers });
    return [reply.status, await reply.text()];
  };
  expect(await ask("/v1/files", { "anthropic-version": "2023-06-01" })).toEqual([
    404,
    expect.stringMatching(
      /has, by the end of the path: POST \/v1\/messages, \/v1\/messages\/count_tokens; GET \/models/,
    ),
  ]);
  expect(await ask("/v1beta/files", { "x-goog-api-key": "any" })).toEqual([
    404,
    expect.stringContaining("POST :generateContent, :streamGenerateContent"),
  ]);
});
