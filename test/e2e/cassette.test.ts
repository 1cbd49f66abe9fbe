// The life of a cassette by its commands: a prompt is edited, recordings grow old, a key slipped in.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/dialects/conversation.ts";
import { ask, chat, chatReply, nobody, noon, openTape, read, startProvider } from "../cassette/support.ts";
import { makeFolder } from "../support/folder.ts";

const entry = join(import.meta.dir, "../cassette/run-command.ts");

const run = async (name: string, flags: object, argument = "", env: Readonly<Record<string, string>> = {}) => {
  const child = Bun.spawn([process.execPath, entry, name, JSON.stringify(flags), argument], {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, code };
};

const old = "You are helpful.\nAnswer in one line.\nBe kind.";
const edited = old.replace("one line", "two lines");

/** The turns of an agent loop: each asks with all that was said before. */
const turns = (system: string): readonly JsonObject[] => {
  const first = [
    { role: "system", content: system },
    { role: "user", content: "Weather in Rome?" },
  ];
  const call = { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } };
  const second = [
    ...first,
    { role: "assistant", content: null, tool_calls: [call] },
    { role: "tool", tool_call_id: "call_1", content: "rain" },
  ];
  return [first, second].map((messages) => chat("", { messages }));
};

const record = async (folder: string, bodies: readonly JsonObject[]) => {
  let count = 0;
  await using provider = startProvider(() => {
    count += 1;
    return Response.json(chatReply(`answer ${count}`));
  });
  const recorder = await openTape(folder, provider.send);
  for (const body of bodies) await read(await ask(recorder, body));
  await recorder.flush();
};

test("a prompt is edited: semantic misses with one hunk, conversation warns, accept turns it green, all turns of it", async () => {
  using folder = makeFolder();
  await record(folder.path, [...turns(old), chat("something else")]);
  const [first = {}, second = {}] = turns(edited);

  const strict = await openTape(folder.path, nobody, { mode: "replay" });
  expect(await ask(strict, chat("something else"))).toMatchObject({ kind: "replayed" });
  const missed = await ask(strict, first);
  expect(missed.kind === "miss" && missed.nearest[0]?.diff).toEqual([
    "messages[0] (system) differs (- recorded, + asked):",
    "  You are helpful.",
    "- Answer in one line.",
    "+ Answer in two lines.",
    "  Be kind.",
  ]);
  await strict.flush();

  const lenient = await openTape(folder.path, nobody, { mode: "replay", profile: "conversation" });
  const warned = await read(await ask(lenient, first));
  expect(warned.warnings.join("\n")).toContain("- Answer in one line.\n+ Answer in two lines.");

  const before = readFileSync(join(folder.path, "default.yaml"), "utf8");
  const dry = await run("accept", { cassettes: folder.path, dryRun: true });
  expect([dry.code, dry.err, dry.out.includes("would accept default/")]).toEqual([0, "", true]);
  expect(readFileSync(join(folder.path, "default.yaml"), "utf8")).toBe(before);

  const accepted = await run("accept", { cassettes: folder.path, lastRun: true });
  expect([accepted.code, accepted.err]).toEqual([0, ""]);
  expect(accepted.out).toContain("+ Answer in two lines.");
  expect(accepted.out).toContain("which follows the edit");

  const green = await openTape(folder.path, nobody, { mode: "replay" });
  expect((await read(await ask(green, first))).text).toContain("answer 1");
  expect((await read(await ask(green, second))).text).toContain("answer 2");
  expect((await read(await ask(green, chat("something else")))).text).toContain("answer 3");
  expect(green.report().unused).toEqual([]);
});

test("accept leaves alone what is no edit of a recording that nobody asked for", async () => {
  using folder = makeFolder();
  await record(folder.path, [chat("hi")]);
  const tape = await openTape(folder.path, nobody, { mode: "replay" });
  await ask(tape, chat("hi"));
  await ask(tape, chat("a new question"));
  await tape.flush();
  const before = readFileSync(join(folder.path, "default.yaml"), "utf8");
  const { code, out } = await run("accept", { cassettes: folder.path });
  expect([code, out.startsWith("left default/")]).toEqual([1, true]);
  expect(readFileSync(join(folder.path, "default.yaml"), "utf8")).toBe(before);
});

