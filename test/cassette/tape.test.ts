import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import type { Played } from "../../src/mock/tape.ts";
import { makeFolder } from "../support/folder.ts";
import { ask, chat, chatReply, nobody, noon, openTape, read, sse, startProvider, stream, textOf } from "./support.ts";

const answers = [
  ["/v1/chat/completions", chat("hi", { stream: true }), "openai-chat/text.sse"],
  ["/v1/chat/completions", chat("hi", { stream: true }), "openai-chat/parallel-tools.sse"],
  ["/v1/responses", { model: "gpt-4o", input: "hi", stream: true }, "openai-responses/text.sse"],
  ["/v1/responses", { model: "gpt-4o", input: "hi", stream: true }, "openai-responses/failed.sse"],
  [
    "/v1/messages",
    { model: "claude-sonnet-4-5", max_tokens: 9, messages: [{ role: "user", content: "hi" }], stream: true },
    "anthropic/thinking-tools.sse",
  ],
  [
    "/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
    { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
    "gemini/text.sse",
  ],
] as const;

test.each(answers)(
  "%s: a stream is recorded and replayed byte for byte, with nobody to ask",
  async (path, body, name) => {
    using folder = makeFolder();
    await using provider = startProvider(() => sse(stream(name)));
    const recorder = await openTape(folder.path, provider.send);
    const recorded = await read(await ask(recorder, body, { path }));
    expect(recorded.kind).toBe("recorded");
    expect(recorded.text).toBe(stream(name));
    await recorder.flush();
    expect(recorder.report().refused).toEqual([]);

    const player = await openTape(folder.path, nobody);
    const replayed = await read(await ask(player, body, { path }));
    expect(replayed.kind).toBe("replayed");
    expect(replayed.text).toBe(stream(name));
    expect(replayed.said.headers["content-type"]).toBe("text/event-stream");
    expect(replayed.isTranscoded).toBe(false);
  },
);

test("a whole answer is recorded and replayed byte for byte", async () => {
  using folder = makeFolder();
  const text = JSON.stringify(chatReply("Hello"), null, 2);
  await using provider = startProvider(
    () =>
      new Response(text, {
        headers: { "content-type": "application/json", "x-request-id": "req_1", "set-cookie": "a=b" },
      }),
  );
  const recorder = await openTape(folder.path, provider.send);
  expect((await read(await ask(recorder, chat("hi")))).text).toBe(text);
  await recorder.flush();
  const file = join(folder.path, "default.yaml");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).not.toContain("a=b");
  const replayed = await read(await ask(await openTape(folder.path, nobody), chat("hi")));
  expect(replayed.text).toBe(text);
  expect(replayed.said.headers).toEqual({ "content-type": "application/json", "x-request-id": "req_1" });
});

test("a packed answer is kept unpacked, and what is sent asks for no packing", async () => {
  using folder = makeFolder();
  await using provider = startProvider(
    () =>
      new Response(Bun.gzipSync(JSON.stringify(chatReply("Hello"))), {
        headers: { "content-type": "application/json", "content-encoding": "gzip" },
      }),
  );
  const recorder = await openTape(folder.path, provider.send);
  const recorded = await read(
    await ask(recorder, chat("hi"), { headers: { authorization: "Bearer sk-qlite-x", "x-qlite-scope": "x" } }),
  );
  expect(recorded.text).toBe(JSON.stringify(chatReply("Hello")));
  expect(recorded.said.headers["content-encoding"]).toBeUndefined();
  expect(provider.seen[0]?.headers.get("accept-encoding")).toBe("identity");
  expect(provider.seen[0]?.headers.get("authorization")).toBeNull();
  expect(provider.seen[0]?.headers.get("x-qlite-scope")).toBeNull();
  await recorder.flush();
  expect((await read(await ask(await openTape(folder.path, nobody), chat("hi")))).text).toBe(recorded.text);
});

test("sound is kept in a file of its own and replayed byte for byte", async () => {
  using folder = makeFolder();
  const sound = crypto.getRandomValues(new Uint8Array(500));
  await using provider = startProvider(() => new Response(sound, { headers: { "content-type": "audio/wav" } }));
  const recorder = await openTape(folder.path, provider.send);
  const body = { model: "tts-1", input: "hi", voice: "alloy" };
  await ask(recorder, body, { path: "/v1/audio/speech" });
  await recorder.flush();
  expect(readFileSync(join(folder.path, "default.yaml"), "utf8")).toMatch(/file: default\.files\/[0-9a-f]{8}\.wav/);
  const replayed = await ask(await openTape(folder.path, nobody), body, { path: "/v1/audio/speech" });
  expect(replayed.kind !== "miss" && replayed.said.body.kind === "whole" && replayed.said.body.bytes).toEqual(sound);
});

