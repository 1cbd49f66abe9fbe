import { expect, test } from "bun:test";
import { BadRequestError, RateLimitError } from "openai";
import { join } from "node:path";
import { rejectionOf } from "../serve-mock.ts";
import { isWhole } from "../../../src/mock/import/report.ts";
import { createFolder, fixtures, importInto, lintOf, placesOf, serveImported } from "./support.ts";

const fixture = (content: string) => ({ match: { userMessage: content }, response: { content } });
const user = (content: string) => [{ role: "user" as const, content }];

test("aimock: all that has words here is carried over, lints clean, and is answered to the official SDK", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const report = await importInto(folder, "aimock", [join(fixtures, "aimock/agent.json")]);
  expect(report.notes).toEqual([]);
  expect(isWhole(report)).toBe(true);
  expect(report.written).toEqual([{ file: "out/agent.yaml", count: 8, scope: null }]);
  expect(lintOf(folder)).toEqual([]);

  expect(temporary.read("out/agent.yaml")).toContain("      embedding: [0.5, -0.25, 1]\n");

  await using served = await serveImported(folder);
  const chat = served.openai.chat.completions;
  const tools = [{ type: "function" as const, function: { name: "get_weather", parameters: { type: "object" } } }];
  const called = await chat.create({ model: "gpt-4o", messages: user("weather in Oslo?"), tools });
  const [call] = called.choices[0]?.message.tool_calls ?? [];
  expect(call).toMatchObject({ id: "call_oslo", function: { name: "get_weather", arguments: '{"city":"Oslo"}' } });
  expect(called.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 });

  const result = { role: "tool" as const, tool_call_id: "call_oslo", content: "heavy rain" };
  const turn = { role: "assistant" as const, tool_calls: call === undefined ? [] : [call] };
  const messages = [...user("weather in Oslo?"), turn, result];
  expect((await chat.create({ model: "gpt-4o", messages, tools })).choices[0]?.message.content).toBe(
    "Take an umbrella.",
  );

  const jokes: unknown[] = [];
  for (let n = 0; n < 4; n += 1) {
    const reply = await chat.create({ model: "gpt-4o", messages: user("tell me a joke") });
    jokes.push(reply.choices[0]?.message.content);
  }
  expect(jokes).toEqual(["The first one.", "The second one.", "No more jokes.", "No more jokes."]);

  const terse = [{ role: "system" as const, content: "Be terse in Oslo" }, ...user("cat /etc/passwd")];
  const read = await chat.create({ model: "gpt-4o-2024-08-06", messages: terse });
  expect(read).toMatchObject({
    id: "chatcmpl-fixed",
    choices: [{ message: { content: "I read {{nothing}} there." } }],
  });
  expect(await rejectionOf(chat.create({ model: "gpt-4o-mini", messages: terse }))).toBeInstanceOf(BadRequestError);

  const vectors = await served.openai.embeddings.create({ model: "e", input: "hello", encoding_format: "float" });
  expect(vectors.data[0]?.embedding).toEqual([0.5, -0.25, 1]);

  const error = await rejectionOf(chat.create({ model: "gpt-4o", messages: user("too fast") }, { maxRetries: 0 }));
  if (!(error instanceof RateLimitError)) throw error;
  expect([error.code, error.headers.get("retry-after")]).toEqual(["rate_limit_exceeded", "7"]);
});

test("aimock: what cannot be carried over, or only in part, is named with file, line, place and what to do", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const report = await importInto(folder, "aimock", [join(fixtures, "aimock/odd.json")]);
  expect(isWhole(report)).toBe(false);
  expect(report.written).toEqual([{ file: "out/odd.yaml", count: 2, scope: null }]);
  expect(placesOf(report).toSorted()).toEqual([
    "left_out odd.json:13 fixtures[2]",
    "left_out odd.json:18 fixtures[3].match.endpoint",
    "left_out odd.json:22 fixtures[4].match.weekday",
    "left_out odd.json:27 fixtures[5].response.toolCalls",
    "left_out odd.json:4 fixtures[0].match.predicate",
    "note odd.json:11 fixtures[1].metadata",
    "partly odd.json:10 fixtures[1].chaos",
    "partly odd.json:32 fixtures[6].recordedTimings",
    "partly odd.json:33 fixtures[6].colour",
    "partly odd.json:9 fixtures[1].response.finishReason",
    "partly odd.json:9 fixtures[1].response.webSearches",
  ]);
  expect(report.notes.filter(({ kind, todo }) => kind !== "note" && todo === "")).toEqual([]);
  expect(lintOf(folder)).toEqual([]);
});

test("llmposter: texts, scenarios, templates, errors and failures are answered as they were", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const report = await importInto(folder, "llmposter", [join(fixtures, "llmposter/basic.yaml")]);
  expect(report.notes).toEqual([]);
  expect(lintOf(folder)).toEqual([]);

  await using served = await serveImported(folder);
  const ask = async (content: string, model = "claude-test") => {
    const reply = await served.anthropic.messages.create({ model, max_tokens: 64, messages: user(content) });
    const [block] = reply.content;
    return { block, reason: reply.stop_reason };
  };
  expect(await ask("HELLO you")).toMatchObject({
    block: { text: "Hello, claude-test heard: HELLO you" },
    reason: "max_tokens",
  });
  expect(await ask("the weather")).toMatchObject({ block: { name: "get_weather", input: { location: "Paris" } } });
  expect(await ask("the weather")).toMatchObject({ block: { text: "22 degrees in Paris." } });
  expect(await ask("anything else")).toMatchObject({ block: { text: "I do not know." } });
  expect(await ask("bad question")).toMatchObject({ reason: "refusal" });
  const error = await rejectionOf(
    served.anthropic.messages.create({ model: "my-fail-model", max_tokens: 1, messages: user("x") }, { maxRetries: 0 }),
  );
  expect(error).toMatchObject({ status: 429 });
  const stream = await served.openai.chat.completions.create({
    model: "m",
    messages: user("broken stream"),
    stream: true,
  });
  let text = "";
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  expect(text).toBe("A text of some l");
});

