// Conversations as they may come, for `properties.test.ts`: any text, any number of turns, calls and results, any settings;
// no more than every dialect could be asked for, and nothing a service would refuse. Replies: support/arbitrary-reply.ts.
import * as fc from "fast-check";
import type {
  Conversation,
  InputPart,
  JsonObject,
  Message,
  OutputPart,
  Tool,
  ToolChoice,
  ToolResult,
} from "../../src/dialects/conversation.ts";

/** Any text with something to see in it, of any script. */
export const text = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
  .filter((one) => one.trim() !== "" && one.isWellFormed());

export const name = fc.stringMatching(/^[a-z]\w{0,10}$/);
export const count = (most = 1000) => fc.nat({ max: most });
export const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });

const anyJson = fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" });
export const args = fc
  .dictionary(name, anyJson, { maxKeys: 3, noNullPrototype: true })
  .map((value) => JSON.stringify(value));

export const toText = (one: string) => ({ kind: "text", text: one, citations: [], cache: null }) as const;
export const textPart = text.map(toText);

const base64 = fc.uint8Array({ minLength: 3, maxLength: 12 }).map((bytes) => bytes.toBase64());
const image = fc
  .record({ data: base64, mediaType: fc.constantFrom("image/png", "image/jpeg", "image/webp", "image/gif") })
  .map((source) => ({ kind: "image", source: { kind: "base64", ...source }, detail: null, cache: null }) as const);
const pdf = base64.map((data): InputPart => ({
  kind: "file",
  source: { kind: "base64", data, mediaType: "application/pdf" },
  name: "a.pdf",
  context: null,
  cite: false,
  cache: null,
}));

const inputPart: fc.Arbitrary<InputPart> = fc.oneof(
  { weight: 4, arbitrary: textPart },
  { weight: 1, arbitrary: image },
  { weight: 1, arbitrary: pdf },
);

export const call = (id: string, tool: string, json: string): OutputPart & { readonly kind: "tool_call" } => ({
  kind: "tool_call",
  id,
  name: tool,
  arguments: json,
  isCustom: false,
  signature: null,
  cache: null,
});

interface Round {
  readonly user: readonly InputPart[];
  readonly said: readonly string[];
  readonly calls: readonly {
    readonly tool: string;
    readonly json: string;
    readonly result: string;
    readonly isError: boolean;
  }[];
  readonly picture: InputPart | null;
  /** What the developer says in between. */
  readonly late: string | null;
}

const round = (tools: readonly string[]): fc.Arbitrary<Round> =>
  fc.record({
    user: fc.array(inputPart, { minLength: 1, maxLength: 3 }),
    said: fc.array(text, { minLength: 1, maxLength: 2 }),
    calls:
      tools.length === 0
        ? fc.constant([])
        : fc.array(
            fc.record({
              tool: fc.constantFrom(...tools),
              json: args,
              // What is JSON is another thing to Gemini than a text.
              result: text.map((one) => `r ${one}`),
              isError: fc.boolean(),
            }),
            { maxLength: 3 },
          ),
    picture: maybe(image),
    late: maybe(text),
  });

const toMessages = (rounds: readonly Round[]): readonly Message[] => {
  let calls = 0;
  return rounds.flatMap((one): readonly Message[] => {
    const made = one.calls.map(({ tool, json: arguments_ }) => call(`call_${++calls}`, tool, arguments_));
    const results = made.map((part, at): ToolResult => {
      const { result = "", isError = false } = one.calls[at] ?? {};
      const picture = at === 0 && one.picture !== null && !isError ? [one.picture] : [];
      const content = [toText(result), ...picture];
      return { callId: part.id, name: part.name, content, isError, isCustom: false, cache: null };
    });
    const assistant: Message = { role: "assistant", content: [...one.said.map(toText), ...made], name: null };
    const asked: Message = { role: "user", content: one.user, name: null };
    const late = one.late === null ? [] : [{ role: "developer", content: [toText(one.late)], name: null } as const];
    return results.length === 0 ? [...late, asked, assistant] : [...late, asked, assistant, { role: "tool", results }];
  });
};

const schema: fc.Arbitrary<JsonObject> = fc
  .dictionary(name, fc.constantFrom({ type: "string" }, { type: "number" }, { type: "boolean" }), { maxKeys: 3 })
  .map((properties) => ({ type: "object", properties: { ...properties } }));

const tool = (called: string): fc.Arbitrary<Tool> =>
  fc.record({ description: maybe(text), parameters: schema }).map(({ description, parameters }) => ({
    kind: "function",
    name: called,
    description,
    parameters,
    strict: null,
    cache: null,
  }));

const choice = (names: readonly string[]): fc.Arbitrary<ToolChoice | null> =>
  names.length === 0
    ? fc.constant(null)
    : maybe(
        fc.oneof(
          fc.record({ kind: fc.constantFrom("auto", "none", "required") }),
          fc.constantFrom(...names).map((one): ToolChoice => ({ kind: "tool", name: one })),
        ),
      );

const settings = {
  maxOutputTokens: maybe(fc.integer({ min: 16, max: 4000 })),
  temperature: maybe(fc.constantFrom(0, 0.25, 0.5, 1)),
  topP: maybe(fc.constantFrom(0.1, 0.5, 0.9)),
  topK: maybe(fc.integer({ min: 1, max: 100 })),
  seed: maybe(count()),
  candidates: maybe(fc.integer({ min: 2, max: 4 })),
  stop: fc.uniqueArray(name, { maxLength: 4 }),
  presencePenalty: maybe(fc.constantFrom(-0.5, 0.5)),
  frequencyPenalty: maybe(fc.constantFrom(-0.5, 0.5)),
  topLogprobs: maybe(fc.integer({ min: 1, max: 5 })),
  logitBias: maybe(fc.constant({ "7": -5 })),
  verbosity: maybe(fc.constantFrom("low", "high")),
  user: maybe(name),
  metadata: maybe(fc.dictionary(name, name, { minKeys: 1, maxKeys: 2, noNullPrototype: true })),
};

/** A conversation as a client of no dialect in particular would have it; it ends in a turn of the user. */
export const arbitraryConversation: fc.Arbitrary<Conversation> = fc
  .uniqueArray(name, { maxLength: 3 })
  .chain((names) =>
    fc.record({
      ...settings,
      system: fc.array(text, { maxLength: 2 }),
      rounds: fc.array(round(names), { maxLength: 3 }),
      last: fc.array(inputPart, { minLength: 1, maxLength: 2 }),
      tools: names.length === 0 ? fc.constant([]) : fc.tuple(...names.map(tool)),
      toolChoice: choice(names),
      output: maybe(schema),
    }),
  )
  // oxlint-disable-next-line oxc/no-map-spread -- of one value, not of a list
  .map(({ system, rounds, last, output, ...rest }) => ({
    ...rest,
    model: "m",
    stream: false,
    messages: [
      ...(system.length === 0 ? [] : [{ role: "system", content: system.map(toText), name: null } as const]),
      ...toMessages(rounds),
      { role: "user", content: last, name: null },
    ],
    parallelToolCalls: null,
    output:
      output === null ? null : { kind: "schema", name: "response", description: null, schema: output, strict: null },
    reasoning: null,
    serviceTier: null,
    store: null,
    previousResponseId: null,
    cache: null,
    wantsUsage: true,
    native: { dialect: "openai-chat", fields: {} },
  }));