const whyNot = (played: Played) => (played.kind === "miss" ? played.nearest.map(({ diff }) => diff) : played.kind);

test("a request that is recorded and answered all the same by nothing is told why", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() => Response.json(chatReply("once")));
  const recorder = await openTape(folder.path, provider.send);
  await ask(recorder, chat("hi"));
  await recorder.flush();
  const once = await openTape(folder.path, nobody, { exhausted: "fail" });
  expect(whyNot(await ask(once, chat("hi")))).toBe("replayed");
  expect(whyNot(await ask(once, chat("hi")))).toEqual([
    ["is the same request, whose recordings are used up (exhausted: fail)"],
  ]);
  const strict = await openTape(folder.path, nobody, { wireStrict: true });
  expect(whyNot(await ask(strict, chat("hi", { stream: true })))).toEqual([
    ["is the same request, recorded whole and asked for as a stream, into which it is not turned"],
  ]);
});

test("the same request asked thrice is answered in the order of recording, then the last repeats", async () => {
  using folder = makeFolder();
  let count = 0;
  await using provider = startProvider(() => Response.json(chatReply(`answer ${(count += 1)}`)));
  const recorder = await openTape(folder.path, provider.send);
  for (let at = 0; at < 3; at += 1) await ask(recorder, chat("hi"));
  await recorder.flush();
  const said = async (exhausted: "repeat" | "loop" | "fail") => {
    const player = await openTape(folder.path, nobody, { exhausted });
    const texts: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      const played = await ask(player, chat("hi"));
      texts.push(played.kind === "miss" ? "miss" : (/answer \d/.exec(await textOf(played.said))?.[0] ?? ""));
    }
    return texts.join();
  };
  expect(await said("repeat")).toBe("answer 1,answer 2,answer 3,answer 3,answer 3");
  expect(await said("loop")).toBe("answer 1,answer 2,answer 3,answer 1,answer 2");
  expect(await said("fail")).toBe("answer 1,answer 2,answer 3,miss,miss");
});

test("two scopes play one cassette each at its own place", async () => {
  using folder = makeFolder();
  await using provider = startProvider((_, { messages }) => Response.json(chatReply(JSON.stringify(messages))));
  const recorder = await openTape(folder.path, provider.send);
  await Promise.all(["one", "two"].map((scope) => ask(recorder, chat(scope), { scope })));
  await recorder.flush();
  const player = await openTape(folder.path, nobody);
  expect((await read(await ask(player, chat("one"), { scope: "one" }))).text).toContain("one");
  expect((await ask(player, chat("one"), { scope: "two" })).kind).toBe("miss");
  expect(player.report().unused.map((id) => id.split("/")[0])).toEqual(["two"]);
});

test("the other form is made of a recording and marked, unless the wire is strict", async () => {
  using folder = makeFolder();
  await using provider = startProvider((_, body) =>
    body["stream"] === true ? sse(stream("openai-chat/text.sse")) : Response.json(chatReply("Hello there, friend")),
  );
  const recorder = await openTape(folder.path, provider.send);
  await read(await ask(recorder, chat("streamed", { stream: true })));
  await read(await ask(recorder, chat("whole")));
  await recorder.flush();

  const player = await openTape(folder.path, nobody);
  const whole = await read(await ask(player, chat("streamed")));
  expect(whole.isTranscoded).toBe(true);
  expect(whole.said.headers["content-type"]).toBe("application/json");
  expect(JSON.parse(whole.text)).toMatchObject({ object: "chat.completion", choices: [{ finish_reason: "stop" }] });
  const streamed = await read(await ask(player, chat("whole", { stream: true })));
  expect(streamed.isTranscoded).toBe(true);
  const server = Bun.serve({ port: 0, fetch: () => sse(streamed.text) });
  const client = new OpenAI({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "any" });
  const pieces: string[] = [];
  const events = await client.chat.completions.create({ model: "gpt-4o", messages: [], stream: true });
  for await (const event of events) pieces.push(event.choices[0]?.delta.content ?? "");
  await server.stop(true);
  expect(pieces.join("")).toBe("Hello there, friend");
  expect(pieces.filter((piece) => piece !== "").length).toBeGreaterThan(1);

  const strict = await openTape(folder.path, nobody, { wireStrict: true });
  expect((await ask(strict, chat("streamed"))).kind).toBe("miss");
  expect((await ask(strict, chat("whole", { stream: true }))).kind).toBe("miss");
});