test("llmposter: branching scenarios, programs in templates and patterns without end are left out by name", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const report = await importInto(folder, "llmposter", [join(fixtures, "llmposter/odd.yaml")]);
  expect(placesOf(report).toSorted()).toEqual([
    "left_out odd.yaml:12 fixtures[3]",
    "left_out odd.yaml:3 fixtures[0].scenario",
    "left_out odd.yaml:7 fixtures[1].response.content_template",
    "note odd.yaml:11 fixtures[2].failure.chaos_seed",
    "partly odd.yaml:11 fixtures[2].failure.duplicate_frames",
  ]);
  expect(lintOf(folder)).toEqual([]);
});

test("mock-llm: the last rule that fits wins, and queries of the request become templates", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const report = await importInto(folder, "mock-llm", [join(fixtures, "mock-llm/mock-llm.yaml")]);
  expect(report.notes).toEqual([]);
  expect(lintOf(folder)).toEqual([]);

  await using served = await serveImported(folder);
  const chat = served.openai.chat.completions;
  const ask = async (content: string) =>
    (await chat.create({ model: "gpt-4", messages: user(content) })).choices[0]?.message.content;
  expect(await ask("hello you")).toBe("Hi there!");
  expect(await ask("what?")).toBe("You said: what?");
  const error = await rejectionOf(chat.create({ model: "gpt-4", messages: user("error-401") }));
  expect(error).toMatchObject({ status: 401, code: "invalid_api_key" });
});

test("mock-llm: other queries, models and counts shared by rules are told", async () => {
  using temporary = createFolder();
  const { folder } = temporary;
  const report = await importInto(folder, "mock-llm", [join(fixtures, "mock-llm/odd.yaml")]);
  expect(placesOf(report)).toEqual([
    "left_out odd.yaml:2 rules[0]",
    "left_out odd.yaml:6 rules[1].match",
    "partly odd.yaml:9 rules[2].sequence",
    "partly odd.yaml:13 rules[3].sequence",
  ]);
  expect(lintOf(folder)).toEqual([]);
});

test("a fixture that holds a key is left out, and the key stands nowhere", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  const key = ["sk", "proj", "AbCdEfGh01234567"].join("-");
  write("in.json", JSON.stringify({ fixtures: [fixture("fine"), fixture(key)] }));
  const report = await importInto(folder, "aimock", ["in.json"]);
  expect(placesOf(report)).toEqual(["left_out in.json:1 fixtures[1]"]);
  expect(JSON.stringify(report) + temporary.read("out/in.yaml")).not.toContain(key);
});

const flow = (...states: readonly (readonly [required: string | null, next: string | null])[]) =>
  states.map(([required, next], place) => ({
    match: { user_message: "go" },
    scenario: {
      name: "f",
      ...(required === null ? {} : { required_state: required }),
      ...(next === null ? {} : { set_state: next }),
    },
    response: { content: `answer ${place}` },
  }));

test.each([
  ["a chain in another order", flow(["b", "c"], ["", "b"]), { turns: ["answer 1", "answer 0"] }],
  ["a last state that stays", flow(["", "b"], ["b", null]), { turns: ["answer 0", "answer 1"], exhausted: "repeat" }],
  ["a loop", flow(["", "b"], ["b", ""]), null],
  ["a state nobody sets", flow(["", "b"], ["c", "d"]), null],
  ["two for one state", flow(["", "b"], ["", "c"]), null],
  ["one for any state", flow([null, "b"]), null],
] as const)("llmposter: a scenario that is %s", async (_, scenario, wanted) => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  write("in.yaml", JSON.stringify({ fixtures: scenario }));
  const report = await importInto(folder, "llmposter", ["in.yaml"]);
  expect(report.notes.map(({ kind }) => kind)).toEqual(wanted === null ? scenario.map(() => "left_out") : []);
  const written = wanted === null ? null : Bun.YAML.parse(temporary.read("out/in.yaml"));
  expect(written).toEqual(wanted === null ? null : { fixtures: [{ match: { user: "go" }, ...wanted }] });
});

test("what is told of a file holds none of its keys", async () => {
  using temporary = createFolder();
  const { folder, write } = temporary;
  const key = ["sk", "proj", "AbCdEfGh01234567"].join("-");
  const odd = { match: { userMessage: "x" }, response: { content: "x", finishReason: key }, [key]: 1 };
  write("in.json", JSON.stringify({ fixtures: [odd, { match: { endpoint: key }, response: { content: "" } }] }));
  const report = await importInto(folder, "aimock", ["in.json"]);
  expect(report.notes).toHaveLength(3);
  expect(JSON.stringify(report)).not.toContain("AbCdEfGh");
});
