import { BadRequestError as AnthropicBadRequest } from "@anthropic-ai/sdk";
import { ApiError } from "@google/genai";
import { expect, test } from "bun:test";
import { BadRequestError } from "openai";
import { createEngine } from "../../../src/mock/engine.ts";
import type { Played, Tape } from "../../../src/mock/tape.ts";
import { exitCodeOf } from "../../../src/mock/journal/verdict.ts";
import { rejectionOf } from "../serve-mock.ts";
import { chatOf, fixture, partsOf, serveEngine, setOf } from "./serve-engine.ts";

type Nearest = Extract<Played, { kind: "miss" }>["nearest"];

/** Recordings of which none fits. */
const tapeOf = (nearest: Nearest): Tape => ({
  play: () => ({ kind: "miss", nearest }),
  report: () => ({ unused: [], stale: [], refused: [] }),
  rewind: () => {},
  lacks: () => false,
  flush: () => Promise.resolve(),
});

const fixtures = setOf(
  fixture("greet", { user: "hello", model: "gpt-6.1-sol" }, "Hi"),
  fixture("far", { user: "other", model: "other" }, "Hm"),
);

test("a miss is said in every dialect, and no SDK asks again", async () => {
  await using mock = serveEngine({ fixtures });
  const { openai, anthropic, gemini } = mock;
  const openaiError = await rejectionOf(openai.chat.completions.create(chatOf("what is the weather?")));
  expect(openaiError).toBeInstanceOf(BadRequestError);
  expect(openaiError).toMatchObject({ status: 400, code: "mock_no_match", type: "invalid_request_error" });
  const anthropicError = await rejectionOf(anthropic.messages.create({ ...chatOf("weather"), max_tokens: 5 }));
  expect(anthropicError).toBeInstanceOf(AnthropicBadRequest);
  const geminiError = await rejectionOf(gemini.models.generateContent({ model: "g", contents: "weather" }));
  expect(geminiError).toBeInstanceOf(ApiError);
  const responsesError = await rejectionOf(openai.responses.create({ model: "m", input: "weather" }));
  expect(responsesError).toMatchObject({ status: 400, code: "mock_no_match" });
  for (const error of [openaiError, anthropicError, geminiError, responsesError]) {
    expect(String(error)).toContain("mock_no_match");
    expect(String(error)).toContain("greet");
  }
  expect(mock.engine.verdict().requests).toBe(4);
});

test("a miss tells what was asked, the nearest fixture with what differs, and where to look", async () => {
  await using mock = serveEngine({ fixtures });
  const error = await rejectionOf(mock.openai.chat.completions.create(chatOf("what is the weather?")));
  const text = String(error);
  expect(text).toContain(
    'POST /v1/chat/completions, endpoint chat, model "gpt-6.1-sol", scope default, request 1 of it, user "what is the weather?"',
  );
  expect(text).toContain(
    'Nearest fixture: greet (mock/test.yaml:3): user: wanted "hello", got "what is the weather?" (holds: model)',
  );
  expect(text).toContain("qlite mock explain");
});

const told = async (nearest: Nearest, set: typeof fixtures | null): Promise<string> => {
  await using mock = serveEngine({ fixtures: set, tape: tapeOf(nearest) });
  return String(await rejectionOf(mock.openai.chat.completions.create(chatOf("what is the weather?"))));
};

test("a miss with recordings names the commands for them; `explain` only where there are fixtures", async () => {
  const near = await told([{ id: "default/1", diff: ["- sun", "+ weather"] }], fixtures);
  expect(near).toContain("qlite record -- <command>; if an edit was meant: qlite cassette accept");
  expect(near).toContain("qlite mock explain");
  const bare = await told([], null);
  expect(bare).toContain("To record it: qlite record -- <command>\n");
  expect(bare).not.toContain("cassette accept");
  expect(bare).not.toContain("qlite mock explain");
});

test("prompts are in no message that leaves the machine", async () => {
  const engine = createEngine(partsOf({ fixtures, isLoopback: false }));
  const ask = async (address: string | null) => {
    const request = new Request("http://mock/v1/chat/completions", {
      method: "POST",
      body: JSON.stringify(chatOf("my secret plan")),
    });
    const reply = await engine.fetch(request, ...(address === null ? [] : [{ address: () => address }]));
    return reply.text();
  };
  expect(await ask("127.0.0.1")).toContain("my secret plan");
  for (const address of ["10.0.0.7", "", null]) {
    const text = await ask(address);
    expect(text).toContain("greet (mock/test.yaml:3): user");
    expect(text).not.toContain("secret plan");
  }
});