test("Gemini's array of a stream is made of its events and the other way round", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() => sse(stream("gemini/text.sse")));
  const body = { contents: [{ role: "user", parts: [{ text: "hi" }] }] };
  const path = "/v1beta/models/gemini-2.5-pro:streamGenerateContent";
  const recorder = await openTape(folder.path, provider.send);
  await read(await ask(recorder, body, { path: `${path}?alt=sse&key=AIzaSyA1234567890123456789012345678901` }));
  await recorder.flush();
  expect(readFileSync(join(folder.path, "default.yaml"), "utf8")).not.toContain("AIza");
  const player = await openTape(folder.path, nobody);
  const array = await read(await ask(player, body, { path }));
  expect(array.said.body).toMatchObject({ framing: "json-array" });
  expect(Array.isArray(JSON.parse(array.text))).toBe(true);
  expect((await read(await ask(player, body, { path: path.replace("streamG", "g") }))).isTranscoded).toBe(true);
});

test("in CI nothing is sent, whatever the mode, unless recording is allowed", async () => {
  using folder = makeFolder();
  for (const mode of ["once", "new", "all", "live", "diff"] as const) {
    const tape = await openTape(folder.path, nobody, { mode }, { isCi: true });
    expect((await ask(tape, chat("hi"))).kind).toBe("miss");
  }
  await using provider = startProvider(() => Response.json(chatReply("Hello")));
  const tape = await openTape(folder.path, provider.send, { mode: "new" }, { isCi: true, allowRecord: true });
  expect((await ask(tape, chat("hi"))).kind).toBe("recorded");
});

test("once records into a file that was not there, and never into one that was", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() => Response.json(chatReply("Hello")));
  const first = await openTape(folder.path, provider.send);
  await ask(first, chat("hi"));
  await ask(first, chat("again"));
  await first.flush();
  const second = await openTape(folder.path, provider.send);
  expect((await ask(second, chat("again"))).kind).toBe("replayed");
  expect((await ask(second, chat("something else"))).kind).toBe("miss");
  expect(provider.seen.length).toBe(2);
});

test("new replays what there is and records the rest; all records everything anew", async () => {
  using folder = makeFolder();
  let count = 0;
  await using provider = startProvider(() => Response.json(chatReply(`answer ${(count += 1)}`)));
  const first = await openTape(folder.path, provider.send, { mode: "new" });
  await ask(first, chat("a"));
  await first.flush();
  const second = await openTape(folder.path, provider.send, { mode: "new" });
  expect((await ask(second, chat("a"))).kind).toBe("replayed");
  expect((await ask(second, chat("b"))).kind).toBe("recorded");
  await second.flush();
  const third = await openTape(folder.path, provider.send, { mode: "all" });
  await ask(third, chat("a"));
  await third.flush();
  const player = await openTape(folder.path, nobody);
  expect((await read(await ask(player, chat("a")))).text).toContain("answer 3");
  expect((await read(await ask(player, chat("b")))).text).toContain("answer 2");
  expect(player.report().unused).toEqual([]);
});

test("live sends and records nothing; diff tells what changed", async () => {
  using folder = makeFolder();
  let reply = chatReply("Hello");
  await using provider = startProvider(() => Response.json(reply));
  const recorder = await openTape(folder.path, provider.send);
  await ask(recorder, chat("hi"));
  await recorder.flush();
  const before = readFileSync(join(folder.path, "default.yaml"), "utf8");
  const live = await openTape(folder.path, provider.send, { mode: "live" });
  expect((await ask(live, chat("hi"))).kind).toBe("live");
  const same = await openTape(folder.path, provider.send, { mode: "diff" });
  expect(await ask(same, chat("hi"))).toMatchObject({ kind: "live", warnings: [] });
  reply = { ...chatReply("Good bye"), service_tier: "default", usage: null };
  const changed = await read(await ask(same, chat("hi")));
  expect(changed.warnings.join("\n")).toContain("+ service_tier: is new");
  expect(changed.warnings.join("\n")).toContain("~ usage: recorded object, now null");
  expect(changed.warnings.join("\n")).toContain("- Hello\n+ Good bye");
  expect(JSON.parse(changed.text)).toEqual(reply);
  await live.flush();
  await same.flush();
  expect(readFileSync(join(folder.path, "default.yaml"), "utf8")).toBe(before);
});