test("ls, show and prune tell what there is and remove what nobody asks for", async () => {
  using folder = makeFolder();
  await record(folder.path, [chat("used"), chat("unused")]);
  const missing = await run("prune", { cassettes: folder.path, unused: true });
  expect([missing.code, missing.err.includes("no run is on record")]).toEqual([1, true]);
  const tape = await openTape(folder.path, nobody, { mode: "replay" });
  await ask(tape, chat("used"));
  await tape.flush();
  const ls = await run("ls", { cassettes: folder.path });
  expect(ls.out).toMatch(
    /CASSETTE +INTERACTIONS +RECORDED +AGE +SIZE +UNUSED IN LAST RUN\ndefault +2 +2026-11-20 +.+ +1\n/,
  );
  expect(JSON.parse((await run("ls", { cassettes: folder.path, json: true })).out)).toMatchObject([
    { cassette: "default", interactions: 2, unused: 1 },
  ]);
  const show = await run("show", { cassettes: folder.path }, "default");
  expect(show.out.match(/^# default\/[0-9a-f]{12}$/gm)?.length).toBe(2);
  expect(show.out).toContain("content: unused");
  expect((await run("show", { cassettes: folder.path }, "nothing")).code).toBe(1);
  const pruned = await run("prune", { cassettes: folder.path, unused: true });
  expect([pruned.code, pruned.out]).toEqual([0, expect.stringMatching(/^removed default\/[0-9a-f]{12}\n$/)]);
  const after = readFileSync(join(folder.path, "default.yaml"), "utf8");
  expect([after.includes("content: used"), after.includes("content: unused")]).toEqual([true, false]);
});

test("scrub takes a key out of an old file, and says where it cannot", async () => {
  using folder = makeFolder();
  await record(folder.path, [chat("hi"), chat("clean")]);
  const file = join(folder.path, "default.yaml");
  const key = "sk-proj-abcdEFGH1234567890abcdEFGH";
  writeFileSync(file, readFileSync(file, "utf8").replace("content: answer 1", `content: use ${key}`));
  const scrubbed = await run("scrub", { cassettes: folder.path });
  expect([scrubbed.code, scrubbed.out]).toEqual([
    0,
    expect.stringMatching(/^scrubbed default\/[0-9a-f]{12}: an OpenAI key\n$/),
  ]);
  expect(readFileSync(file, "utf8")).toContain("content: 'use [redacted]'");
  const tape = await openTape(folder.path, nobody, { mode: "replay" });
  expect((await read(await ask(tape, chat("hi")))).text).toContain("use [redacted]");
  expect((await run("scrub", { cassettes: folder.path })).out).toBe("No secret was found.\n");
});

test("refresh records anew and diff compares, through the providers of the config; in CI neither asks anybody", async () => {
  using folder = makeFolder();
  await record(folder.path, [chat("hi"), chat("again", { temperature: 0 })]);
  await using provider = startProvider((_, { messages }) =>
    Response.json({ ...chatReply(`fresh ${JSON.stringify(messages).includes("again") ? 2 : 1}`), new_field: 1 }),
  );
  const { url } = provider;
  const config = join(folder.path, "gateway.yml");
  writeFileSync(
    config,
    `providers:\n  - { name: up, type: openai, base_url: "${url}/v1", api_key: sk-upstream-secret-1234, models: ["*"] }\n`,
  );
  const flags = { cassettes: folder.path, config };
  const inCi = await run("refresh", flags, "", { CI: "true" });
  expect([inCi.code, inCi.err.includes("CI is set")]).toEqual([1, true]);
  const diff = await run("diff", flags);
  expect([diff.code, diff.err]).toEqual([1, ""]);
  expect(diff.out).toContain("+ new_field: is new");
  expect(diff.out).toContain("- answer 1");
  const young = await run("refresh", { ...flags, olderThan: "9999d" });
  expect(young.out).toContain("0 recordings would be sent again");
  const refreshed = await run("refresh", flags);
  expect([refreshed.code, refreshed.err]).toEqual([0, ""]);
  expect(refreshed.out.match(/^recorded default\/[0-9a-f]{12} anew$/gm)?.length).toBe(2);
  const tape = await openTape(folder.path, nobody, { mode: "replay" }, { now: () => noon });
  expect((await read(await ask(tape, chat("hi")))).text).toContain("fresh 1");
  expect((await read(await ask(tape, chat("again", { temperature: 0 })))).text).toContain("fresh 2");
  expect((await run("diff", flags)).code).toBe(0);
  expect(existsSync(join(folder.path, "default.yaml"))).toBe(true);
});