test("recordings are asked behind fixtures, and the nearest of them is told when it is another", async () => {
  const tape: Tape = {
    play: ({ ordinal, scope }) =>
      ordinal === 0
        ? {
            kind: "replayed",
            id: `${scope}#1`,
            said: {
              status: 200,
              headers: { "content-type": "application/json" },
              body: { kind: "whole", bytes: "{}" },
            },
            isTranscoded: true,
            warnings: ["an old one"],
          }
        : { kind: "miss", nearest: [{ id: "checkout#2", diff: ["messages[0].content", "- Be terse", "+ Be kind"] }] },
    report: () => ({ unused: ["checkout#9"], stale: [], refused: [] }),
    rewind: () => {},
    lacks: () => false,
    flush: () => Promise.resolve(),
  };
  await using mock = serveEngine({ fixtures, tape });
  const ask = () => fetch(`${mock.url}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatOf("x")) });
  const replayed = await ask();
  expect(replayed.headers.get("x-qlite-source")).toBe("cassette");
  expect(replayed.headers.get("x-qlite-replay")).toBe("transcoded");
  const missed = await ask();
  expect(missed.headers.get("x-qlite-source")).toBe("error");
  const { error } = await missed.json();
  expect(error.message).toContain(
    "Nearest recording: checkout#2\n    messages[0].content\n    - Be terse\n    + Be kind",
  );
  expect(mock.engine.verdict()).toMatchObject({
    outcomes: { replayed: 1, unmatched: 1 },
    warnings: ["an old one"],
    unusedRecordings: ["checkout#9"],
    unmatched: [{ diff: ["checkout#2: messages[0].content", "checkout#2: - Be terse", "checkout#2: + Be kind"] }],
  });
});

test("a miss that the application swallowed still fails the run, however much comes behind it", async () => {
  await using mock = serveEngine({ fixtures, journal: { max: 2, maxBodyBytes: 1000 } });
  await mock.openai.chat.completions.create(chatOf("swallowed")).catch(() => {});
  for (let at = 0; at < 5; at += 1) await mock.openai.chat.completions.create(chatOf("hello"));
  expect(mock.engine.state.journal.kept()).toHaveLength(2);
  const verdict = mock.engine.verdict();
  expect(verdict).toMatchObject({ requests: 6, outcomes: { matched: 5, unmatched: 1 } });
  expect(verdict.unmatched[0]).toMatchObject({ status: 400, nearest: [{ id: "greet" }, { id: "far" }] });
  expect(verdict.unmatched[0]?.body).toContain("swallowed");
  expect(exitCodeOf(verdict, { failsUnused: false, failsStale: false })).toBe(3);
  await mock.control("POST", "reset");
  expect(exitCodeOf(mock.engine.verdict(), { failsUnused: false, failsStale: false })).toBe(3);
  await mock.control("POST", "reset", { verdict: true });
  expect(exitCodeOf(mock.engine.verdict(), { failsUnused: false, failsStale: false })).toBe(0);
});

test("a secret in the prompt or the model is not repeated by a miss, whose text ends up in logs", async () => {
  await using mock = serveEngine({ fixtures });
  const secret = "sk-proj-abcdefghijklmnop1234";
  const request = { ...chatOf(`my key is ${secret}`), model: secret };
  const error = await rejectionOf(mock.openai.chat.completions.create(request));
  expect(String(error)).toContain("mock_no_match");
  expect(String(error)).not.toContain(secret);
});

test("a fixture that is used up is nearer than one for something else", async () => {
  const spent = { ...fixture("spent", { user: "steps" }, "once"), exhausted: "fail" } as const;
  await using mock = serveEngine({ fixtures: setOf(fixture("other", { user: "charge" }, "x"), spent) });
  await mock.openai.chat.completions.create(chatOf("steps"));
  const error = await rejectionOf(mock.openai.chat.completions.create(chatOf("steps")));
  expect(String(error)).toContain("Nearest fixture: spent");
});

test("an address nobody serves is a request that nothing answers, a look at / is none", async () => {
  await using mock = serveEngine({ fixtures });
  expect((await fetch(mock.url, { method: "HEAD" })).status).toBe(404);
  expect(exitCodeOf(mock.engine.verdict(), { failsUnused: false, failsStale: false })).toBe(0);
  expect((await fetch(`${mock.url}/v1/files`)).status).toBe(404);
  expect(exitCodeOf(mock.engine.verdict(), { failsUnused: false, failsStale: false })).toBe(3);
});
