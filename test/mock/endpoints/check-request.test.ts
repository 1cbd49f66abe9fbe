// What the official services refuse, and that they refuse nothing of what their own clients' helpers write.
import { expect, test } from "bun:test";
import { zodFunction, zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import type { JsonObject } from "../../../src/dialects/conversation.ts";
import { checkRequest } from "../../../src/mock/endpoints/check/check-request.ts";
import { findRoute } from "../../../src/mock/endpoints/routes.ts";
import { hello } from "../serve-mock.ts";

const objectionsTo = (path: string, body: JsonObject) => {
  const headers = new Headers();
  const route = findRoute(path, headers);
  if (route === undefined) throw new Error(`no route ${path}`);
  const { conversation } = route.endpoint.hear({ path, query: "", headers, body });
  return checkRequest({ path, dialect: route.dialect, body, conversation });
};

const chat = { model: "m", messages: hello };
const claude = { ...chat, max_tokens: 99 };
const gemini = { contents: [{ parts: [{ text: "Hi" }] }] };
const strictTool = (parameters: object) => ({
  ...chat,
  tools: [{ type: "function", function: { name: "f", strict: true, parameters } }],
});
const strictFormat = (schema: object) => ({
  ...chat,
  response_format: { type: "json_schema", json_schema: { name: "r", strict: true, schema } },
});
const open = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
const closed = { ...open, additionalProperties: false };

const cases: readonly (readonly [
  path: string,
  body: object,
  param: string | null,
  code: string | null,
  message: string,
])[] = [
  ["/v1/chat/completions", { ...chat, foo: 1 }, "foo", "unknown_parameter", "Unknown parameter: 'foo'."],
  ["/v1/responses", { model: "m", input: "Hi", messages: [] }, "messages", "unknown_parameter", "Unknown parameter"],
  ["/v1/embeddings", { model: "m", input: "Hi", size: 3 }, "size", "unknown_parameter", "Unknown parameter"],
  ["/v1/moderations", { input: "Hi", n: 3 }, "n", "unknown_parameter", "Unknown parameter"],
  ["/v1/images/generations", { prompt: "Hi", steps: 3 }, "steps", "unknown_parameter", "Unknown parameter"],
  ["/v1/messages", { ...claude, foo: 1 }, "foo", null, "Extra inputs are not permitted"],
  ["/v1beta/models/m:generateContent", { ...gemini, foo: 1 }, "foo", null, 'Unknown name "foo": Cannot find field.'],
  [
    "/v1beta/models/m:streamGenerateContent",
    { ...gemini, generation_config: { temperatur: 1 } },
    "generation_config",
    null,
    "Unknown name \"temperatur\" at 'generation_config': Cannot find field.",
  ],
  ["/v1/chat/completions", { ...chat, tools: [] }, "tools", "empty_array", "minimum length 1"],
  [
    "/v1/chat/completions",
    { ...chat, tools: [{ type: "function", function: { name: "a b" } }] },
    "tools[0].function.name",
    "invalid_value",
    "'^[a-zA-Z0-9_-]+$'",
  ],
  [
    "/v1/responses",
    { model: "m", input: "Hi", tools: [{ type: "function", name: "f".repeat(65), parameters: closed, strict: true }] },
    "tools[0].name",
    "string_above_max_length",
    "maximum length 64",
  ],
  [
    "/v1/chat/completions",
    strictTool(open),
    "tools[0].function.parameters",
    "invalid_function_parameters",
    "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be supplied and to be false.",
  ],
  [
    "/v1/chat/completions",
    strictFormat({ ...closed, required: [] }),
    "response_format",
    null,
    "Invalid schema for response_format 'r': In context=(), 'required' is required to be supplied and to be an array including every key in properties. Missing 'a'.",
  ],
  [
    "/v1/chat/completions",
    strictFormat({ type: "object", properties: { b: open }, required: ["b"], additionalProperties: false }),
    "response_format",
    null,
    "In context=('properties', 'b'), 'additionalProperties'",
  ],
  [
    "/v1/chat/completions",
    strictFormat({ type: "array", items: closed }),
    "response_format",
    null,
    "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.",
  ],
  [
    "/v1/chat/completions",
    strictFormat({ ...closed, properties: { a: { oneOf: [{ type: "string" }] } } }),
    "response_format",
    null,
    "In context=('properties', 'a'), 'oneOf' is not permitted.",
  ],
  [
    "/v1/responses",
    { model: "m", input: "Hi", text: { format: { type: "json_schema", name: "r", strict: true, schema: open } } },
    "text.format.schema",
    "invalid_json_schema",
    "additionalProperties",
  ],
  [
    "/v1/chat/completions",
    { ...chat, response_format: { type: "json_object" } },
    "messages",
    null,
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
  ],
  [
    "/v1/responses",
    { model: "m", input: "Hi", text: { format: { type: "json_object" } } },
    "input",
    null,
    "'input' must contain the word 'json'",
  ],
  ["/v1/chat/completions", { ...chat, metadata: { a: 1 } }, "metadata.a", "invalid_type", "got a number instead"],
  ["/v1/chat/completions", { ...chat, logit_bias: { "5": 101 } }, "logit_bias", "invalid_value", "-100 and 100"],
  ["/v1/chat/completions", { ...chat, verbosity: "huge" }, "verbosity", "invalid_value", "'low', 'medium', and 'high'"],
  ["/v1/chat/completions", { ...chat, service_tier: "gold" }, "service_tier", "invalid_value", "'gold'"],
  [
    "/v1/messages",
    { ...claude, tools: [{ name: "a b", input_schema: { type: "object" } }] },
    "tools.0.custom.name",
    null,
    "String should match pattern",
  ],
  [
    "/v1/messages",
    { ...claude, messages: [...hello, { role: "assistant", content: "So: " }] },
    "messages",
    null,
    "final assistant content cannot end with trailing whitespace",
  ],
];

test.each(cases)("%s %j is refused for %s", (path, body, param, code, message) => {
  const [first] = objectionsTo(path, { ...body });
  expect(first).toMatchObject({ kind: "invalid_request", status: 400, param, code });
  expect(first?.message).toContain(message);
});

const Place = z.object({
  city: z.string(),
  unit: z.enum(["C", "F"]).nullable(),
  days: z.array(z.object({ n: z.number() })),
});

test.each([
  ["/v1/chat/completions", { ...chat, tools: [zodFunction({ name: "f", parameters: Place })] }],
  ["/v1/chat/completions", { ...chat, response_format: zodResponseFormat(Place, "place") }],
  ["/v1/responses", { model: "m", input: "Hi", text: { format: zodTextFormat(Place, "place") } }],
  [
    "/v1/chat/completions",
    { ...chat, response_format: { type: "json_object" }, messages: [{ role: "user", content: "As JSON" }] },
  ],
  ["/v1/chat/completions", { ...chat, max_tokens: 5, metadata: { a: "b" }, verbosity: "low", service_tier: "auto" }],
  ["/v1/messages", { ...claude, temperature: 0.5, stop_sequences: ["x"], mcp_servers: [] }],
  [
    "/v1beta/models/m:generateContent",
    { ...gemini, generation_config: { topK: 3, max_output_tokens: 5 }, safety_settings: [] },
  ],
  ["/v1beta/openai/chat/completions", { ...chat, extra_body: {} }],
] as const)("%s %j is not refused", (path, body) => {
  expect(objectionsTo(path, { ...body })).toEqual([]);
});

test("what Codex and Google's SDK send beyond their types is taken", () => {
  const codex = { model: "m", input: "Hi", client_metadata: { "x-codex-installation-id": "1" } };
  expect(objectionsTo("/v1/responses", codex)).toEqual([]);
  const image = { ...gemini, generationConfig: { imageConfig: { aspectRatio: "1:1" } } };
  expect(objectionsTo("/v1beta/models/m:generateContent", image)).toEqual([]);
});