test("an error is handed on and not recorded, unless errors are wanted", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() =>
    Response.json({ error: { message: "slow down" } }, { status: 429, headers: { "retry-after": "1" } }),
  );
  const without = await openTape(folder.path, provider.send);
  const live = await read(await ask(without, chat("hi")));
  expect(live).toMatchObject({
    kind: "live",
    said: { status: 429 },
    warnings: ["default: status 429 is not recorded (record_errors is off)"],
  });
  await without.flush();
  const wanting = await openTape(folder.path, provider.send, { recordErrors: true });
  await ask(wanting, chat("hi"));
  await wanting.flush();
  const player = await openTape(folder.path, nobody);
  for (const more of [{}, { stream: true }]) {
    expect((await read(await ask(player, chat("hi", more)))).said).toMatchObject({
      status: 429,
      headers: { "retry-after": "1" },
    });
  }
});

test("a stream that stops before its end is handed on, refused and told of", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() => sse(stream("openai-chat/cut.sse")));
  const recorder = await openTape(folder.path, provider.send);
  await read(await ask(recorder, chat("hi", { stream: true })));
  await recorder.flush();
  expect(recorder.report().refused).toEqual([
    expect.stringMatching(/^default\/[0-9a-f]{12}: the answer stops before its end$/),
  ]);
  expect((await ask(await openTape(folder.path, null), chat("hi", { stream: true }))).kind).toBe("miss");
});

