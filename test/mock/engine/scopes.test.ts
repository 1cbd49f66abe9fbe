import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { parseFault } from "../../../src/mock/faults/fault-schema.ts";
import type { Tape } from "../../../src/mock/tape.ts";
import { nobody, openTape } from "../../cassette/support.ts";
import { makeFolder } from "../../support/folder.ts";
import { chatOf, clientsOf, fixture, serveEngine, setOf } from "./serve-engine.ts";

const textOf = async (reply: Response) => (await reply.json()).candidates?.[0]?.content.parts[0].text;

const turns = fixture("turns", { user: "go" }, ["one", "two", "three"], { exhausted: "fail" });

test("a scope is named by path, by key, or by a header, and each has its own turns", async () => {
  await using mock = serveEngine({ fixtures: setOf(turns) });
  const { url } = mock;
  const clients: readonly OpenAI[] = [
    mock.openai,
    clientsOf(`${url}/@by-path`).openai,
    new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-qlite-by-key" }),
    new OpenAI({ baseURL: `${url}/v1`, apiKey: "sk-qlite-default", defaultHeaders: { "x-qlite-scope": "by-header" } }),
  ];
  for (const text of ["one", "two"]) {
    for (const client of clients) {
      const reply = await client.chat.completions.create(chatOf("go"));
      expect(reply.choices[0]?.message.content).toBe(text);
    }
  }
  const anthropic = new Anthropic({ baseURL: url, apiKey: "sk-qlite-by-key" });
  expect((await anthropic.messages.create({ ...chatOf("go"), max_tokens: 9 })).content).toMatchObject([
    { text: "three" },
  ]);
  const byKey = (path: string, headers: Record<string, string>) =>
    fetch(url + path, { method: "POST", headers, body: JSON.stringify({ contents: [{ parts: [{ text: "go" }] }] }) });
  const path = "/v1beta/models/g:generateContent";
  expect(await textOf(await byKey(`${path}?key=sk-qlite-google`, {}))).toBe("one");
  expect(await textOf(await byKey(path, { "x-goog-api-key": "sk-qlite-google" }))).toBe("two");
  expect([...mock.engine.state.scopes.all()].map(({ name }) => name)).toEqual([
    "default",
    "by-path",
    "by-key",
    "by-header",
    "google",
  ]);
});

test("a scope whose name is out of form is a 400 that says what is wanted", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  for (const [path, key] of [
    ["/@a%20b/v1/chat/completions", "sk-any"],
    ["/v1/chat/completions", `sk-qlite-${"x".repeat(101)}`],
    ["/@/v1/chat/completions", "sk-any"],
  ] as const) {
    const headers = { authorization: `Bearer ${key}` };
    const reply = await fetch(mock.url + path, { method: "POST", body: JSON.stringify(chatOf("x")), headers });
    expect([reply.status, await reply.json()]).toMatchObject([
      400,
      { error: { param: "scope", message: expect.stringContaining("wanted 1 to 100 letters, digits") } },
    ]);
  }
});

test("there are 10,000 scopes at most, and what is there goes on when they are used up", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  for (let at = 0; at < 10_000; at += 1) mock.engine.state.scopes.at(`s${at}`);
  const ask = (scope: string) =>
    fetch(`${mock.url}/@${scope}/v1/chat/completions`, { method: "POST", body: JSON.stringify(chatOf("x")) });
  const refused = await ask("one-more");
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining("There are 10,000 scopes already, the limit") } },
  ]);
  // Who swallows the 400 is told by the verdict.
  const { outcomes, unmatched } = mock.engine.verdict();
  expect([outcomes.unmatched, unmatched[0]?.diff]).toEqual([1, [expect.stringContaining("POST /__qlite/mock/reset")]]);
  expect((await ask("s7")).status).toBe(200);
  expect((await mock.control("DELETE", "scopes/s8")).status).toBe(200);
  expect((await ask("one-more")).status).toBe(200);
});

test("a reset of all frees the scopes that requests opened, and keeps those that somebody made", async () => {
  await using mock = serveEngine({ fixtures: setOf(fixture("greet", { user: "hello" }, "Hi")) });
  const { openai, url, control } = mock;
  const ask = (scope: string, text: string) =>
    clientsOf(`${url}/@${scope}`)
      .openai.chat.completions.create(chatOf(text))
      .catch(() => {});
  await control("POST", "scopes", { name: "opened" });
  await control("POST", "fixtures?scope=furnished", [{ match: { user: "x" }, response: "X" }]);
  await openai.chat.completions.create(chatOf("hello"));
  for (const scope of ["opened", "furnished", "by-request"]) await ask(scope, "hello");
  await ask("missed", "what?");
  const names = () => [...mock.engine.state.scopes.all()].map(({ name }) => name);
  await control("POST", "reset", { scope: "by-request", counters: true });
  expect(names()).toContain("by-request");
  await control("POST", "reset");
  // What fails the run is still told of its scope.
  expect(names()).toEqual(["opened", "furnished", "missed"]);
  expect((await control("GET", "verdict?scope=missed")).body).toMatchObject({ exitCode: 3 });
  await control("POST", "reset", { counters: true, verdict: true, runtime_fixtures: true });
  expect(names()).toEqual(["opened"]);
  expect((await control("GET", "verdict?scope=opened")).body).toMatchObject({ requests: 0, exitCode: 0 });
});

