import { expect, test } from "bun:test";
import type { JsonObject } from "../../src/dialects/conversation.ts";
import { createKeys } from "../../src/cassette/key/key.ts";
import { createSecrets } from "../../src/cassette/record/secrets.ts";
import type { EndpointName } from "../../src/mock/asked.ts";
import type { Normalization, Profile } from "../../src/mock/settings.ts";
import { makeFolder } from "../support/folder.ts";
import { ask, chat, chatReply, nobody, openTape, read, startProvider } from "./support.ts";

const secrets = createSecrets({ isBuiltIn: true, patterns: [] });

const keyOf = (
  body: JsonObject,
  profile: Profile = "semantic",
  normalize: readonly Normalization[] = [],
  endpoint: EndpointName = "chat",
  path = "/v1/chat/completions",
): string => {
  const keys = createKeys({ profile, ignore: ["seed"], normalize }, secrets);
  return keys.keyed({ method: "POST", path, query: "", headers: {}, endpoint, body }).key;
};

const hello = chat("hello");
const tool = { type: "function", function: { name: "f", parameters: { type: "object", properties: { a: {} } } } };

const called = (id: string): JsonObject => ({
  model: "gpt-4o",
  messages: [
    { role: "user", content: "hello" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id, type: "function", function: { name: "f", arguments: '{"a":1}' } }],
    },
    { role: "tool", tool_call_id: id, content: "1" },
  ],
});

const same: readonly (readonly [name: string, one: JsonObject, other: JsonObject])[] = [
  [
    "a text and a list with that text",
    hello,
    chat("", { messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }] }),
  ],
  ["key order", hello, { messages: [{ content: "hello", role: "user" }], model: "gpt-4o" }],
  [
    "stream and how it is carried",
    hello,
    { ...hello, stream: true, stream_options: { include_usage: true }, user: "u", store: true },
  ],
  ["a release of the model", hello, { ...hello, model: "openai/gpt-4o-2024-08-06" }],
  [
    "what is taken for granted",
    hello,
    { ...hello, n: 1, temperature: 1, tool_choice: null, response_format: { type: "text" } },
  ],
  ["what is ignored", hello, { ...hello, seed: 7 }],
  ["ids of calls", called("call_x"), called("call_y")],
  [
    "spaces in arguments",
    called("a"),
    JSON.parse(JSON.stringify(called("a")).replace('{\\"a\\":1}', '{ \\"a\\": 1 }')),
  ],
  [
    "system and developer",
    chat("", { messages: [{ role: "system", content: "s" }] }),
    chat("", { messages: [{ role: "developer", content: "s" }] }),
  ],
];
test.each(same)("semantic: %s make no difference", (_, one, other) => {
  expect(keyOf(one)).toBe(keyOf(other));
});

const different: readonly (readonly [name: string, other: JsonObject])[] = [
  ["another text", chat("hello!")],
  [
    "a system prompt",
    chat("", {
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "hello" },
      ],
    }),
  ],
  ["another model", { ...hello, model: "gpt-4o-mini" }],
  ["a tool", { ...hello, tools: [tool] }],
  ["temperature 0", { ...hello, temperature: 0 }],
  ["two answers", { ...hello, n: 2 }],
  ["structured output", { ...hello, response_format: { type: "json_object" } }],
  ["a stop sequence", { ...hello, stop: ["x"] }],
  ["a field nobody knows", { ...hello, new_field: 1 }],
  ["a further turn", called("a")],
];
test.each(different)("semantic: %s makes a difference", (_, other) => {
  expect(keyOf(other)).not.toBe(keyOf(hello));
});

test("exact: every field counts but stream and what is ignored", () => {
  expect(keyOf({ ...hello, stream: true, seed: 1 }, "exact")).toBe(keyOf(hello, "exact"));
  expect(keyOf({ ...hello, n: 1 }, "exact")).not.toBe(keyOf(hello, "exact"));
  expect(keyOf({ ...hello, user: "u" }, "exact")).not.toBe(keyOf(hello, "exact"));
});

test("conversation: system and tools make no difference, the rest does", () => {
  const prompted = chat("", {
    messages: [
      { role: "system", content: "s" },
      { role: "user", content: "hello" },
    ],
    tools: [tool],
  });
  expect(keyOf(prompted, "conversation")).toBe(keyOf(hello, "conversation"));
  expect(keyOf(chat("bye"), "conversation")).not.toBe(keyOf(hello, "conversation"));
});