test.each(["cancel", "abort"] as const)("a client that leaves early (%s) leaves a whole recording", async (how) => {
  using folder = makeFolder();
  const { promise: left, resolve } = Promise.withResolvers<void>();
  const [head = "", ...rest] = stream("openai-chat/text.sse").split(/(?<=\n\n)/);
  await using provider = startProvider(
    () =>
      new Response(
        new ReadableStream({
          start: async (controller) => {
            controller.enqueue(head);
            await left;
            for (const event of rest) controller.enqueue(event);
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      ),
  );
  const gone = new AbortController();
  const recorder = await openTape(folder.path, provider.send);
  const played = await ask(recorder, chat("hi", { stream: true }), { signal: gone.signal });
  if (played.kind === "miss" || played.said.body.kind !== "stream") throw new Error("no stream");
  await played.said.body.writes.next();
  if (how === "cancel") played.said.body.writes.cancel?.();
  else gone.abort();
  resolve();
  await recorder.flush();
  expect(recorder.report().refused).toEqual([]);
  const replayed = await read(await ask(await openTape(folder.path, nobody), chat("hi", { stream: true })));
  expect(replayed.text).toBe(stream("openai-chat/text.sse"));
});

test("parallel recordings stand in the order in which they were asked for", async () => {
  using folder = makeFolder();
  const gates = Array.from({ length: 6 }, () => Promise.withResolvers<void>());
  await using provider = startProvider(async (_, body) => {
    const place = Number(body["seed"]);
    await gates[place]!.promise;
    return Response.json(chatReply(`answer ${place}`));
  });
  const recorder = await openTape(folder.path, provider.send);
  const asked = gates.map((_, place) => ask(recorder, chat("hi", { seed: place })));
  for (const gate of gates.toReversed()) {
    gate.resolve();
    await Bun.sleep(3);
  }
  await Promise.all(asked);
  await recorder.flush();
  const text = readFileSync(join(folder.path, "default.yaml"), "utf8");
  expect([...(text.match(/content: answer \d/g) ?? [])]).toEqual(gates.map((_, place) => `content: answer ${place}`));
});

test("timing: none at once, recorded as it was, x10 ten times as fast", async () => {
  using folder = makeFolder();
  await using provider = startProvider(() => sse(stream("openai-chat/text.sse")));
  let at = noon;
  const recorder = await openTape(
    folder.path,
    provider.send,
    {},
    {
      now: () => {
        at += 100;
        return at;
      },
    },
  );
  await read(await ask(recorder, chat("hi", { stream: true })));
  await recorder.flush();
  const waits = async (timing: number) => {
    const played = await ask(await openTape(folder.path, nobody, { timing }), chat("hi", { stream: true }));
    if (played.kind === "miss" || played.said.body.kind !== "stream") throw new Error("no stream");
    let sum = 0;
    const { writes } = played.said.body;
    for (let write = await writes.next(); write !== null; write = await writes.next()) sum += write.afterMs;
    return sum;
  };
  const whole = await waits(1);
  expect(whole).toBeGreaterThanOrEqual(100);
  expect(await waits(10)).toBeCloseTo(whole / 10);
  expect(await waits(0)).toBe(0);
});

test("an old recording is told of, and recorded anew where that is wished", async () => {
  using folder = makeFolder();
  let count = 0;
  await using provider = startProvider(() => Response.json(chatReply(`answer ${(count += 1)}`)));
  const recorder = await openTape(folder.path, provider.send);
  await ask(recorder, chat("hi"));
  await recorder.flush();
  const later = { now: () => noon + 40 * 86_400_000 };
  const player = await openTape(folder.path, nobody, {}, later);
  const old = await read(await ask(player, chat("hi")));
  expect(old.warnings).toEqual([expect.stringMatching(/recorded 40 days ago, the limit is 30 days$/)]);
  expect(player.report().stale.length).toBe(1);
  const refresh = { expire: { afterMs: 30 * 86_400_000, action: "refresh" as const } };
  const replaying = await openTape(folder.path, null, refresh, later);
  expect((await ask(replaying, chat("hi"))).kind).toBe("replayed");
  const refreshing = await openTape(folder.path, provider.send, refresh, later);
  expect((await ask(refreshing, chat("hi"))).kind).toBe("recorded");
  await refreshing.flush();
  const fresh = await read(await ask(await openTape(folder.path, nobody, {}, later), chat("hi")));
  expect([fresh.text.includes("answer 2"), fresh.warnings]).toEqual([true, []]);
  expect(readFileSync(join(folder.path, "default.yaml"), "utf8").match(/- key:/g)?.length).toBe(1);
});

test("transport boundaries are kept when the wire is strict, and come back", async () => {
  using folder = makeFolder();
  const text = stream("openai-chat/text.sse");
  const bytes = new TextEncoder().encode(text);
  const pieces = [bytes.subarray(0, 7), bytes.subarray(7, 150), bytes.subarray(150)];
  const send = () =>
    Promise.resolve(
      new Response(
        new ReadableStream({
          start: (controller) => {
            for (const piece of pieces) controller.enqueue(piece);
            controller.close();
          },
        }),
        { headers: { "content-type": "text/event-stream" } },
      ),
    );
  const recorder = await openTape(folder.path, send, { wireStrict: true });
  await read(await ask(recorder, chat("hi", { stream: true })));
  await recorder.flush();
  expect(readFileSync(join(folder.path, "default.yaml"), "utf8")).toContain("cuts: [7, 150]");
  const played = await ask(await openTape(folder.path, nobody, { wireStrict: true }), chat("hi", { stream: true }));
  if (played.kind === "miss" || played.said.body.kind !== "stream") throw new Error("no stream");
  const { writes } = played.said.body;
  expect((await writes.next())?.bytes).toEqual(pieces[0]);
  expect((await writes.next())?.bytes).toEqual(pieces[1]);
  expect((await writes.next())?.bytes).toEqual(pieces[2]);
  expect(await writes.next()).toBeNull();
});

test("a faulty cassette is refused at start, with file, line and column", async () => {
  using folder = makeFolder({
    "a.yaml": "qlite_cassette: 1\nrecorded: 2026-11-20T10:02:11Z\ninteractions:\n  - key: x\n    request: {}\n",
    "b.yaml": "qlite_cassette: 1\n<<<<<<< ours\n",
    "c.yaml": "qlite_cassette: 1\nrecorded: [\n",
  });
  const thrown = await openTape(folder.path, null).catch((error: unknown) => String(error));
  expect(thrown).toContain("a.yaml:5:");
  expect(thrown).toContain("interactions[0].request.method");
  expect(thrown).toContain("b.yaml:2:1 is a conflict of git");
  expect(thrown).toContain("c.yaml:");
});