test("after a reset of all there is room for 10,000 scopes again", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  for (let at = 0; at < 10_000; at += 1) mock.engine.state.scopes.at(`s${at}`);
  await mock.control("POST", "reset");
  const { openai } = clientsOf(`${mock.url}/@one-more`);
  expect((await openai.chat.completions.create(chatOf("x"))).choices).toHaveLength(1);
});

test("the verdict of a scope counts each of its warnings, as that of the run does", async () => {
  await using mock = serveEngine({ fallback: "auto", validate: "warn" });
  const ask = (scope: string) =>
    fetch(`${mock.url}/@${scope}/v1/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ ...chatOf("x"), colour: "red" }),
    });
  for (const scope of ["a", "b", "a", "a"]) await ask(scope);
  const warningsOf = async (query: string) => (await mock.control("GET", `verdict${query}`)).body["warnings"];
  expect(await warningsOf("?scope=a")).toEqual(["Unknown parameter: 'colour'. (3 times)"]);
  expect(await warningsOf("?scope=b")).toEqual(["Unknown parameter: 'colour'."]);
  expect(await warningsOf("")).toEqual(["Unknown parameter: 'colour'. (4 times)"]);
  // As its other counts, it is of the run and not of what the journal still has.
  await mock.control("POST", "reset", { scope: "a" });
  expect(await warningsOf("?scope=a")).toEqual(["Unknown parameter: 'colour'. (3 times)"]);
});

const headersOf = (reply: Response): string[] =>
  [...reply.headers].filter(([name]) => name !== "date").map(([name, value]) => `${name}: ${value}`);

/** Ten requests of one scope, one after another: some streamed, some failing by draw. */
const runScope = async (url: string, name: string): Promise<string> => {
  const replies: string[] = [];
  for (let at = 0; at < 10; at += 1) {
    const body = { ...chatOf(at % 3 === 0 ? "go" : "else"), stream: at % 2 === 1 };
    const init = { method: "POST", body: JSON.stringify(body) };
    const reply = await fetch(`${url}/@${name}/v1/chat/completions`, init);
    replies.push(`${reply.status}\n${headersOf(reply).join("\n")}\n${await reply.text()}`);
  }
  return replies.join("\n----\n");
};

test("50 scopes at once give the same bytes and headers as a second run, and as one after another", async () => {
  const names = Array.from({ length: 50 }, (_, at) => `test-${at}`);
  const run = async (isAtOnce: boolean): Promise<readonly string[]> => {
    const flaky = fixture("flaky", { user: "else" }, "well", {
      faults: [parseFault({ status: 503, on: { probability: 0.4 } })],
      stream: { gap: { kind: "uniform", minMs: 0, maxMs: 2 } },
    });
    await using mock = serveEngine({ fixtures: setOf(turns, flaky), seed: 7 });
    if (isAtOnce) return await Promise.all(names.map((name) => runScope(mock.url, name)));
    const replies: string[] = [];
    for (const name of names) replies.push(await runScope(mock.url, name));
    return replies;
  };
  const first = await run(true);
  expect(await run(true)).toEqual(first);
  expect(await run(false)).toEqual(first);
  // Each scope has draws and ids of its own.
  expect(new Set(first).size).toBe(50);
  const failed = first.map((replies) => replies.split("\n503").length + (replies.startsWith("503") ? 1 : 0));
  expect(new Set(failed).size).toBeGreaterThan(2);
});

test("the seed of a scope decides its ids", async () => {
  await using mock = serveEngine({ fallback: "auto" });
  const idOf = async (scope: string) => {
    const body = JSON.stringify(chatOf("x"));
    const reply = await fetch(`${mock.url}/@${scope}/v1/chat/completions`, { method: "POST", body });
    return (await reply.json()).id;
  };
  await mock.control("POST", "scopes", { name: "a", seed: 5 });
  const first = await idOf("a");
  await mock.control("POST", "scopes", { name: "a", seed: 5 });
  expect(await idOf("a")).toBe(first);
  await mock.control("POST", "scopes", { name: "a", seed: 6 });
  expect(await idOf("a")).not.toBe(first);
});

const warningsAfter = async (tape: Tape | null, cassette?: string): Promise<readonly string[]> => {
  await using mock = serveEngine({ tape });
  const opened = await mock.control("POST", "scopes", { name: "buy", ...(cassette !== undefined && { cassette }) });
  expect(opened.status).toBe(201);
  expect(mock.engine.verdict("buy").warnings).toEqual(mock.engine.verdict().warnings);
  // A scope that is done with takes nothing of it away.
  await mock.control("DELETE", "scopes/buy");
  return mock.engine.verdict().warnings;
};

test("a scope that names a cassette of which there are no recordings is told of in the verdict, of run and scope", async () => {
  using folder = makeFolder();
  const named = "the scope buy names the cassette Shop";
  expect(await warningsAfter(null, "Shop")).toEqual([
    `${named}, and this run has no recordings: name their folder (cassettes)`,
  ]);
  expect(await warningsAfter(null)).toEqual([]);
  const replaying = () => openTape(folder.path, null);
  expect(await warningsAfter(await replaying(), "Shop")).toEqual([
    `${named}, which has no recordings, and the mode replay makes none`,
  ]);
  expect(await warningsAfter(await replaying())).toEqual([]);
  expect(await warningsAfter(await openTape(folder.path, nobody), "Shop")).toEqual([]);
  writeFileSync(
    join(folder.path, "%53hop.yaml"),
    "qlite_cassette: 1\nrecorded: 2026-11-20T00:00:00Z\ninteractions: []\n",
  );
  expect(await warningsAfter(await replaying(), "Shop")).toEqual([]);
});