test("normalisations replace what differs from run to run", () => {
  const normalize: readonly Normalization[] = [
    { kind: "builtin", name: "uuid" },
    { kind: "builtin", name: "timestamps" },
    { kind: "regex", pattern: /run-\d+/, as: "run-$1" },
  ];
  const at = (id: string, time: string, run: string) => keyOf(chat(`${id} at ${time} in ${run}`), "exact", normalize);
  expect(at("0190163d-8694-739b-aea5-966c26f8ad91", "2026-11-20T10:02:11.5Z", "run-1")).toBe(
    at("550e8400-e29b-41d4-a716-446655440000", "2025-01-01 09:00", "run-22"),
  );
});

const formKey = (name: string, sha256: string): string => {
  const body = { model: "whisper-1", file: { name, type: "audio/wav", bytes: 3, sha256 } };
  return keyOf(body, "semantic", [], "transcriptions", "/v1/audio/transcriptions");
};

test("a form is the same whatever its files are called", () => {
  expect(formKey("tmp1.wav", "aa")).toBe(formKey("tmp2.wav", "aa"));
  expect(formKey("tmp1.wav", "aa")).not.toBe(formKey("tmp1.wav", "bb"));
});

const prompted = (system: string, question = "What is the weather?"): JsonObject =>
  chat("", {
    messages: [
      { role: "system", content: system },
      { role: "user", content: question },
    ],
  });

const recorded = async (folder: string, bodies: readonly JsonObject[]) => {
  await using provider = startProvider((_, { messages }) =>
    Response.json(chatReply(`for ${JSON.stringify(messages).length}`)),
  );
  const recorder = await openTape(folder, provider.send);
  for (const body of bodies) await read(await ask(recorder, body));
  await recorder.flush();
};

test("a miss shows the nearest three recordings, the differing message as one hunk", async () => {
  using folder = makeFolder();
  const system = "You are helpful.\nAnswer in one line.\nBe kind.\nNever lie.";
  await recorded(folder.path, [chat("a"), chat("b"), chat("c"), prompted(system), prompted(system, "Who are you?")]);
  const tape = await openTape(folder.path, nobody, { mode: "replay" });
  const played = await ask(tape, { ...prompted(system.replace("one line", "two lines")), temperature: 0 });
  if (played.kind !== "miss") throw new Error("found");
  expect(played.nearest.length).toBe(3);
  expect(played.nearest[0]).toEqual({
    id: expect.stringMatching(/^default\/[0-9a-f]{12}$/),
    diff: [
      "messages[0] (system) differs (- recorded, + asked):",
      "  You are helpful.",
      "- Answer in one line.",
      "+ Answer in two lines.",
      "  Be kind.",
      "also different: temperature (recorded nothing, asked 0)",
    ],
  });
});

test("a long line is shown around what differs in it", async () => {
  using folder = makeFolder();
  const long = `${"word ".repeat(200)}here${" word".repeat(200)}`;
  await recorded(folder.path, [chat(long)]);
  const played = await ask(
    await openTape(folder.path, nobody, { mode: "replay" }),
    chat(long.replace("here", "there")),
  );
  const lines = played.kind === "miss" ? (played.nearest[0]?.diff ?? []) : [];
  expect(lines.find((line) => line.startsWith("+"))).toContain("there");
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(200);
});

test("conversation replays behind a changed prompt and warns with the change", async () => {
  using folder = makeFolder();
  await recorded(folder.path, [prompted("You are helpful.\nBe kind.")]);
  const tape = await openTape(folder.path, nobody, { profile: "conversation", mode: "replay" });
  expect(await ask(tape, prompted("You are helpful.\nBe kind."))).toMatchObject({ kind: "replayed", warnings: [] });
  const played = await read(await ask(tape, prompted("You are helpful.\nBe brief.")));
  expect(played.warnings).toEqual([expect.stringContaining("- Be kind.\n+ Be brief.")]);
});

test("recordings of one profile are found under another, and after a normalisation was added", async () => {
  using folder = makeFolder();
  await recorded(folder.path, [prompted("It is 2026-11-20T10:00:00Z.")]);
  for (const profile of ["exact", "semantic", "conversation"] as const) {
    const tape = await openTape(folder.path, nobody, {
      profile,
      mode: "replay",
      normalize: [{ kind: "builtin", name: "timestamps" }],
    });
    expect((await ask(tape, prompted("It is 2027-01-01T00:00:00Z."))).kind).toBe("replayed");
  }
});
