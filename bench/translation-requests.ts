import type { ClientDialectName } from "../src/dialects/conversation.ts";

/** The dialects, each as client and as upstream. */
export const dialectNames = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const;

/** How a request is made: `small` is one short question, `large` a coding agent's turn. */
export type Size = "small" | "large";

type Round = {
  readonly text: string;
  readonly id: string;
  readonly name: string;
  readonly input: object;
  readonly result: string;
};

/** One conversation before it is said in a dialect. */
type Talk = {
  readonly system: string;
  readonly question: string;
  readonly rounds: readonly Round[];
  readonly tools: readonly { readonly name: string; readonly description: string; readonly schema: object }[];
};

const rule =
  "Read a file before you change it; keep each change as small as the task allows, and say what you left out. ";

// What files and commands look like: quotes, escapes, versions, hashes, times, and letters outside ASCII.
const file = `1\\timport { open } from "./store.ts";
2\\t
3\\t/** Größe in bytes; see RFC 9110, section 8.6 – "content-length". */
4\\texport const sizeOf = (path: string): number => {
5\\t  const found = open(path);
6\\t  return found === null ? 0 : found.length * 1.50;
7\\t};
$ git log --oneline: 3e5f0a1 fix(store): version 2.10, was 1.0 (2026-11-22T08:30:15.120Z)
  12 pass, 0 fail, 1234567890123456 ns, exit code 0
`;

const toolNames = "read_file write_file edit_file list_files search run_shell fetch_page todo ask plan diff test".split(
  " ",
);

const tools = toolNames.map((name) => ({
  name,
  description: `Use ${name} for what it says. ${rule.repeat(4)}`,
  schema: {
    type: "object",
    properties: {
      path: { type: "string", description: "The file, from the root of the project." },
      from: { type: "integer", description: "The first line, counted from 1.", minimum: 1 },
      text: { type: "string", description: "What to put there." },
      mode: { type: "string", enum: ["once", "all"] },
    },
    required: ["path"],
    additionalProperties: false,
  },
}));

/** 300 messages of about 200 KB: a system prompt, a question, then 149 calls of a tool with their results. */
const large: Talk = {
  system: `You are a coding agent. ${rule.repeat(120)}`,
  question: "Why is the size of a file wrong after an edit? Find the cause, fix it, and add a test.",
  rounds: Array.from({ length: 149 }, (_, at) => ({
    text: `Step ${at + 1}: I look at file ${at} to see who calls sizeOf, and what it gives when nothing is there.`,
    id: `call_${String(at).padStart(24, "0")}`,
    name: toolNames[at % toolNames.length] ?? "",
    input: { path: `src/store/part-${at}.ts`, from: at + 1, text: `const size${at} = "a \\"b\\" ${at}";\n` },
    result: `file ${at}\n${file.repeat(at % 3 === 0 ? 1 : 2)}`,
  })),
  tools,
};

const small: Talk = {
  system: "You are terse.",
  question: "Say something about a fox and a dog.",
  rounds: [],
  tools: [],
};

const talks: Readonly<Record<Size, Talk>> = { small, large };

/** What every dialect says of a request in the same place. */
type Head = { readonly model: string; readonly stream?: true };

type Say = (talk: Talk, head: Head) => object;

const toChat: Say = ({ system, question, rounds, tools: given }, head) => ({
  ...head,
  messages: [
    { role: "system", content: system },
    { role: "user", content: question },
    ...rounds.flatMap(({ text, id, name, input, result }) => [
      {
        role: "assistant",
        content: text,
        tool_calls: [{ id, type: "function", function: { name, arguments: JSON.stringify(input) } }],
      },
      { role: "tool", tool_call_id: id, content: result },
    ]),
  ],
  ...(given.length > 0 && {
    tools: given.map(({ name, description, schema }) => ({
      type: "function",
      function: { name, description, parameters: schema },
    })),
  }),
});

const toResponses: Say = ({ system, question, rounds, tools: given }, head) => ({
  ...head,
  instructions: system,
  input: [
    { role: "user", content: [{ type: "input_text", text: question }] },
    ...rounds.flatMap(({ text, id, name, input, result }) => [
      { type: "message", role: "assistant", content: [{ type: "output_text", text, annotations: [] }] },
      { type: "function_call", call_id: id, name, arguments: JSON.stringify(input) },
      { type: "function_call_output", call_id: id, output: result },
    ]),
  ],
  ...(given.length > 0 && {
    tools: given.map(({ name, description, schema }) => ({
      type: "function",
      name,
      description,
      parameters: schema,
      strict: false,
    })),
  }),
});

const toAnthropic: Say = ({ system, question, rounds, tools: given }, head) => ({
  ...head,
  max_tokens: 4096,
  system,
  messages: [
    { role: "user", content: question },
    ...rounds.flatMap(({ text, id, name, input, result }) => [
      {
        role: "assistant",
        content: [
          { type: "text", text },
          { type: "tool_use", id, name, input },
        ],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: result }] },
    ]),
  ],
  ...(given.length > 0 && {
    tools: given.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
  }),
});

const toGemini: Say = ({ system, question, rounds, tools: given }) => ({
  systemInstruction: { parts: [{ text: system }] },
  contents: [
    { role: "user", parts: [{ text: question }] },
    ...rounds.flatMap(({ text, id, name, input, result }) => [
      { role: "model", parts: [{ text }, { functionCall: { id, name, args: input } }] },
      { role: "user", parts: [{ functionResponse: { id, name, response: { result } } }] },
    ]),
  ],
  ...(given.length > 0 && {
    tools: [
      {
        functionDeclarations: given.map(({ name, description, schema }) => ({
          name,
          description,
          parametersJsonSchema: schema,
        })),
      },
    ],
  }),
});

const sayers: Readonly<Record<ClientDialectName, Say>> = {
  "openai-chat": toChat,
  "openai-responses": toResponses,
  anthropic: toAnthropic,
  gemini: toGemini,
};

/** The JSON of a request in a dialect, as its official SDK spells it. */
export const requestOf = (dialect: ClientDialectName, size: Size, model: string, isStream: boolean): string =>
  JSON.stringify(sayers[dialect](talks[size], isStream ? { model, stream: true } : { model }));

/** Where a client of the dialect sends it. */
export const pathOf = (dialect: ClientDialectName, model: string, isStream: boolean): string =>
  ({
    "openai-chat": "/v1/chat/completions",
    "openai-responses": "/v1/responses",
    anthropic: "/v1/messages",
    gemini: `/v1beta/models/${model}:${isStream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  })[dialect];
